package sfu

import (
	"errors"
	"io"
	"sync"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v3"
)

// Bytes of a message: most are small, and none that is larger is read.
const (
	smallMessage = 1 << 10
	largeMessage = 1<<16 - 1
)

// largeMessages are buffers for what is not small. A channel borrows one only
// while it has such a message in hand: Pion would keep 64 KB for each channel
// of each person.
var largeMessages = sync.Pool{New: func() any { return new([largeMessage]byte) }}

// listenTo reads a channel's messages until it ends. Ready is called when the
// client knows of the channel: at once if it is the client's own, or when it
// has confirmed ours (RFC 8832, section 6: what is sent unordered before that
// may come before the channel itself). Handle must not keep the message.
func (d *dataPort) listenTo(channel *webrtc.DataChannel, ours bool, ready func(), handle func([]byte)) {
	channel.OnOpen(func() { // in a goroutine of the connection's
		raw, err := channel.Detach()
		if err != nil {
			d.peer.log.Debug("open data channel", "err", err)
			return
		}
		if confirmed, ok := raw.(*datachannel.DataChannel); ok && ours {
			confirmed.OnOpen(ready)
		} else {
			ready()
		}
		readMessages(raw, handle)
	})
}

// readMessages reads until the channel ends, or brings what is larger than
// any message.
func readMessages(from io.Reader, handle func([]byte)) {
	small := make([]byte, smallMessage)
	for {
		n, err := from.Read(small)
		if errors.Is(err, io.ErrShortBuffer) {
			err = readLarge(from, handle)
		} else if err == nil {
			handle(small[:n])
		}
		if err != nil {
			return
		}
	}
}

// readLarge reads the message that did not fit: it is still there.
func readLarge(from io.Reader, handle func([]byte)) error {
	large, ok := largeMessages.Get().(*[largeMessage]byte)
	if !ok {
		large = new([largeMessage]byte)
	}
	defer largeMessages.Put(large)
	n, err := from.Read(large[:])
	if err == nil {
		handle(large[:n])
	}
	return err
}

func ignoreMessage([]byte) {}

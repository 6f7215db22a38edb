package sfutest

import (
	"io"
	"sync"

	"github.com/pion/transport/v2/packetio"
)

// buffers are those of a peer's streams. Pion leaves readers of some of them
// behind when it closes a connection, and tests count what is left.
type buffers struct {
	mu     sync.Mutex
	closed bool
	all    []*packetio.Buffer
}

// buffer makes the buffer of a stream. It is a webrtc.SettingEngine's factory.
func (b *buffers) buffer(packetio.BufferPacketType, uint32) io.ReadWriteCloser {
	buffer := packetio.NewBuffer()
	buffer.SetLimitSize(1 << 20)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		_ = buffer.Close() // always nil
	}
	b.all = append(b.all, buffer)
	return buffer
}

func (b *buffers) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, buffer := range b.all {
		_ = buffer.Close() // always nil
	}
}

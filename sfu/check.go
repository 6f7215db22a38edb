package sfu

import (
	"slices"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

// Topics of the packets of a room that is for checking networks (Limits.Check).
// All come from the client and are answered to that client alone.
const (
	TopicCheckEcho  = "parley.check.echo"  // is sent back as it came, on the channel that it came on
	TopicCheckUp    = "parley.check.up"    // is counted
	TopicCheckCount = "parley.check.count" // asks what was counted; the answer is {"bytes": n, "packets": n, "ms": milliseconds of the node's clock}
	TopicCheckDown  = "parley.check.down"  // asks for as much as pourBytes, in packets of this topic
)

// What the node sends for measuring the way to a client: enough to tell a good
// way from a bad one, too little to be worth asking for.
const (
	pourBytes   = 2 << 20 // for each person, however often they ask
	pourPacket  = 8 << 10
	pourAhead   = 128 << 10 // bytes on their way before the next ones are made
	pourEvery   = 5 * time.Millisecond
	pourForMost = 4 * time.Second
)

// trial is what the node keeps of one person's check of their network. It may be
// used from any goroutine.
type trial struct {
	mu             sync.Mutex
	bytes, packets int64
	poured         bool // once is all there is
}

type trialCount struct {
	Bytes   int64 `json:"bytes"`
	Packets int64 `json:"packets"`
	MS      int64 `json:"ms"`
}

// answerCheck does what a packet of somebody who checks their network asks for.
func (d *dataPort) answerCheck(kind livekit.DataPacket_Kind, raw []byte, packet *livekit.DataPacket) {
	switch packet.GetUser().GetTopic() {
	case TopicCheckEcho:
		d.send(kind, slices.Clone(raw)) // who reads the channel uses the memory again
	case TopicCheckUp:
		d.trial.mu.Lock()
		d.trial.bytes += int64(len(raw))
		d.trial.packets++
		d.trial.mu.Unlock()
	case TopicCheckCount:
		d.trial.mu.Lock()
		count := trialCount{d.trial.bytes, d.trial.packets, time.Since(d.peer.node.started).Milliseconds()}
		d.trial.mu.Unlock()
		if answer := d.peer.room.packet(TopicCheckCount, count); answer != nil {
			d.send(livekit.DataPacket_RELIABLE, answer)
		}
	case TopicCheckDown:
		p := d.peer
		p.post(func() {
			d.mu.Lock()
			channel := d.reliable
			d.mu.Unlock()
			if channel != nil && !d.trial.poured {
				d.trial.poured = true
				p.workers.Go(func() { d.pour(channel) })
			}
		})
	}
}

// pour sends what a client measures its way down with, as fast as the way takes
// it. It ends with the person's stay, or after pourForMost.
func (d *dataPort) pour(channel *webrtc.DataChannel) {
	topic := TopicCheckDown
	packet, err := proto.Marshal(&livekit.DataPacket{
		Value: &livekit.DataPacket_User{User: &livekit.UserPacket{Payload: make([]byte, pourPacket), Topic: &topic}},
	})
	if err != nil {
		d.peer.log.Error("packet of a check", "err", err)
		return
	}
	tick, over := time.NewTicker(pourEvery), time.NewTimer(pourForMost)
	defer tick.Stop()
	defer over.Stop()
	for left := pourBytes; left > 0; {
		for left > 0 && channel.BufferedAmount() < pourAhead {
			if channel.Send(packet) != nil {
				return // the person is gone
			}
			left -= len(packet)
		}
		select {
		case <-tick.C:
		case <-over.C:
			return
		case <-d.peer.ctx.Done():
			return
		}
	}
}

// emit tells the world outside what happened here; that somebody checks their
// network is nobody's business, and no use of anything.
func (r *room) emit(e Event) {
	if !r.check {
		r.node.emit(e)
	}
}

package sfutest

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

// rtc is a peer's connections: two, or the same one twice.
type rtc struct {
	peer     *Peer
	up, down *webrtc.PeerConnection
	single   bool
	buffers  buffers
	repairer *repairer
	bitrate  atomic.Int64 // estimated
	trouble  atomic.Pointer[string]

	mu          sync.Mutex // guards negotiation
	offers      uint32
	outstanding bool
	dirty       bool
	reliable    *webrtc.DataChannel
	lossy       *webrtc.DataChannel
	lose        int // offers that do not arrive
	hold        bool
	held        []*livekit.SessionDescription // offers that wait for their answer
}

func newRTC(p *Peer, servers []*livekit.ICEServer) (*rtc, error) {
	r := &rtc{peer: p, single: p.options.SinglePC}
	if p.options.LosesFirst {
		r.lose = 1
	}
	registry := &interceptor.Registry{}
	if p.options.RTX {
		r.repairer = newRepairer()
		registry.Add(r.repairer)
	}
	if p.options.Estimates {
		r.estimate(registry)
	}
	api, err := newAPI(p.options, &r.buffers, registry)
	if err != nil {
		return nil, err
	}
	config := relayed(p.options, servers)
	if r.up, err = api.NewPeerConnection(config); err != nil {
		return nil, err
	}
	r.down = r.up
	if !r.single {
		if api, err = newAPI(p.options, &r.buffers, &interceptor.Registry{}); err != nil {
			return nil, err
		}
		if r.down, err = api.NewPeerConnection(config); err != nil {
			return nil, err
		}
		r.down.OnDataChannel(func(channel *webrtc.DataChannel) { r.listen(channel) })
	} else if err := r.addSections(3, 3); err != nil {
		return nil, err
	}
	r.down.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) { p.count(remote, receiver) })
	return r, r.openChannels()
}

func (r *rtc) primary() *webrtc.PeerConnection { return r.down }

// settle waits until no connection is in the middle of starting: Pion closes
// one by looking, without a lock, for what the start is about to write
// (ICETransport.stop of webrtc v3.3.6). One that never gets there is not waited
// for for long.
func (r *rtc) settle() {
	if r == nil {
		return
	}
	enough := time.After(3 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for r.up.ConnectionState() == webrtc.PeerConnectionStateConnecting || r.down.ConnectionState() == webrtc.PeerConnectionStateConnecting {
		select {
		case <-tick.C:
		case <-enough:
			return
		}
	}
}

func (r *rtc) close() error {
	if r == nil {
		return nil
	}
	defer r.buffers.close()
	if r.single {
		return r.up.Close()
	}
	return errors.Join(r.up.Close(), r.down.Close())
}

func (r *rtc) openChannels() error {
	ordered, unordered, none := true, false, uint16(0)
	var err error
	if r.reliable, err = r.up.CreateDataChannel("_reliable", &webrtc.DataChannelInit{Ordered: &ordered}); err != nil {
		return err
	}
	r.lossy, err = r.up.CreateDataChannel("_lossy", &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &none})
	if err == nil && r.single {
		r.listen(r.reliable)
		r.listen(r.lossy)
	}
	return err
}

func (r *rtc) listen(channel *webrtc.DataChannel) {
	channel.OnMessage(func(message webrtc.DataChannelMessage) {
		if r.peer.options.Stuck {
			<-r.peer.done
			return
		}
		var packet livekit.DataPacket
		if proto.Unmarshal(message.Data, &packet) != nil {
			return
		}
		r.peer.mu.Lock()
		defer r.peer.mu.Unlock()
		r.peer.packets = append(r.peer.packets, &packet)
		r.peer.touchLocked()
	})
}

// sids reads publisher and track from a stream id.
func sids(streamID string) (participant, track string) {
	participant, track, _ = strings.Cut(streamID, "|")
	return participant, track
}

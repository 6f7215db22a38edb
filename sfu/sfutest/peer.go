package sfutest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

// Peer is one headless client. Its methods may be called from anywhere.
type Peer struct {
	options Options
	redial  func(context.Context, Options) (wire, error)
	done    chan struct{}  // closed when signalling is over for good
	talk    sync.WaitGroup // goroutines of the signalling
	workers sync.WaitGroup // those of the media, which end with its connections
	rtc     *rtc

	mu      sync.Mutex // guards the rest
	wire    wire
	join    *livekit.JoinResponse
	people  map[string]*livekit.ParticipantInfo // by identity
	tracks  map[string]*Track                   // received, by sid
	locals  map[string]*Local                   // published, by client id
	packets []*livekit.DataPacket
	log     []*livekit.SignalResponse
	leave   *livekit.LeaveRequest
	asked   map[string]*livekit.SubscribedQualityUpdate // of published tracks, by sid
	changed chan struct{}                               // closed and renewed at each change
	senders []*Local
	reading []func() // end reads that Pion forgets, see arrival.stop of sfu
}

// read takes what the node says until signalling ends.
func (p *Peer) read() {
	for {
		p.mu.Lock()
		current := p.wire
		p.mu.Unlock()
		response, err := current.receive()
		if err != nil {
			p.mu.Lock()
			replaced := p.wire != current
			p.mu.Unlock()
			if replaced {
				continue
			}
			close(p.done)
			p.touch()
			return
		}
		p.note(response)
		if response.GetLeave() != nil {
			current.close() // as clients do
			continue
		}
		if p.rtc != nil {
			p.rtc.handle(response)
		}
	}
}

// note keeps what tests ask for.
func (p *Peer) note(response *livekit.SignalResponse) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, response)
	switch message := response.Message.(type) {
	case *livekit.SignalResponse_Join:
		p.join = message.Join
		p.people = map[string]*livekit.ParticipantInfo{}
		for _, info := range message.Join.GetOtherParticipants() {
			p.people[info.GetIdentity()] = info
		}
	case *livekit.SignalResponse_Update:
		for _, info := range message.Update.GetParticipants() {
			p.seen(info)
		}
	case *livekit.SignalResponse_RoomUpdate:
		p.join.Room = message.RoomUpdate.GetRoom()
	case *livekit.SignalResponse_SubscribedQualityUpdate:
		p.asked[message.SubscribedQualityUpdate.GetTrackSid()] = message.SubscribedQualityUpdate
	case *livekit.SignalResponse_Leave:
		p.leave = message.Leave
	}
	p.touchLocked()
}

func (p *Peer) seen(info *livekit.ParticipantInfo) {
	if info.GetState() == livekit.ParticipantInfo_DISCONNECTED {
		if known := p.people[info.GetIdentity()]; known.GetSid() == info.GetSid() {
			delete(p.people, info.GetIdentity())
		}
		return
	}
	if info.GetSid() != p.join.GetParticipant().GetSid() {
		p.people[info.GetIdentity()] = info
	} else {
		p.join.Participant = info
	}
}

func (p *Peer) touch() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.touchLocked()
}

func (p *Peer) touchLocked() {
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Peer) ping() {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case now := <-tick.C:
			_ = p.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: now.UnixMilli()}}})
		}
	}
}

// Signal says anything to the node.
func (p *Peer) Signal(request *livekit.SignalRequest) error {
	p.mu.Lock()
	current := p.wire
	p.mu.Unlock()
	return current.send(request)
}

// SID is the peer's participant id.
func (p *Peer) SID() string { return p.Join().GetParticipant().GetSid() }

// Join is the node's first message, with what changed of room and self since.
func (p *Peer) Join() *livekit.JoinResponse {
	p.mu.Lock()
	defer p.mu.Unlock()
	return proto.CloneOf(p.join)
}

// People are the others in the room, by identity.
func (p *Peer) People() map[string]*livekit.ParticipantInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.people)
}

// Tracks are the tracks that are received, by sid.
func (p *Peer) Tracks() map[string]*Track {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.tracks)
}

// Packets are the data packets that came.
func (p *Peer) Packets() []*livekit.DataPacket {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*livekit.DataPacket(nil), p.packets...)
}

// Messages are all signals that came.
func (p *Peer) Messages() []*livekit.SignalResponse {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*livekit.SignalResponse(nil), p.log...)
}

// LeaveRequest is the node's last word, or nil.
func (p *Peer) LeaveRequest() *livekit.LeaveRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leave
}

// Done is closed when signalling is over.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Until waits for a condition, which is looked at whenever something came.
func (p *Peer) Until(ctx context.Context, what string, condition func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond) // packets do not wake
	defer tick.Stop()
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		if condition() {
			return nil
		}
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

// Connected waits until media can flow to the peer.
func (p *Peer) Connected(ctx context.Context) error {
	return p.connected(ctx, "media connection", p.rtc.primary())
}

// Publishing waits until media can flow from the peer.
func (p *Peer) Publishing(ctx context.Context) error {
	return p.connected(ctx, "media connection to publish on", p.rtc.up)
}

// connected waits for a connection, and tells how it stands if it does not come.
func (p *Peer) connected(ctx context.Context, what string, pc *webrtc.PeerConnection) error {
	over := false
	err := p.Until(ctx, what, func() bool {
		select {
		case <-p.done:
			over = true
		default:
		}
		return over || pc.ConnectionState() == webrtc.PeerConnectionStateConnected
	})
	if err == nil && pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		err = fmt.Errorf("no %s: the node said %v", what, p.LeaveRequest())
	}
	if err != nil {
		err = fmt.Errorf("%w (%s)", err, p.rtc.state(pc))
	}
	return err
}

// WriteRTCP sends any packet of RTCP on the connection that the peer receives on,
// also one that is none.
func (p *Peer) WriteRTCP(raw []byte) error {
	packet := rtcp.RawPacket(raw)
	return p.rtc.primary().WriteRTCP([]rtcp.Packet{&packet})
}

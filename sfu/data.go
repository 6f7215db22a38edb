package sfu

import (
	"slices"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
	"golang.org/x/time/rate"
	"google.golang.org/protobuf/proto"
)

// Names of data channels that clients know.
const (
	labelReliable = "_reliable"
	labelLossy    = "_lossy"
)

const (
	maxDataPacket   = 64_000   // bytes; more does not fit the clients' max-message-size
	maxLossyBacklog = 64 << 10 // bytes on their way to a client before lossy ones are dropped
	maxBacklog      = 8 << 20  // bytes on their way before the client counts as lost
	maxWaiting      = 256 << 10
	drainTimeout    = time.Second
)

// dataPort is a peer's data channels. It may be used from any goroutine.
type dataPort struct {
	peer  *peer
	limit *rate.Limiter // of packets from the client
	bulk  *rate.Limiter // of their bytes
	open  chan struct{} // closed when the reliable channel is
	trial trial         // in a room for checking networks

	mu       sync.Mutex          // guards the rest
	reliable *webrtc.DataChannel // nil until it is open
	lossy    *webrtc.DataChannel
	waiting  [][]byte // reliable packets from before the channel was open
	bytes    int
}

func newDataPort(p *peer) *dataPort {
	return &dataPort{peer: p, limit: rate.NewLimiter(packetsPerTick, packetsAtOnce), bulk: rate.NewLimiter(bytesPerTick, bytesAtOnce), open: make(chan struct{})}
}

// create opens the channels that the node sends on, in two-connection mode.
func (d *dataPort) create(pc *webrtc.PeerConnection) error {
	ordered, unordered, none := true, false, uint16(0)
	reliable, err := pc.CreateDataChannel(labelReliable, &webrtc.DataChannelInit{Ordered: &ordered})
	if err != nil {
		return err
	}
	lossy, err := pc.CreateDataChannel(labelLossy, &webrtc.DataChannelInit{Ordered: &unordered, MaxRetransmits: &none})
	if err != nil {
		return err
	}
	d.listenTo(reliable, true, func() { d.opened(reliable) }, ignoreMessage)
	d.listenTo(lossy, true, func() { d.opened(lossy) }, ignoreMessage)
	return nil
}

// accept takes a channel that the client opened: it sends on it, and in
// one-connection mode it receives on it too.
func (d *dataPort) accept(channel *webrtc.DataChannel, both bool) {
	kind, known := dataKind(channel.Label())
	handle, ready := ignoreMessage, func() {}
	if known {
		handle = func(message []byte) { d.receive(kind, message) }
	}
	if known && both {
		ready = func() { d.opened(channel) }
	}
	d.listenTo(channel, false, ready, handle)
}

func dataKind(label string) (livekit.DataPacket_Kind, bool) {
	switch label {
	case labelReliable:
		return livekit.DataPacket_RELIABLE, true
	case labelLossy:
		return livekit.DataPacket_LOSSY, true
	default:
		return 0, false
	}
}

func (d *dataPort) opened(channel *webrtc.DataChannel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if channel.Label() == labelLossy {
		d.lossy = channel
		return
	}
	if d.reliable != nil {
		return // a client opens it once
	}
	d.reliable = channel
	for _, packet := range d.waiting {
		d.sendReliable(packet)
	}
	d.waiting, d.bytes = nil, 0
	close(d.open)
}

// send passes a packet to this peer. It never waits: a client that does not
// keep up loses lossy packets first, and is lost itself at last.
func (d *dataPort) send(kind livekit.DataPacket_Kind, packet []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case kind == livekit.DataPacket_RELIABLE && d.reliable != nil:
		d.sendReliable(packet)
	case kind == livekit.DataPacket_RELIABLE:
		if d.bytes += len(packet); d.bytes <= maxWaiting {
			d.waiting = append(d.waiting, packet)
		}
	case d.lossy != nil && d.lossy.ReadyState() == webrtc.DataChannelStateOpen && d.lossy.BufferedAmount() < maxLossyBacklog:
		_ = d.lossy.Send(packet) // lossy
	}
}

func (d *dataPort) sendReliable(packet []byte) {
	if d.reliable.BufferedAmount() > maxBacklog {
		d.peer.post(func() { d.peer.leave(ReasonSilent) })
		return
	}
	if err := d.reliable.Send(packet); err != nil {
		d.peer.log.Debug("send data", "err", err)
	}
}

// drain gives reliable packets a moment to get through before the connection
// is closed.
func (d *dataPort) drain() {
	timeout := d.peer.node.clock.After(drainTimeout)
	select {
	case <-d.open:
	case <-timeout:
		return
	}
	empty := make(chan struct{}, 1)
	d.reliable.SetBufferedAmountLowThreshold(0)
	d.reliable.OnBufferedAmountLow(func() {
		select {
		case empty <- struct{}{}:
		default:
		}
	})
	if d.reliable.BufferedAmount() == 0 {
		return
	}
	select {
	case <-empty:
	case <-timeout:
	}
}

// receive takes a packet from this peer's client and passes it on.
func (d *dataPort) receive(kind livekit.DataPacket_Kind, raw []byte) {
	p := d.peer
	may := p.rights.Load().data
	if (!may && !p.mayHandOverKeys(raw)) || len(raw) > maxDataPacket || p.leaving.Load() {
		return
	}
	if !d.spend(kind, len(raw)) {
		return
	}
	var packet livekit.DataPacket
	if err := proto.Unmarshal(raw, &packet); err != nil {
		p.log.Info("malformed data packet", "err", err)
		return
	}
	if p.room.check {
		d.answerCheck(kind, raw, &packet)
		return
	}
	to := stamp(&packet, kind, p.identity, p.sid)
	if !may && !isKeyPacket(&packet, to) {
		return
	}
	out, err := proto.Marshal(&packet)
	if err != nil {
		p.log.Info("encode data packet", "err", err)
		return
	}
	for _, other := range p.room.people() {
		if other != p && to.includes(other) {
			other.data.send(kind, out)
		}
	}
}

// spend takes a packet out of what the client may send: a lossy one above that
// is lost, a reliable one waits, and the client with it.
func (d *dataPort) spend(kind livekit.DataPacket_Kind, size int) bool {
	if kind == livekit.DataPacket_LOSSY {
		return d.limit.Allow() && d.bulk.AllowN(time.Now(), size)
	}
	return d.limit.Wait(d.peer.ctx) == nil && d.bulk.WaitN(d.peer.ctx, size) == nil
}

// recipients are who a packet is for; none named means everybody.
type recipients struct{ identities, sids []string }

func (r recipients) includes(p *peer) bool {
	if len(r.identities) == 0 && len(r.sids) == 0 {
		return true
	}
	return slices.Contains(r.identities, p.identity) || slices.Contains(r.sids, p.sid)
}

// stamp writes on the packet who it is from, whatever it says itself, and
// reads who it is for. Both are in two places: clients write the old ones.
//
//nolint:staticcheck // the deprecated fields are the ones that clients use
func stamp(packet *livekit.DataPacket, kind livekit.DataPacket_Kind, identity, sid string) recipients {
	packet.Kind = kind
	packet.ParticipantIdentity, packet.ParticipantSid = identity, sid
	to := recipients{identities: packet.DestinationIdentities}
	switch value := packet.Value.(type) {
	case *livekit.DataPacket_User:
		if user := value.User; user != nil {
			user.ParticipantIdentity, user.ParticipantSid = identity, sid
			to.identities = append(slices.Clone(to.identities), user.DestinationIdentities...)
			to.sids = user.DestinationSids
		}
	case *livekit.DataPacket_Speaker:
		packet.Value = nil // only the node says who speaks
	}
	return to
}

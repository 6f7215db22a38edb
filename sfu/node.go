package sfu

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu/forward"
)

const (
	tickEvery    = time.Second
	speakerEvery = 400 * time.Millisecond
)

// Node is one media server. Its methods may be called from anywhere.
type Node struct {
	config     Config
	id         string
	log        *slog.Logger
	clock      clockwork.Clock
	started    time.Time // real and monotonic: media time runs from here
	transport  *transport
	ways       *ways
	handlers   map[signalKind]handler
	sifTrailer []byte
	events     *emitter
	counters   forward.Counters
	joins      atomic.Uint64
	refused    atomic.Uint64

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	loops  sync.WaitGroup
	peers  sync.WaitGroup
	calls  sync.WaitGroup // joins in progress

	mu     sync.Mutex // guards the rest
	rooms  map[RoomKey]*room
	closed bool
}

// NewNode opens the media port and is ready for rooms when it returns.
func NewNode(config Config) (*Node, error) {
	if config.Keyring == nil {
		return nil, errors.New("new media node: no keyring")
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Clock == nil {
		config.Clock = clockwork.NewRealClock()
	}
	addresses, err := findAddresses(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("new media node: %w", err)
	}
	transport, err := newTransport(config.MediaPort, addresses, config.Logger)
	if err != nil {
		return nil, fmt.Errorf("new media node: %w", err)
	}
	ways, err := newWays(config, addresses, transport.port)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("new media node: %w", err), transport.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	n := &Node{
		config: config, id: newSID("ND_"), log: config.Logger, clock: config.Clock, started: time.Now(),
		transport: transport, ways: ways, handlers: signalHandlers(), sifTrailer: []byte(rand.Text()),
		events: newEmitter(config.Emit), ctx: ctx, cancel: cancel, rooms: map[RoomKey]*room{},
	}
	ticks, speech := n.clock.NewTicker(tickEvery), n.clock.NewTicker(speakerEvery)
	n.loops.Go(n.events.run)
	n.loops.Go(func() { n.watch(ticks) })
	n.loops.Go(func() { n.listen(speech) })
	if config.STUN != "" {
		looks := n.clock.NewTicker(addressEvery)
		n.loops.Go(func() { n.followAddress(looks) })
	}
	return n, nil
}

// mediaTime is the monotonic clock of packets.
func (n *Node) mediaTime() time.Duration { return time.Since(n.started) }

func (n *Node) room(key RoomKey) *room {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.rooms[key]
}

// SetLimits opens the room if it is not open on this node, else changes its
// limits live. Older revisions are ignored; an EndsAt in the past ends the room.
func (n *Node) SetLimits(_ context.Context, key RoomKey, limits Limits) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return ErrNodeClosed
	}
	r := n.rooms[key]
	if r == nil {
		if !limits.EndsAt.IsZero() && !n.clock.Now().Before(limits.EndsAt) {
			n.mu.Unlock()
			return ErrRoomEnded
		}
		r = newRoom(n, key, limits)
		n.rooms[key] = r
		n.mu.Unlock()
		r.log.Info("room opened", "tenant", key.Tenant, "name", key.Room)
		return nil
	}
	n.mu.Unlock()
	if r.setLimits(limits) {
		n.endRoom(r, ReasonLimit)
	}
	return nil
}

// Remove takes a person out of a room, and keeps the token that they had from
// working again.
func (n *Node) Remove(_ context.Context, key RoomKey, identity string, why Reason) error {
	r := n.room(key)
	if r == nil {
		return ErrRoomNotOpen
	}
	if !r.banish(identity, why) {
		return ErrUnknownPeer
	}
	return nil
}

// End ends a meeting for all.
func (n *Node) End(_ context.Context, key RoomKey, why Reason) error {
	r := n.room(key)
	if r == nil {
		return ErrRoomNotOpen
	}
	n.endRoom(r, why)
	return nil
}

// endRoom ends a room and forgets it, so that it can be opened anew.
func (n *Node) endRoom(r *room, why Reason) {
	n.mu.Lock()
	if n.rooms[r.key] == r {
		delete(n.rooms, r.key)
	}
	n.mu.Unlock()
	if r.end(why) {
		r.log.Info("room ended", "reason", why)
	}
}

// Rooms lists the rooms that are open here.
func (n *Node) Rooms() []RoomInfo {
	var infos []RoomInfo
	for _, r := range n.openRooms() {
		infos = append(infos, r.describe())
	}
	return infos
}

func (n *Node) openRooms() []*room {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Collect(maps.Values(n.rooms))
}

// Port is the UDP and TCP port that all media of this node uses.
func (n *Node) Port() int { return n.transport.port }

// Ready says whether the node can take people.
func (n *Node) Ready() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return ErrNodeClosed
	}
	return nil
}

// Stats counts what the node does.
func (n *Node) Stats() Stats {
	s := Stats{
		PacketsIn: n.counters.PacketsIn.Load(), PacketsOut: n.counters.PacketsOut.Load(),
		BytesIn: n.counters.BytesIn.Load(), BytesOut: n.counters.BytesOut.Load(),
		Paced: n.counters.Paced.Load(), Shed: n.counters.Shed.Load(),
		Joins: n.joins.Load(), Refused: n.refused.Load(), Relays: n.ways.relays(),
	}
	for _, r := range n.openRooms() {
		s.Rooms++
		r.count(&s)
	}
	return s
}

// watch lets rooms warn, end and count once a second. Ticks that pile up while
// the clock jumps are one.
func (n *Node) watch(ticks clockwork.Ticker) {
	defer ticks.Stop()
	var last time.Time
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-ticks.Chan():
		}
		now := n.clock.Now()
		if since := now.Sub(last); since >= 0 && since < tickEvery/2 {
			continue
		}
		last = now
		for _, r := range n.openRooms() {
			if why := r.tick(now); why != "" {
				n.endRoom(r, why)
			}
		}
	}
}

// listen tells rooms who speaks.
func (n *Node) listen(ticks clockwork.Ticker) {
	defer ticks.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-ticks.Chan():
		}
		for _, r := range n.openRooms() {
			r.listen()
		}
	}
}

// Close tells everybody to come back elsewhere and frees everything. When ctx
// ends first, what is left is abandoned.
func (n *Node) Close(ctx context.Context) error {
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return nil
	}
	n.closed = true
	n.mu.Unlock()
	for _, r := range n.openRooms() {
		n.endRoom(r, ReasonShutdown)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		n.calls.Wait()
		n.peers.Wait()
		n.cancel()
		n.events.close()
		n.loops.Wait()
	}()
	select {
	case <-drained:
		return errors.Join(n.ways.close(), n.transport.Close())
	case <-ctx.Done():
		n.cancel()
		return errors.Join(fmt.Errorf("close media node: %w", ctx.Err()), n.ways.close(), n.transport.Close())
	}
}

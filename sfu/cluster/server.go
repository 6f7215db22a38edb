package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"
	"github.com/nats-io/nats.go"

	"parley/sfu"
)

const (
	sweepEvery      = 5 * time.Second
	reconcileEvery  = time.Minute
	controlsAtOnce  = 256
	sessionsAtOnce  = 20_000
	farewellTimeout = 2 * time.Second
)

// ServerOptions say what a media node is in the cluster.
type ServerOptions struct {
	Logger   *slog.Logger
	Clock    clockwork.Clock
	Name     string // for people and logs, for example the host's name
	Pool     string // whose rooms it takes; empty is DefaultPool
	Region   string
	Capacity int    // people; no new room is placed on a node that has so many. 0 = no bound
	Replicas int    // of the rooms' bucket, on a NATS cluster; 0 = 1
	Version  string // of the program, for people
}

// media is what the server needs of *sfu.Node.
type media interface {
	Join(context.Context, sfu.Hello, sfu.Conn) error
	SetLimits(context.Context, sfu.RoomKey, sfu.Limits) error
	Remove(context.Context, sfu.RoomKey, string, sfu.Reason) error
	End(context.Context, sfu.RoomKey, sfu.Reason) error
	Ban(context.Context, sfu.RoomKey, sfu.BanRule) error
	Unban(context.Context, sfu.RoomKey, sfu.BanRule) error
	ConfigureRoom(context.Context, sfu.RoomKey, *livekit.CreateRoomRequest) (*livekit.Room, error)
	UpdateRoomMetadata(context.Context, sfu.RoomKey, string) (*livekit.Room, error)
	RoomsOf(ctx context.Context, tenant string, names []string) ([]*livekit.Room, error)
	Participants(context.Context, sfu.RoomKey) ([]*livekit.ParticipantInfo, error)
	Participant(context.Context, sfu.RoomKey, string) (*livekit.ParticipantInfo, error)
	UpdateParticipant(context.Context, sfu.RoomKey, *livekit.UpdateParticipantRequest) (*livekit.ParticipantInfo, error)
	MuteTrack(context.Context, sfu.RoomKey, *livekit.MuteRoomTrackRequest) (*livekit.TrackInfo, error)
	UpdateSubscriptions(context.Context, sfu.RoomKey, *livekit.UpdateSubscriptionsRequest) error
	SendData(context.Context, sfu.RoomKey, *livekit.SendDataRequest) error
	Subscriptions(context.Context, sfu.RoomKey) ([]sfu.Subscription, error)
	Rooms() []sfu.RoomInfo
	Stats() sfu.Stats
	Ready() error
	Close(context.Context) error
}

// NodeServer puts a media node into the cluster: it answers for the node's
// rooms, carries the signalling of its people, and says every half second that
// it is there. It owns the node from then on: Drain and Close close it too.
type NodeServer struct {
	id    string
	nc    *nats.Conn
	node  media
	opts  ServerOptions
	clock clockwork.Clock
	log   *slog.Logger
	held  *holdings
	subs  []*nats.Subscription
	ctx   context.Context // of every goroutine but the sessions
	stop  context.CancelFunc
	wg    sync.WaitGroup // of the server's own goroutines

	requests group
	sessions group
	talk     context.Context // of every session
	hangUp   context.CancelFunc

	mu    sync.Mutex // guards state and going
	state State
	going bool // it stops for good: nobody opens it again
}

// NewNodeServer announces the node to the cluster and starts to serve.
func NewNodeServer(ctx context.Context, nc *nats.Conn, node *sfu.Node, opts ServerOptions) (*NodeServer, error) {
	if node == nil {
		return nil, errors.New("serve a media node: there is none")
	}
	return newNodeServer(ctx, nc, node, opts)
}

func newNodeServer(ctx context.Context, nc *nats.Conn, node media, opts ServerOptions) (*NodeServer, error) {
	if opts.Pool == "" {
		opts.Pool = DefaultPool
	}
	bound, err := openBindings(ctx, nc, opts.Replicas)
	if err != nil {
		return nil, err
	}
	id := newID()
	run, stop := context.WithCancel(context.Background())
	talk, hangUp := context.WithCancel(context.Background())
	s := &NodeServer{
		id: id, nc: nc, node: node, opts: opts, clock: opts.Clock,
		log:  opts.Logger.With("node", id),
		held: newHoldings(id, bound), ctx: run, stop: stop, state: StateOpen,
		requests: group{most: controlsAtOnce}, sessions: group{most: sessionsAtOnce},
		talk: talk, hangUp: hangUp,
	}
	if err := s.subscribe(); err != nil {
		s.unsubscribe()
		stop()
		hangUp()
		return nil, fmt.Errorf("serve a media node: %w", err)
	}
	s.beat()
	s.wg.Go(s.beats)
	s.wg.Go(s.housekeeping)
	return s, nil
}

func (s *NodeServer) subscribe() error {
	for subject, handle := range map[string]nats.MsgHandler{
		subjectRollCall:    func(*nats.Msg) { s.beat() },
		subjectKnock(s.id): func(msg *nats.Msg) { s.answer(msg, reply{Code: codeOK}) },
		subjectRoom(s.id):  s.onControl,
		subjectRooms(s.id): s.onRooms,
		subjectJoin(s.id):  s.onJoin,
		subjectDuty(s.id):  s.onDuty,
	} {
		sub, err := s.nc.Subscribe(subject, handle)
		if err != nil {
			return err
		}
		s.subs = append(s.subs, sub)
	}
	return nil
}

func (s *NodeServer) unsubscribe() {
	for _, sub := range s.subs {
		_ = sub.Unsubscribe() // fails on a closed connection only
	}
}

// ID is the node's name in the cluster, another one at each start.
func (s *NodeServer) ID() string { return s.id }

// Info is what the node says of itself.
func (s *NodeServer) Info() NodeInfo {
	stats := s.node.Stats()
	info := NodeInfo{
		ID: s.id, Name: s.opts.Name, Pool: s.opts.Pool, Region: s.opts.Region,
		State: s.now(), Ready: s.node.Ready() == nil,
		Rooms: stats.Rooms, People: stats.Participants, Tracks: stats.Tracks, Capacity: s.opts.Capacity, Version: s.opts.Version,
	}
	if info.Capacity > 0 {
		info.Load = float64(info.People) / float64(info.Capacity)
	}
	return info
}

func (s *NodeServer) now() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// become moves the state on, never back, and tells everybody.
func (s *NodeServer) become(state State) {
	s.mu.Lock()
	s.going = true
	if s.state != StateLeaving {
		s.state = state
	}
	s.mu.Unlock()
	s.beat()
}

// Drain takes no new room and waits until the last one has closed, or until
// little is left of ctx; then it closes the node. People who are still there
// are told to come back, and their rooms are placed on other nodes.
func (s *NodeServer) Drain(ctx context.Context) error {
	s.become(StateDraining)
	patient, enough := beforeEnd(ctx)
	defer enough()
	s.waitForRooms(patient)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTimeout)
	defer cancel()
	return s.Close(closing)
}

// beforeEnd ends early enough before ctx does for a farewell to everybody, and
// for whoever stops after us.
func beforeEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(2*farewellTimeout, time.Until(end)/2)))
}

func (s *NodeServer) waitForRooms(ctx context.Context) {
	tick := s.clock.NewTicker(beatEvery)
	defer tick.Stop()
	for len(s.node.Rooms()) > 0 && ctx.Err() == nil {
		select {
		case <-tick.Chan():
		case <-ctx.Done():
		}
	}
}

// Close gives the node's rooms away, closes the node and stops serving. It
// waits for everything that it started.
func (s *NodeServer) Close(ctx context.Context) error {
	s.become(StateLeaving)
	s.flush() // that we leave is known before people are sent elsewhere
	err := s.node.Close(ctx)
	s.hangUp()
	s.sessions.wait()
	s.flush()
	s.unsubscribe()
	s.stop()
	s.requests.wait()
	s.wg.Wait()
	if err != nil {
		return fmt.Errorf("close the media node: %w", err)
	}
	return nil
}

// flush gives NATS a moment to take what was published. Without NATS there is
// nobody to tell.
func (s *NodeServer) flush() {
	if err := s.nc.FlushTimeout(farewellTimeout); err != nil {
		s.log.Warn("the last messages may not have gone out", "err", err)
	}
}

// beats says twice a second that the node is there.
func (s *NodeServer) beats() {
	tick := s.clock.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.Chan():
			s.beat()
		}
	}
}

func (s *NodeServer) beat() {
	if !s.nc.IsConnected() {
		return // a heartbeat that comes late is worse than none
	}
	data, err := json.Marshal(s.Info())
	if err == nil {
		err = s.nc.Publish(subjectBeat, data)
	}
	if err != nil && s.ctx.Err() == nil {
		s.log.Warn("heartbeat not sent", "err", err)
	}
}

// housekeeping gives back the bindings of closed rooms, and looks whether rooms
// were given to somebody else while we were cut off.
func (s *NodeServer) housekeeping() {
	tick := s.clock.NewTicker(sweepEvery)
	defer tick.Stop()
	reconnects, looked := s.nc.Stats().Reconnects, s.clock.Now()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.Chan():
		}
		if err := s.held.sweep(s.ctx, s.open); err != nil && s.ctx.Err() == nil {
			s.log.Warn("a closed room stays bound until the next sweep", "err", err)
		}
		if n := s.nc.Stats().Reconnects; n != reconnects || s.clock.Since(looked) >= reconcileEvery {
			reconnects, looked = n, s.clock.Now()
			s.reconcile()
		}
	}
}

func (s *NodeServer) open() map[sfu.RoomKey]bool {
	open := map[sfu.RoomKey]bool{}
	for _, room := range s.node.Rooms() {
		open[room.Room] = true
	}
	return open
}

// reconcile sends the people of lost rooms after the others.
func (s *NodeServer) reconcile() {
	for _, key := range s.held.lost(s.ctx) {
		s.log.Warn("room is on another node now, sending its people there", "room", key.Room)
		if err := s.node.End(s.ctx, key, sfu.ReasonShutdown); err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) {
			s.log.Warn("a room that is elsewhere did not end", "room", key.Room, "err", err)
		}
		s.held.drop(key)
	}
}

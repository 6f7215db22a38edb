package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/livekit/protocol/livekit"
	"golang.org/x/time/rate"

	"parley/sfu/forward"
)

const (
	silentAfter    = 30 // ticks of a second without a signalling connection, or without media, until a person is lost
	lostAfter      = 12 // the same without both
	signalsPerTick = 100
	signalsAtOnce  = 500
	packetsPerTick = 500
	packetsAtOnce  = 2000
	bytesPerTick   = 1 << 20 // of data packets
	bytesAtOnce    = 4 << 20
)

// peer is one person in a room, on however many signalling connections they
// have one after the other. All fields below "owned" belong to run's goroutine.
type peer struct {
	node     *Node
	room     *room
	sid      string
	identity string
	claims   Claims
	client   *livekit.ClientInfo
	single   bool // one peer connection
	auto     bool // subscribe to everything
	adaptive bool // the client says how large it shows each picture
	unasked  int  // cameras that it gets without asking; 0: all
	syncs    bool // the client finds tracks that share a stream
	log      *slog.Logger
	inbox    *inbox
	ctx      context.Context // ends when the person has left
	cancel   context.CancelFunc
	workers  sync.WaitGroup // goroutines of this peer beside run
	data     *dataPort
	signals  *rate.Limiter
	member   member // guarded by room.mu
	minute   tally  // how the connection is in this minute

	rights  atomic.Pointer[rights] // what the person may do now
	leaving atomic.Bool

	// owned
	session   *session
	gone      bool
	reason    Reason
	farewell  *livekit.SignalResponse // instead of what the reason says
	token     Claims                  // as claims, with what the client has changed since
	quiet     int                     // ticks since the last signal
	down      int                     // ticks since the media connection was up
	up        link                    // the client offers; empty until it does
	downlink  downlink
	path      *forward.Path // the way of the downlink
	allotment allotment
	rating    rating
	connected bool
	uploads   map[string]*upload // by track sid
	sending   map[string]section // media sections that the client sends on, by mid
	arrivals  []*arrival
	renewing  bool
	subs      map[string]*subscription // by track sid
	refused   map[string]bool          // tracks that the client does not want
}

// member is what the room shows of a peer to others.
type member struct {
	quality    *livekit.ConnectionQualityInfo // what others were told; nil: nothing yet
	info       *livekit.ParticipantInfo
	tracks     map[string]*publication
	permission subscribers
	publishes  bool // has one of the publishers' seats
}

func newPeer(n *Node, r *room, claims Claims, hello Hello) *peer {
	ctx, cancel := context.WithCancel(context.Background())
	p := &peer{
		node: n, room: r, sid: newSID("PA_"), identity: claims.Identity, claims: claims, token: claims, client: hello.Client,
		single: hello.SinglePC, auto: hello.AutoSubscribe, adaptive: hello.Adaptive, unasked: hello.Pictures, syncs: syncsStreams(hello.Client),
		inbox: newInbox(), ctx: ctx, cancel: cancel,
		signals: rate.NewLimiter(signalsPerTick, signalsAtOnce),
		uploads: map[string]*upload{}, subs: map[string]*subscription{}, refused: map[string]bool{},
	}
	p.log = n.log.With("room", r.sid, "participant", p.sid)
	p.rights.Store(claims.rights())
	p.data = newDataPort(p)
	p.path = forward.NewPath(n.mediaTime)
	p.path.Gather(n.transport.udp)
	p.allotment.mayPause = hello.AllowPause
	p.member.tracks = map[string]*publication{}
	p.member.permission.all = true
	p.member.info = newParticipantInfo(p, n.clock.Now())
	return p
}

// post gives the peer something to do, in its own goroutine.
func (p *peer) post(job func()) bool { return p.inbox.post(job) }

// hidden says whether others must not see the person.
func (p *peer) hidden() bool { return p.room.check || p.rights.Load().hidden }

// call does a job in the peer's goroutine and waits for it. It says false when
// the person has left before.
func (p *peer) call(job func()) bool {
	done := make(chan struct{})
	if !p.post(func() { defer close(done); job() }) {
		return false
	}
	select {
	case <-done:
		return true
	case <-p.ctx.Done():
		return false
	}
}

// run does the peer's work until the person leaves.
func (p *peer) run() {
	defer p.node.peers.Done()
	defer p.teardown()
	for !p.gone {
		<-p.inbox.wake
		for _, job := range p.inbox.take() {
			p.do(job)
			if p.gone {
				return
			}
		}
		p.do(p.flush)
	}
}

// do runs one job. What a client sends must never take others down with it:
// a panic ends this person's stay, and is logged as the fault of ours it is.
func (p *peer) do(job func()) {
	defer func() {
		if fault := recover(); fault != nil {
			p.log.Error("fault in a peer", "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			p.room.remove(p, ReasonFailed)
			p.finish(ReasonFailed)
		}
	}()
	job()
}

// leave takes the person out of the room at once, and ends the connections
// soon after. It may be called from anywhere, any number of times.
func (p *peer) leave(reason Reason) {
	p.room.remove(p, reason)
	if p.leaving.CompareAndSwap(false, true) {
		p.post(func() { p.finish(reason) })
	}
}

// finish makes run return.
func (p *peer) finish(reason Reason) {
	if !p.gone {
		p.gone, p.reason = true, reason
	}
}

// teardown is the end of run: nothing of the peer is left when it returns.
func (p *peer) teardown() {
	p.inbox.close()
	if p.downlink != nil && p.downlink.agreed() && (p.reason == ReasonLimit || p.reason == ReasonHost) {
		p.data.drain() // the last packet says why, better than the word for it does
	}
	if p.farewell == nil {
		p.farewell = p.reason.Leave()
	}
	p.send(p.farewell)
	if p.session != nil {
		p.session.close(p.reason)
	}
	p.cancel()
	p.path.Close()
	p.dropSubscriptions()
	if p.downlink != nil {
		p.downlink.close()
	}
	if p.up.PeerConnection != nil && !p.single {
		p.close(p.up)
	}
	for _, u := range p.uploads {
		u.stop(p.up.inflow)
	}
	p.workers.Wait()
	p.node.ways.dismiss(p.sid)
	p.log.Info("left", "reason", p.reason)
}

func (p *peer) close(l link) {
	if err := l.Close(); err != nil {
		p.log.Debug("close connection", "err", err)
	}
}

// send queues a message for the client, if it is there to get it.
func (p *peer) send(message *livekit.SignalResponse) {
	if p.session != nil {
		p.session.send(message)
	}
}

// restart sends the client away to come back anew: what it has and what the
// node has do not fit together any more.
func (p *peer) restart(err error) {
	p.log.Warn("client has to join anew", "err", err)
	p.farewell = leaveToReconnect()
	p.leave(ReasonFailed)
}

// read passes the client's messages on, one at a time, until the connection
// ends. Waiting for each is what keeps a client from flooding the node.
func (p *peer) read(ctx context.Context, s *session) error {
	defer close(s.over)
	for {
		request, err := s.conn.Receive(ctx)
		if err != nil {
			return fmt.Errorf("receive signal: %w", err)
		}
		if p.signals.Wait(p.ctx) != nil || !p.call(func() { p.handle(s, request) }) {
			discard(ctx, s.conn) // the person has left
			return nil
		}
	}
}

// detach notes that a signalling connection is gone. The person stays for a
// while: their media goes on, and they may come back on a new one.
func (p *peer) detach(s *session) {
	if p.session == s {
		p.session, p.quiet = nil, 0
	}
}

// tick runs once a second.
func (p *peer) tick() {
	p.quiet++
	p.down++
	if p.connected {
		p.down = 0
	}
	switch {
	// As long as there is a signalling connection, who keeps it watches over it: not every client sends pings.
	case p.down >= silentAfter, p.session == nil && (p.quiet >= silentAfter || min(p.quiet, p.down) >= lostAfter):
		p.leave(ReasonSilent)
		return
	}
	p.allot()
	p.reportToSubscriber()
	p.reportToPublisher()
	p.judge()
	p.settleDemands(p.node.clock.Now())
	for _, u := range p.uploads {
		if u.pub.track != nil {
			u.pub.track.Tick()
		}
	}
	p.renewToken()
}

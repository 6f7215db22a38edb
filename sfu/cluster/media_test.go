package cluster

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// door lets a peer's next connection in through another web node.
type door struct{ web atomic.Pointer[Client] }

func (d *door) Join(ctx context.Context, h sfu.Hello, c sfu.Conn) error {
	return d.web.Load().Join(ctx, h, c)
}

func connect(t *testing.T, node sfutest.Joiner, identity string, one bool) *sfutest.Peer {
	t.Helper()
	p, err := sfutest.Connect(within(t), node, sfutest.Options{Token: token(t, lobby, identity), SinglePC: one})
	check(t, err)
	t.Cleanup(p.Leave)
	check(t, p.Connected(within(t)))
	return p
}

func publish(t *testing.T, p *sfutest.Peer) {
	t.Helper()
	for _, source := range []sfutest.Source{sfutest.Microphone(), sfutest.Camera()} {
		if _, err := p.Publish(within(t), source); err != nil {
			t.Fatal(err)
		}
	}
}

func hears(t *testing.T, p *sfutest.Peer, identity string) {
	t.Helper()
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		check(t, p.Hears(within(t), identity, kind, 20))
	}
}

// Two people who signal through two web nodes see and hear each other. One of
// the web nodes is killed: media goes on, and the person resumes the same
// session through the other.
func TestMediaFlowsBetweenPeopleOfTwoWebNodes(t *testing.T) {
	for name, one := range map[string]bool{"two connections": false, "one connection": true} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			srv := natsServer(t)
			media := mediaTier(t, srv, clockwork.NewRealClock())
			first, second := newWebTier(t, srv), newWebTier(t, srv)
			check(t, first.SetLimits(within(t), lobby, hundred(1)))
			var entrance door
			entrance.web.Store(second.Client)
			ann, bob := connect(t, first, "ann", one), connect(t, &entrance, "bob", one)
			publish(t, ann)
			publish(t, bob)
			hears(t, ann, "bob")
			hears(t, bob, "ann")

			second.conn.Close() // as killed
			hears(t, ann, "bob")
			hears(t, bob, "ann")
			sid := bob.SID()
			entrance.web.Store(first.Client)
			check(t, bob.Resume(within(t)))
			hears(t, bob, "ann")
			if rooms := media.node.Rooms(); len(rooms) != 1 || rooms[0].Participants != 2 || bob.SID() != sid {
				t.Errorf("the node has %+v", rooms)
			}
			// New signals pass the new way: ann leaves, and bob sees it.
			ann.Leave()
			check(t, bob.Until(within(t), "that ann has left", func() bool { return bob.People()["ann"] == nil }))
		})
	}
}

// A node is killed while people talk. They come back to another one, and talk.
func TestPeopleTalkOnAfterTheirNodeDied(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	web := newWebTier(t, srv)
	nodes := []*tier{mediaTier(t, srv, clockwork.NewRealClock()), mediaTier(t, srv, clockwork.NewRealClock())}
	until(t, "both nodes are known", func() bool { return len(web.Nodes()) == 2 })
	limits := sfu.Limits{Participants: 2, EndsAt: time.Now().Add(time.Hour), Revision: 1}
	check(t, web.SetLimits(within(t), lobby, limits))
	was := nodes[0]
	if len(was.node.Rooms()) == 0 {
		was = nodes[1]
	}
	ann, bob := connect(t, web, "ann", false), connect(t, web, "bob", false)
	publish(t, ann)
	hears(t, bob, "ann")

	was.kill()
	for _, p := range []*sfutest.Peer{ann, bob} {
		check(t, p.Until(within(t), "the farewell", func() bool { return p.LeaveRequest().GetCanReconnect() }))
	}
	check(t, web.SetLimits(within(t), lobby, limits))
	ann2, bob2 := connect(t, web, "ann", false), connect(t, web, "bob", false)
	publish(t, bob2)
	hears(t, ann2, "bob")
}

package sfu_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// wish is a client's wish for tracks, or to be rid of them, a message each as
// clients send it.
func (w *world) wish(p *sfutest.Peer, yes bool, sids ...string) {
	w.t.Helper()
	for _, sid := range sids {
		w.ok(p.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Subscription{
			Subscription: &livekit.UpdateSubscription{TrackSids: []string{sid}, Subscribe: yes},
		}}))
	}
}

// received are the tracks that somebody has, of those, in alphabetical order.
func (w *world) received(identity string, of []string) (got []string) {
	w.t.Helper()
	all, err := w.node.Subscriptions(w.ctx, acme)
	w.ok(err)
	for _, s := range all {
		if s.Subscriber == identity && slices.Contains(of, s.TrackSID) {
			got = append(got, s.TrackSID)
		}
	}
	return got
}

// sectionsOf counts the sections of a kind in the newest offer to somebody.
func sectionsOf(p *sfutest.Peer, kind string) int {
	offers := offersTo(p)
	return strings.Count(offers[len(offers)-1], "\nm="+kind+" ")
}

// TestPagesOfPictures is a client with places for two pictures in a room of six:
// it is given two, and every voice; the others' cost nothing, not even a section,
// until it asks. Page after page takes the sections of the pages before.
func TestPagesOfPictures(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	names := []string{"ann", "cyd", "dan", "eve", "fay", "gus"}
	var cameras []string
	publish := func(name string) {
		p := w.join(name, sfutest.Options{NoSubscribe: true})
		w.publish(p, sfutest.Microphone())
		cameras = append(cameras, w.publish(p, sfutest.Camera()).SID())
	}
	for _, name := range names[:4] {
		publish(name)
	}
	bob := w.join("bob", sfutest.Options{Pictures: 2})
	w.ok(bob.Connected(w.ctx))
	for _, name := range names[4:] {
		publish(name)
	}
	for _, name := range names {
		w.ok(bob.Hears(w.ctx, name, audio, 5))
	}
	w.eventually("the pictures of who came first", func() bool {
		return slices.Equal(w.received("bob", cameras), slices.Sorted(slices.Values(cameras[:2])))
	})
	if n := sectionsOf(bob, "video"); n != 2 {
		t.Errorf("%d sections for two pictures", n)
	}
	if n := sectionsOf(bob, "audio"); n != 6 {
		t.Errorf("%d sections for six voices", n)
	}
	page, most := w.received("bob", cameras), 0
	for turn := range 9 {
		next := []string{cameras[2*turn%6], cameras[(2*turn+1)%6]}
		w.wish(bob, true, next...)
		w.wish(bob, false, slices.DeleteFunc(page, func(sid string) bool { return slices.Contains(next, sid) })...)
		page = next
		w.eventually("the pictures of the page, and no others", func() bool {
			return slices.Equal(w.received("bob", cameras), slices.Sorted(slices.Values(next)))
		})
		for i := range 2 {
			w.ok(bob.Hears(w.ctx, names[(2*turn+i)%6], video, 3))
		}
		most = max(most, sectionsOf(bob, "video"))
	}
	if most > 4 { // the page's, and those of the page before until the client has agreed that they are quiet
		t.Errorf("%d sections for pages of two pictures", most)
	}
}

// TestAPageIsOneOffer: what a page wishes for comes in many messages, and in no time.
func TestAPageIsOneOffer(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 100, Plan: "Free"})
	ann := w.join("ann", sfutest.Options{NoSubscribe: true})
	var sids []string
	for range 8 {
		sids = append(sids, w.publish(ann, sfutest.Microphone()).SID())
	}
	bob := w.join("bob", sfutest.Options{NoSubscribe: true})
	w.ok(bob.Connected(w.ctx))
	w.until(bob, "word of all", func() bool { return tracksOf(bob, "ann") == len(sids) })
	before := len(offersTo(bob))
	w.wish(bob, true, append(sids, "TR_none")...)
	w.until(bob, "an answer to the last wish", func() bool {
		return slices.ContainsFunc(bob.Messages(), func(m *livekit.SignalResponse) bool { return m.GetSubscriptionResponse() != nil })
	})
	if n := len(offersTo(bob)) - before; n != 0 {
		t.Errorf("%d offers while wishes come", n)
	}
	w.eventually("all of them", func() bool {
		clock.Advance(5 * time.Millisecond)
		return bob.Receiving() == len(sids)
	})
	if n := len(offersTo(bob)) - before; n != 1 {
		t.Errorf("%d offers for one page", n)
	}
}

package sfu_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// offersTo are the descriptions that the node has offered somebody, in order.
func offersTo(p *sfutest.Peer) (offers []string) {
	for _, message := range p.Messages() {
		if offer := message.GetOffer(); offer != nil {
			offers = append(offers, offer.GetSdp())
		}
	}
	return offers
}

// crowd is people who publish a picture and a voice each.
func (w *world) crowd(names ...string) {
	w.t.Helper()
	for _, name := range names {
		p := w.join(name, sfutest.Options{NoSubscribe: true})
		w.publish(p, sfutest.Microphone())
		w.publish(p, sfutest.Camera())
	}
}

// TestWhoIsBusyIsOfferedABurstAtOnce is a browser that takes its time for a
// description while many come: what they all bring is in the next one, and that
// waits until the browser has had as long for itself.
func TestWhoIsBusyIsOfferedABurstAtOnce(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 100, Plan: "Free"})
	bob := w.join("bob", sfutest.Options{})
	w.ok(bob.Connected(w.ctx))
	release := bob.HoldAnswers()
	before := len(offersTo(bob))
	w.crowd("ann")
	w.until(bob, "an offer of the first who comes", func() bool { return len(offersTo(bob)) == before+1 })
	w.crowd("cyd", "dan", "eve", "fay", "gus")
	w.until(bob, "word of all", func() bool { return tracksOf(bob, "gus") == 2 })
	const far, rest, step = 300 * time.Millisecond, 400 * time.Millisecond, 20 * time.Millisecond
	clock.Advance(far + rest) // nobody has reported how far bob is
	release()
	since := time.Duration(0)
	w.eventually("all of them", func() bool {
		if n := len(offersTo(bob)); n != before+1 && since < rest {
			t.Fatalf("another offer %s after one that took %s", since, far+rest)
		}
		clock.Advance(step)
		since += step
		return bob.Receiving() >= 12
	})
	if n := len(offersTo(bob)); n != before+2 {
		t.Errorf("%d offers for twelve tracks, want 2", n-before)
	}
}

// TestWhoIsFarIsOfferedAtOnce: an answer that took no longer than a far way does holds nothing back.
func TestWhoIsFarIsOfferedAtOnce(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Now())
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 100, Plan: "Free"})
	bob := w.join("bob", sfutest.Options{})
	w.ok(bob.Connected(w.ctx))
	release := bob.HoldAnswers()
	before := len(offersTo(bob))
	w.crowd("ann")
	w.until(bob, "an offer of the first who comes", func() bool { return len(offersTo(bob)) == before+1 })
	w.crowd("cyd")
	w.until(bob, "word of her", func() bool { return tracksOf(bob, "cyd") == 2 })
	clock.Advance(300 * time.Millisecond)
	release()
	w.until(bob, "the next offer, with no more time passing", func() bool { return len(offersTo(bob)) == before+2 })
}

// TestASectionHasTheCodecsOfItsTrack: only the first of a kind offers them all.
func TestASectionHasTheCodecsOfItsTrack(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	bob := w.join("bob", sfutest.Options{})
	w.ok(bob.Connected(w.ctx))
	ann := w.join("ann", sfutest.Options{NoSubscribe: true})
	for range 2 {
		w.publish(ann, sfutest.Microphone())
		w.publish(ann, sfutest.Camera())
	}
	nine := sfutest.Camera()
	nine.Codec = webrtc.MimeTypeVP9
	w.publish(ann, nine)
	w.until(bob, "five tracks", func() bool { return bob.Receiving() == 5 })
	offers := offersTo(bob)
	var got []string
	for _, section := range strings.Split(offers[len(offers)-1], "\nm=")[1:] {
		var names []string
		for line := range strings.Lines(section) {
			if _, codec, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.HasPrefix(line, "a=rtpmap:") {
				name, _, _ := strings.Cut(codec, "/")
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			got = append(got, strings.Join(names, " "))
		}
	}
	slices.Sort(got)
	want := []string{"VP8 VP9 rtx rtx", "VP8 rtx", "VP8 rtx H264 rtx H264 rtx VP9 rtx AV1 rtx", "opus", "opus PCMU PCMA"}
	if !slices.Equal(got, want) {
		t.Errorf("sections with %q, want %q", got, want)
	}
	w.ok(bob.Hears(w.ctx, "ann", video, 10))
}

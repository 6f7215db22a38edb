package sfu

import (
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/forward"
)

// How long less has to be enough until a publisher is asked to send less.
const (
	// calmFor keeps tiles that change their size for a moment from costing a key
	// frame.
	calmFor = 5 * time.Second
	// tightFor is the same where it is not wishes but networks that leave no room:
	// they may have room again soon, and look for it by trying.
	tightFor = 10 * time.Second
)

// demand is what the subscribers of one video track want of it, as far as it can
// reach them, and what its publisher was asked for. Nobody should send what nobody
// watches, or what no subscriber's network has room for. Its lock is
// taken last of all, and its methods call nothing but the Subs'.
type demand struct {
	mu    sync.Mutex
	subs  map[*forward.Sub]struct{}
	needs [2]need // of the track's codec, and of its backup
}

// need is what is wanted of a track in one codec.
type need struct {
	asked int       // quality that the publisher was asked for last
	calm  time.Time // since when less is enough; zero: it is not
	peak  int       // the most that was wanted since
	tight bool      // more was wished for since than networks had room for
}

// newDemand begins as clients do: with all of the first codec, and nothing of
// the second.
func newDemand() *demand {
	d := &demand{subs: map[*forward.Sub]struct{}{}}
	d.needs[forward.First].asked, d.needs[forward.Backup].asked = forward.TopQuality, forward.Off
	return d
}

func (d *demand) add(sub *forward.Sub) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.subs[sub] = struct{}{}
}

func (d *demand) remove(sub *forward.Sub) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.subs, sub)
}

// current is what the publisher was asked for last, of each codec.
func (d *demand) current() (asked [2]int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.needs {
		asked[i] = d.needs[i].asked
	}
	return asked
}

// wantedLocked is what can reach anybody, and what anybody wishes for.
func (d *demand) wantedLocked() (needed, wished [2]int) {
	needed, wished = [2]int{forward.Off, forward.Off}, [2]int{forward.Off, forward.Off}
	for sub := range d.subs {
		variant := sub.Variant()
		needed[variant], wished[variant] = max(needed[variant], sub.Need()), max(wished[variant], sub.Wish())
	}
	return needed, wished
}

// rise says whether more is wanted now than the publisher was asked for. It
// counts as asked for then.
func (d *demand) rise() (more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	needed, _ := d.wantedLocked()
	for i := range d.needs {
		if needed[i] > d.needs[i].asked {
			d.needs[i] = need{asked: needed[i]}
			more = true
		}
	}
	return more
}

// settle says whether less has been enough for long enough to ask for less.
func (d *demand) settle(now time.Time) (less bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	needed, wished := d.wantedLocked()
	for i := range d.needs {
		less = d.needs[i].settle(needed[i], wished[i], now) || less
	}
	return less
}

func (n *need) settle(needed, wished int, now time.Time) bool {
	switch {
	case needed >= n.asked:
		n.calm = time.Time{}
		return false
	case n.calm.IsZero():
		n.calm, n.peak, n.tight = now, needed, false
	}
	n.peak = max(n.peak, needed)
	n.tight = n.tight || wished > n.peak
	wait := calmFor
	if n.tight {
		wait = tightFor
	}
	if now.Sub(n.calm) < wait {
		return false
	}
	*n = need{asked: n.peak}
	return true
}

// raise has the publisher send more, if somebody wants more now. It may be
// called from any peer's goroutine.
func (pub *publication) raise() {
	if pub.demand != nil && pub.demand.rise() {
		pub.owner.post(func() { pub.owner.askFor(pub) })
	}
}

// settleDemands asks for less where less has been enough for a while. It runs
// once a second, on the publisher's peer. A track that has not arrived yet is
// left alone: its client would not know what it is asked about.
func (p *peer) settleDemands(now time.Time) {
	for _, u := range p.uploads {
		if u.pub.demand != nil && u.variant == forward.First && u.pub.track.Layers() > 0 && !u.pub.track.Muted() && u.pub.demand.settle(now) {
			p.askFor(u.pub)
		}
	}
}

// repeatDemands says again what was asked for, after messages may have been
// lost with a connection.
func (p *peer) repeatDemands() {
	for _, u := range p.uploads {
		if u.pub.demand != nil && u.variant == forward.First {
			p.askFor(u.pub)
		}
	}
}

// askFor tells the publisher which qualities are wanted. Clients that do
// simulcast act on the list by codec and read codecs by their short name; the
// flat list is for older ones.
//
//nolint:staticcheck // the deprecated list is what older clients read
func (p *peer) askFor(pub *publication) {
	asked := pub.demand.current()
	for variant, quality := range asked {
		pub.track.SetAsked(variant, quality)
	}
	update := &livekit.SubscribedQualityUpdate{TrackSid: pub.sid, SubscribedQualities: qualitiesUpTo(asked[forward.First])}
	for i, mime := range pub.track.Codecs() {
		update.SubscribedCodecs = append(update.SubscribedCodecs, &livekit.SubscribedCodec{Codec: shortCodec(mime), Qualities: qualitiesUpTo(asked[i])})
	}
	p.log.Debug("quality wanted", "track", pub.sid, "quality", asked)
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_SubscribedQualityUpdate{SubscribedQualityUpdate: update}})
}

func qualitiesUpTo(best int) (qualities []*livekit.SubscribedQuality) {
	for quality := range forward.TopQuality + 1 {
		qualities = append(qualities, &livekit.SubscribedQuality{Quality: livekit.VideoQuality(quality), Enabled: quality <= best})
	}
	return qualities
}

// shortCodec is how clients name a codec: "vp8" for "video/VP8".
func shortCodec(mime string) string {
	_, name, _ := strings.Cut(strings.ToLower(mime), "/")
	return name
}

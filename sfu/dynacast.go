package sfu

import (
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/forward"
)

// calmFor is how long less has to be enough until a publisher is asked to send
// less. Tiles that change their size for a moment then cost no key frame.
const calmFor = 5 * time.Second

// demand is what the subscribers of one video track want of it, and what its
// publisher was asked for. Nobody should send what nobody watches. Its lock is
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

func (d *demand) wantedLocked() (wanted [2]int) {
	wanted = [2]int{forward.Off, forward.Off}
	for sub := range d.subs {
		variant := sub.Variant()
		wanted[variant] = max(wanted[variant], sub.Wish())
	}
	return wanted
}

// rise says whether more is wanted now than the publisher was asked for. It
// counts as asked for then.
func (d *demand) rise() (more bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := d.wantedLocked()
	for i := range d.needs {
		if wanted[i] > d.needs[i].asked {
			d.needs[i] = need{asked: wanted[i]}
			more = true
		}
	}
	return more
}

// settle says whether less has been enough for long enough to ask for less.
func (d *demand) settle(now time.Time) (less bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := d.wantedLocked()
	for i := range d.needs {
		less = d.needs[i].settle(wanted[i], now) || less
	}
	return less
}

func (n *need) settle(wanted int, now time.Time) bool {
	switch {
	case wanted >= n.asked:
		n.calm = time.Time{}
		return false
	case n.calm.IsZero():
		n.calm, n.peak = now, wanted
		return false
	}
	n.peak = max(n.peak, wanted)
	if now.Sub(n.calm) < calmFor {
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

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
// taken last of all, and its methods call nothing but Sub.Wish.
type demand struct {
	mu    sync.Mutex
	subs  map[*forward.Sub]struct{}
	asked int       // quality that the publisher was asked for last; all, to begin with
	calm  time.Time // since when less is enough; zero: it is not
	peak  int       // the most that was wanted since
}

func newDemand() *demand {
	return &demand{subs: map[*forward.Sub]struct{}{}, asked: forward.TopQuality}
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

// current is what the publisher was asked for last.
func (d *demand) current() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

func (d *demand) wantedLocked() int {
	wanted := forward.Off
	for sub := range d.subs {
		wanted = max(wanted, sub.Wish())
	}
	return wanted
}

// rise says whether more is wanted now than the publisher was asked for. It
// counts as asked for then.
func (d *demand) rise() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := d.wantedLocked()
	if wanted <= d.asked {
		return false
	}
	d.asked, d.calm = wanted, time.Time{}
	return true
}

// settle says whether less has been enough for long enough to ask for less.
func (d *demand) settle(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	wanted := d.wantedLocked()
	switch {
	case wanted >= d.asked:
		d.calm = time.Time{}
		return false
	case d.calm.IsZero():
		d.calm, d.peak = now, wanted
		return false
	}
	d.peak = max(d.peak, wanted)
	if now.Sub(d.calm) < calmFor {
		return false
	}
	d.asked, d.calm = d.peak, time.Time{}
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
		if u.pub.demand != nil && u.pub.track.Layers() > 0 && !u.pub.track.Muted() && u.pub.demand.settle(now) {
			p.askFor(u.pub)
		}
	}
}

// repeatDemands says again what was asked for, after messages may have been
// lost with a connection.
func (p *peer) repeatDemands() {
	for _, u := range p.uploads {
		if u.pub.demand != nil {
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
	best := pub.demand.current()
	var qualities []*livekit.SubscribedQuality
	for quality := range forward.TopQuality + 1 {
		qualities = append(qualities, &livekit.SubscribedQuality{Quality: livekit.VideoQuality(quality), Enabled: quality <= best})
	}
	p.log.Debug("quality wanted", "track", pub.sid, "quality", best)
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_SubscribedQualityUpdate{
		SubscribedQualityUpdate: &livekit.SubscribedQualityUpdate{
			TrackSid: pub.sid, SubscribedQualities: qualities,
			SubscribedCodecs: []*livekit.SubscribedCodec{{Codec: shortCodec(pub.track.Codec), Qualities: qualities}},
		},
	}})
}

// shortCodec is how clients name a codec: "vp8" for "video/VP8".
func shortCodec(mime string) string {
	_, name, _ := strings.Cut(strings.ToLower(mime), "/")
	return name
}

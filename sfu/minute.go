package sfu

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// Cause says why a person's minute was not good.
type Cause string

// The causes, from what is the person's to what is the node's decision.
const (
	CauseNone     Cause = ""         // it was good
	CauseUplink   Cause = "uplink"   // what they sent got lost or came unevenly
	CauseDownlink Cause = "downlink" // what was sent to them did, or the way is long
	CauseLayer    Cause = "layer"    // the node held pictures back, for want of room on the way to them
	CauseLost     Cause = "lost"     // there was no media connection
)

// QualityMinute is how a person's connection was in one minute, as the node saw
// it: means over its looks, one every two seconds.
type QualityMinute struct {
	Identity string
	Minute   time.Time // its beginning, in UTC
	Score    int       // tenths, 10 (worst) to 50; 0 = there was no connection at all
	LossUp   int       // thousandths of the packets that the person sent
	LossDown int       // thousandths of those sent to the person
	RTT      int       // milliseconds; 0 = not known
	Jitter   int       // milliseconds, the worse of both ways
	Layer    int       // lowest spatial layer of a picture that was sent to the person; -1 = none
	Size     int       // pixels, the shorter side of that picture as its publisher says; 0 = none, or not known
	Held     Held      // what the node decided to hold back from the person, at some look of the minute
	Cause    Cause
}

// Held says what the node held back of the pictures that a person wanted to see,
// for want of room on the way to them.
type Held string

// What is held back, from nothing on.
const (
	HeldNothing Held = ""        // they got what their page asked for, as far as anybody sent it
	HeldSmaller Held = "smaller" // a picture was smaller than asked for
	HeldPaused  Held = "paused"  // a picture was not sent at all
)

const (
	qualityAtOnce  = 200   // minutes in one event: some 90 KB with the longest identities
	qualityWaiting = 4_096 // minutes that a room holds back at most; the oldest go first
	pausedScore    = 3.1   // points at most while pictures are held back: people are told POOR
	goodScore      = 4.2   // from here on a minute needs no cause
	layerCost      = 0.3   // points that a picture smaller than wished weighs where a cause is chosen
)

// look is one look at a person's connection.
type look struct {
	points   float32
	up, down reception
	layer    int  // -1: no pictures
	size     int  // of the picture in that layer, in pixels; 0: not known
	held     bool // some picture is smaller than it could be, for want of room
	paused   bool // some picture is not sent at all, for want of room
	lost     bool
}

// tally adds up the looks of a minute. The peer's goroutine fills it; whoever
// takes the person out of the room empties it.
type tally struct {
	mu  sync.Mutex
	sum minuteSum
}

type minuteSum struct {
	minute           time.Time // zero: no look yet
	looks            float64
	points           float64
	lossUp, lossDown float64
	rtt, jitter      time.Duration
	layer, size      int
	held             Held
	costs            [4]float64 // as causes has them
}

// causes are in the order in which the first of equals is blamed.
var causes = [4]Cause{CauseLost, CauseUplink, CauseDownlink, CauseLayer}

// add takes a look, and gives the minute before when a new one has begun.
func (t *tally) add(now time.Time, l look) (done QualityMinute, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if minute := now.UTC().Truncate(time.Minute); !minute.Equal(t.sum.minute) {
		done, ok = t.sum.result()
		t.sum = minuteSum{minute: minute, layer: -1}
	}
	t.sum.count(l)
	return done, ok
}

// take gives what there is of the minute that has begun, and forgets it.
func (t *tally) take() (QualityMinute, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	done, ok := t.sum.result()
	t.sum = minuteSum{}
	return done, ok
}

func (m *minuteSum) count(l look) {
	m.looks++
	switch {
	case l.lost:
		m.costs[0] += 5
		return // nothing comes, and nothing is measured
	case l.paused:
		l.points = min(l.points, pausedScore)
		m.costs[3] += 5 - pausedScore
	case l.held:
		m.costs[3] += layerCost
	}
	m.points += float64(l.points)
	m.lossUp += l.up.loss
	m.lossDown += l.down.loss
	m.rtt += l.down.rtt
	m.jitter += max(l.up.jitter, l.down.jitter)
	m.costs[1] += cost(reception{loss: l.up.loss, jitter: l.up.jitter})
	m.costs[2] += cost(l.down)
	if l.layer >= 0 && (m.layer < 0 || l.layer < m.layer) {
		m.layer, m.size = l.layer, l.size
	}
	switch {
	case l.paused:
		m.held = HeldPaused
	case l.held && m.held == HeldNothing:
		m.held = HeldSmaller
	}
}

// cost is how many points one way takes by itself.
func cost(r reception) float64 { return 5 - float64(score(r, reception{rtt: r.rtt})) }

func (m *minuteSum) result() (q QualityMinute, ok bool) {
	if m.looks == 0 {
		return q, false
	}
	millis := func(d time.Duration) int { return int(float64(d/time.Millisecond)/m.looks + 0.5) }
	share := func(sum float64) int { return min(int(1000*sum/m.looks+0.5), 1000) }
	q = QualityMinute{
		Minute: m.minute, Score: int(10*m.points/m.looks + 0.5), LossUp: share(m.lossUp), LossDown: share(m.lossDown),
		RTT: millis(m.rtt), Jitter: millis(m.jitter), Layer: m.layer,
		Size: m.size, Held: m.held,
	}
	most := 0.0
	for i, spent := range m.costs {
		if q.Score < 10*goodScore && spent > most {
			q.Cause, most = causes[i], spent
		}
	}
	return q, true
}

// pictures says what the person gets of the pictures that they want to see: the
// lowest layer, how large that one is, and whether any could be better if there
// were room.
func (p *peer) pictures() (layer, size int, held bool) {
	layer = -1
	var smallest *publication
	for _, s := range p.subs {
		if !s.open || s.sub.Kind() != webrtc.RTPCodecTypeVideo || s.pub.track.Muted() || s.paused() {
			continue
		}
		wish, rungs := s.sub.Wish(), s.sub.Rungs()
		if wish == forward.Off || len(rungs) == 0 {
			continue
		}
		best := rungBelow(rungs, wish)
		got := rungBelow(rungs, min(wish, s.allotted()))
		held = held || got < best
		if layer < 0 || got < layer {
			layer, smallest = got, s.pub
		}
	}
	if smallest != nil {
		size = p.room.sizeOf(smallest, layer)
	}
	return layer, size, held
}

// sizeOf is the shorter side of a track's picture in a layer, in pixels, as its
// publisher has said; 0 when they have not.
//
//nolint:staticcheck // the layers of a track's only codec stand in the deprecated field too
func (r *room) sizeOf(pub *publication, quality int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, layer := range pub.info.Layers {
		if int(layer.GetQuality()) == quality && layer.GetWidth() > 0 {
			return int(min(layer.GetWidth(), layer.GetHeight()))
		}
	}
	if pub.info.Simulcast {
		return 0
	}
	return int(min(pub.info.Width, pub.info.Height))
}

// rungBelow is the best quality up to a limit; the lowest when all are above.
func rungBelow(rungs []forward.Rung, limit int) int {
	best := rungs[0].Quality
	for _, rung := range rungs {
		if rung.Quality <= limit {
			best = max(best, rung.Quality)
		}
	}
	return best
}

// noteMinute keeps a minute until the room tells of it. Call with mu.
func (r *room) noteMinute(p *peer, q QualityMinute) {
	if p.claims.Hidden {
		return // nobody else knows that they are there
	}
	q.Identity = p.identity
	if len(r.quality) >= qualityWaiting {
		r.quality = r.quality[1:]
	}
	r.quality = append(r.quality, q)
}

// tellQuality tells of the minutes that are over. Call with mu.
func (r *room) tellQuality(now time.Time) {
	for len(r.quality) > 0 {
		n := min(len(r.quality), qualityAtOnce)
		r.emit(Event{Kind: EventQuality, Room: r.key, SID: r.sid, Quality: r.quality[:n:n], At: now})
		r.quality = r.quality[n:]
	}
	r.quality, r.told = nil, now
}

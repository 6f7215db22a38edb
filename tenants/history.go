package tenants

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
)

// history remembers what was added up of meetings that are over, so that a page
// about a month does not read all of it each time. It holds nothing that the
// database does not, and no name of anybody.
type history struct {
	mu     sync.Mutex
	days   *lru.LRU[dayOf, keptDay]
	held   int // people in all the days
	months *lru.LRU[OrgID, keptMonth]
}

type dayOf struct {
	org        OrgID
	start, end int64 // Unix time; days differ by time zone
}

type keptDay struct {
	dayUse
	at time.Time
}

// keptMonth is what the meetings took that ended in a month before a moment.
type keptMonth struct {
	month, until time.Time
	meetings     int64
	all          time.Duration
	makers       map[UserID]time.Duration
}

// How much is remembered, and for how long: a person who is deleted is out of
// here an hour later.
const (
	historyPeople = 200_000 // lines of a person on a day, 40 bytes each
	historyMonths = 1_000   // organizations
	historyAge    = time.Hour
)

func newHistory() *history {
	h := &history{}
	// The limit that counts is the one of people; neither size is ever wrong.
	h.days, _ = lru.NewLRU(historyPeople, func(_ dayOf, d keptDay) { h.held -= d.weight() })
	h.months, _ = lru.NewLRU[OrgID, keptMonth](historyMonths, nil)
	return h
}

func (d keptDay) weight() int { return 1 + len(d.people) + len(d.stayed) }

// day gives a day that is over, if it is remembered.
func (h *history) day(org OrgID, start, end, now time.Time) (dayUse, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept, ok := h.days.Get(dayOf{org, start.Unix(), end.Unix()})
	if age := now.Sub(kept.at); !ok || age < 0 || age > historyAge {
		return dayUse{}, false
	}
	kept.total.Day = start // the same moment may be in another zone
	return kept.dayUse, true
}

// keep remembers those days of which nothing can change any more.
func (h *history) keep(org OrgID, days []dayUse, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range days {
		if d.open {
			continue
		}
		key, kept := dayOf{org, d.total.Day.Unix(), d.end.Unix()}, keptDay{d, now}
		h.days.Remove(key)
		h.days.Add(key, kept)
		h.held += kept.weight()
	}
	for h.held > historyPeople {
		h.days.RemoveOldest()
	}
}

// month gives what is remembered of a month; the zero value when that is nothing.
func (h *history) month(org OrgID, month time.Time) keptMonth {
	h.mu.Lock()
	defer h.mu.Unlock()
	if kept, ok := h.months.Get(org); ok && kept.month.Equal(month) {
		return kept
	}
	return keptMonth{month: month, until: month}
}

func (h *history) keepMonth(org OrgID, kept keptMonth) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.months.Add(org, kept)
}

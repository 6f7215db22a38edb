package ads

import (
	"time"
)

// Placement is a place for an advertisement. There is none in a meeting.
type Placement string

// The placements.
const (
	Dashboard Placement = "dashboard" // a banner on an organization's first page
	Lobby     Placement = "lobby"     // a banner before a meeting
	AfterCall Placement = "after"     // for some seconds, before the page after a meeting
)

// Placements are all of them, in the order in which a person meets them.
func Placements() []Placement { return []Placement{Dashboard, Lobby, AfterCall} }

// State is whether a campaign is shown.
type State string

// The states. What has ended stays ended.
const (
	Active State = "active"
	Paused State = "paused"
	Ended  State = "ended"
)

// Standing is what a campaign does at a moment, for who looks after it.
type Standing string

// The standings.
const (
	Running   Standing = "running"
	Waiting   Standing = "waiting"   // active, and its schedule has not begun
	Over      Standing = "over"      // active, and its schedule is over
	Exhausted Standing = "exhausted" // active, and its budget is used up
	Resting   Standing = "paused"
	Closed    Standing = "ended"
)

// Campaign is what an advertiser has bought, and how far it is.
type Campaign struct {
	ID      string
	Content Content
	State   State
	Picture string // the name of the picture, for [Service.Picture]

	Impressions int64 // charged so far
	CreatedAt   time.Time
}

// Content is what the operator sets of a campaign, without the picture.
type Content struct {
	Advertiser string
	Title      string
	Text       string
	Alt        string // what the picture shows, for who does not see it
	Link       string // https only

	Placements []Placement
	From       time.Time
	Until      time.Time // exclusive; zero = until the budget is used up
	Weight     int       // among others, 1 to 100
	DailyCap   int       // impressions a person and day (UTC)
	Seconds    int       // that the one after a call stays

	Budget     int64 // impressions
	PriceCents int64 // minor units, of a thousand impressions; 0 for our own
	Currency   string
}

// On reports whether the campaign is shown in a place.
func (c Content) On(where Placement) bool {
	for _, p := range c.Placements {
		if p == where {
			return true
		}
	}
	return false
}

// Standing is what the campaign does at a moment.
func (c Campaign) Standing(now time.Time) Standing {
	switch {
	case c.State == Paused:
		return Resting
	case c.State == Ended:
		return Closed
	case c.Impressions >= c.Content.Budget:
		return Exhausted
	case now.Before(c.Content.From):
		return Waiting
	case !c.Content.Until.IsZero() && !now.Before(c.Content.Until):
		return Over
	}
	return Running
}

// Spent is what the impressions cost so far, in thousandths of a minor unit:
// exact, since that is what one impression is priced in.
func (c Campaign) Spent() int64 { return c.Impressions * c.Content.PriceCents }

// Left is how many impressions the budget has left.
func (c Campaign) Left() int64 { return max(0, c.Content.Budget-c.Impressions) }

package ads

import "time"

// dayForm spells a day (UTC), as the ledger names it.
const dayForm = time.DateOnly

// campaignRow is a campaign. It belongs to no organization.
type campaignRow struct {
	ID          string `gorm:"primaryKey"`
	Advertiser  string
	Title       string
	Body        string
	Picture     string
	Alt         string
	Link        string
	OnDashboard bool
	OnLobby     bool
	OnAfter     bool
	StartsAt    time.Time
	EndsAt      *time.Time
	Weight      int
	DailyCap    int
	Seconds     int
	Budget      int64
	PriceCents  int64
	Currency    string
	State       State
	Impressions int64
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ChangedAt   time.Time
}

// TableName is where it lies.
func (campaignRow) TableName() string { return "ad_campaigns" }

func (r campaignRow) campaign() Campaign {
	c := Campaign{
		ID: r.ID, State: r.State, Picture: r.Picture, Impressions: r.Impressions, CreatedAt: r.CreatedAt.UTC(),
		Content: Content{
			Advertiser: r.Advertiser, Title: r.Title, Text: r.Body, Alt: r.Alt, Link: r.Link,
			From: r.StartsAt.UTC(), Weight: r.Weight, DailyCap: r.DailyCap, Seconds: r.Seconds,
			Budget: r.Budget, PriceCents: r.PriceCents, Currency: r.Currency,
		},
	}
	if r.EndsAt != nil {
		c.Content.Until = r.EndsAt.UTC()
	}
	for where, on := range map[Placement]bool{Dashboard: r.OnDashboard, Lobby: r.OnLobby, AfterCall: r.OnAfter} {
		if on {
			c.Content.Placements = append(c.Content.Placements, where)
		}
	}
	c.Content.Placements = inOrder(c.Content.Placements)
	return c
}

// set puts the content into the row.
func (r *campaignRow) set(c Content) {
	r.Advertiser, r.Title, r.Body, r.Alt, r.Link = c.Advertiser, c.Title, c.Text, c.Alt, c.Link
	r.OnDashboard, r.OnLobby, r.OnAfter = c.On(Dashboard), c.On(Lobby), c.On(AfterCall)
	r.StartsAt, r.EndsAt = c.From, nil
	if !c.Until.IsZero() {
		r.EndsAt = &c.Until
	}
	r.Weight, r.DailyCap, r.Seconds = c.Weight, c.DailyCap, c.Seconds
	r.Budget, r.PriceCents, r.Currency = c.Budget, c.PriceCents, c.Currency
}

// inOrder lists each placement once, in the order of [Placements].
func inOrder(given []Placement) (out []Placement) {
	for _, p := range Placements() {
		for _, g := range given {
			if g == p {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

// pictureRow is a picture that we have drawn anew.
type pictureRow struct {
	Hash      string `gorm:"primaryKey"`
	MediaType string
	Data      []byte
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}

// TableName is where it lies.
func (pictureRow) TableName() string { return "ad_pictures" }

// dayRow is one line of the ledger.
type dayRow struct {
	CampaignID  string    `gorm:"primaryKey"`
	Day         string    `gorm:"primaryKey"`
	Placement   Placement `gorm:"primaryKey"`
	Impressions int64
	Beyond      int64
	Clicks      int64
}

// TableName is where it lies.
func (dayRow) TableName() string { return "ad_days" }

// countedRow is a ticket that has been counted.
type countedRow struct {
	Nonce     string `gorm:"primaryKey"`
	What      string `gorm:"primaryKey"`
	ExpiresAt time.Time
}

// TableName is where it lies.
func (countedRow) TableName() string { return "ad_counted" }

// viewRow is how often somebody has seen a campaign on a day.
type viewRow struct {
	Viewer     string `gorm:"primaryKey"`
	CampaignID string `gorm:"primaryKey"`
	Day        string `gorm:"primaryKey"`
	Seen       int
}

// TableName is where it lies.
func (viewRow) TableName() string { return "ad_views" }

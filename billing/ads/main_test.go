package ads_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/billing/ads"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestMain(m *testing.M) { tenantstest.Main(m) }

// stall is a service on a database, with a clock of its own and the first lot in
// each draw.
type stall struct {
	t     *testing.T
	db    *tenants.DB
	clock *clockwork.FakeClock
	ads   *ads.Service
}

// each runs a test on both databases.
func each(t *testing.T, test func(s stall)) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		test(stall{t: t, db: db, clock: clock, ads: ads.New(db, ads.Options{Clock: clock, Secret: [32]byte{7}, Draw: func(int) int { return 0 }, PictureWidth: 96})})
	})
}

// drawing is a small picture, as a file.
func drawing(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 60, 40))
	for i := range 60 * 40 {
		m.Set(i%60, i/60, color.NRGBA{R: shade, G: 120, B: 40, A: 255})
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// content is what a campaign everywhere has.
func (s stall) content() ads.Content {
	return ads.Content{
		Advertiser: "Fernhill Coffee", Title: "Beans for the whole office", Text: "Roasted on Tuesdays.", Alt: "A cup of coffee", Link: "https://fernhill.example/office",
		Placements: ads.Placements(), From: s.clock.Now().Add(-time.Hour), Weight: 1, DailyCap: 3, Seconds: 5, Budget: 1000, PriceCents: 1250, Currency: "EUR",
	}
}

// picture keeps one and gives its name.
func (s stall) picture(shade uint8) string {
	s.t.Helper()
	hash, err := s.ads.KeepPicture(s.t.Context(), drawing(s.t, shade))
	if err != nil {
		s.t.Fatal(err)
	}
	return hash
}

// running makes a campaign and starts it.
func (s stall) running(change func(*ads.Content)) ads.Campaign {
	s.t.Helper()
	c := s.content()
	if change != nil {
		change(&c)
	}
	made, err := s.ads.Create(s.t.Context(), c, s.picture(1))
	if err != nil {
		s.t.Fatal(err)
	}
	made, err = s.ads.SetState(s.t.Context(), made.ID, ads.Active)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// shown is what a person sees in a place; they have to see something.
func (s stall) shown(where ads.Placement, person string) ads.Shown {
	s.t.Helper()
	shown, ok, err := s.ads.Pick(s.t.Context(), where, person)
	if err != nil || !ok {
		s.t.Fatalf("nothing shown: %v, %v", ok, err)
	}
	return shown
}

// total is what the ledger has of a campaign.
func (s stall) total(id string) ads.Line {
	s.t.Helper()
	lines, err := s.ads.Report(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return ads.Sum(lines)
}

// see looks at an advertisement for a second.
func (s stall) see(shown ads.Shown, person string) {
	s.t.Helper()
	if err := s.ads.Seen(s.t.Context(), shown.Ticket, person); err != nil {
		s.t.Fatal(err)
	}
}

package ads_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"parley/billing/ads"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// running is a campaign that may be shown in the lobby.
func running(id string, weight int, change func(*ads.Campaign)) ads.Campaign {
	c := ads.Campaign{ID: id, State: ads.Active, Content: ads.Content{
		Placements: []ads.Placement{ads.Lobby}, From: noon.Add(-time.Hour), Weight: weight, DailyCap: 2, Budget: 10,
	}}
	if change != nil {
		change(&c)
	}
	return c
}

func TestOnlyWhatMayBeShownIsChosen(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ads.Campaign)
		seen   int
		want   bool
	}{
		"running":                     {nil, 0, true},
		"seen below the cap":          {nil, 1, true},
		"seen as often as the cap":    {nil, 2, false},
		"seen more often":             {nil, 3, false},
		"paused":                      {func(c *ads.Campaign) { c.State = ads.Paused }, 0, false},
		"ended":                       {func(c *ads.Campaign) { c.State = ads.Ended }, 0, false},
		"placed elsewhere":            {func(c *ads.Campaign) { c.Content.Placements = []ads.Placement{ads.Dashboard, ads.AfterCall} }, 0, false},
		"begins now":                  {func(c *ads.Campaign) { c.Content.From = noon }, 0, true},
		"begins later":                {func(c *ads.Campaign) { c.Content.From = noon.Add(time.Second) }, 0, false},
		"ends later":                  {func(c *ads.Campaign) { c.Content.Until = noon.Add(time.Second) }, 0, true},
		"ends now":                    {func(c *ads.Campaign) { c.Content.Until = noon }, 0, false},
		"the last of the budget":      {func(c *ads.Campaign) { c.Impressions = 9 }, 0, true},
		"the budget is used up":       {func(c *ads.Campaign) { c.Impressions = 10 }, 0, false},
		"a weight of nothing":         {func(c *ads.Campaign) { c.Content.Weight = 0 }, 0, false},
		"free of charge all the same": {func(c *ads.Campaign) { c.Content.PriceCents = 0 }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, ok := ads.Choose([]ads.Campaign{running("a", 1, c.change)}, ads.Lobby, ads.Viewer{"a": c.seen}, noon, func(int) int { return 0 })
			if ok != c.want {
				t.Errorf("shown: %v, want %v", ok, c.want)
			}
		})
	}
	if _, ok := ads.Choose(nil, ads.Lobby, nil, noon, func(int) int { t.Error("a draw among none"); return 0 }); ok {
		t.Error("something was chosen from nothing")
	}
}

func TestTheDrawFollowsTheWeights(t *testing.T) {
	all := []ads.Campaign{running("a", 1, nil), running("b", 3, nil), running("none", 50, func(c *ads.Campaign) { c.State = ads.Paused }), running("c", 6, nil)}
	count := map[string]int{}
	for at := range 10 { // each of the ten lots once
		chosen, ok := ads.Choose(all, ads.Lobby, nil, noon, func(n int) int {
			if n != 10 {
				t.Fatalf("drawn from %d lots, want 10", n)
			}
			return at
		})
		if !ok {
			t.Fatal("nothing chosen")
		}
		count[chosen.ID]++
	}
	if count["a"] != 1 || count["b"] != 3 || count["c"] != 6 {
		t.Errorf("%v", count)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		if chosen, ok := ads.Choose(all, ads.Lobby, ads.Viewer{"c": 2}, noon, dice.IntN); !ok || chosen.ID == "c" || chosen.ID == "none" {
			t.Fatalf("%v, %v", chosen.ID, ok)
		}
	}
}

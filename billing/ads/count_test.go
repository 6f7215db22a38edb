package ads_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/billing/ads"
	"parley/tenants"
)

func TestAnImpressionAndAClickCountOnce(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		shown := s.shown(ads.Dashboard, "ann")
		for range 3 {
			s.see(shown, "ann")
			link, err := s.ads.Click(t.Context(), shown.Ticket, "ann")
			if err != nil || link != c.Content.Link {
				t.Fatalf("%q, %v", link, err)
			}
		}
		s.see(s.shown(ads.Lobby, "ann"), "ann")
		s.clock.Advance(24 * time.Hour)
		s.see(s.shown(ads.Lobby, "ann"), "ann")

		lines, err := s.ads.Report(t.Context(), c.ID)
		first, second := s.clock.Now().Add(-24*time.Hour).Format(time.DateOnly), s.clock.Now().Format(time.DateOnly)
		want := []ads.Line{
			{Day: first, Placement: ads.Dashboard, Impressions: 1, Clicks: 1},
			{Day: first, Placement: ads.Lobby, Impressions: 1},
			{Day: second, Placement: ads.Lobby, Impressions: 1},
		}
		if err != nil || fmt.Sprint(lines) != fmt.Sprint(want) {
			t.Errorf("%v, %v; want %v", lines, err, want)
		}
		totals, err := s.ads.Totals(t.Context(), []string{c.ID})
		if err != nil || totals[c.ID] != (ads.Line{Impressions: 3, Clicks: 1}) {
			t.Errorf("%v, %v", totals, err)
		}
		now, err := s.ads.Campaign(t.Context(), c.ID)
		if err != nil || now.Impressions != 3 || ads.Amount(now.Spent()) != "0.03750" || now.Left() != 997 {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

func TestTheSameTicketAtOnceCountsOnce(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		shown := s.shown(ads.AfterCall, "ann")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := s.ads.Seen(t.Context(), shown.Ticket, "ann"); err != nil {
					t.Error(err)
				}
				if _, err := s.ads.Click(t.Context(), shown.Ticket, "ann"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.total(c.ID); got != (ads.Line{Impressions: 1, Clicks: 1}) {
			t.Errorf("%+v", got)
		}
	})
}

// TestTheBudgetIsNeverOverspent shows a campaign to more people than its budget
// has impressions for, before anybody is counted.
func TestTheBudgetIsNeverOverspent(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(func(c *ads.Content) { c.Budget = 5 })
		var all sync.WaitGroup
		out := map[string]ads.Shown{}
		for i := range 12 {
			person := fmt.Sprint("person ", i)
			out[person] = s.shown(ads.Lobby, person)
		}
		for person, shown := range out {
			all.Go(func() {
				if err := s.ads.Seen(t.Context(), shown.Ticket, person); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := s.total(c.ID); got != (ads.Line{Impressions: 5, Beyond: 7}) {
			t.Errorf("%+v", got)
		}
		now, err := s.ads.Campaign(t.Context(), c.ID)
		if err != nil || now.Impressions != 5 || now.Standing(s.clock.Now()) != ads.Exhausted {
			t.Errorf("%+v, %v", now, err)
		}
		if _, ok, err := s.ads.Pick(t.Context(), ads.Lobby, "one more"); ok || err != nil {
			t.Errorf("shown beyond its budget: %v, %v", ok, err)
		}
	})
}

func TestTheCapHoldsForAPersonAndDay(t *testing.T) {
	each(t, func(s stall) {
		s.running(func(c *ads.Content) { c.DailyCap = 2 })
		for _, where := range []ads.Placement{ads.Dashboard, ads.AfterCall} {
			s.see(s.shown(where, "ann"), "ann")
		}
		for _, where := range ads.Placements() {
			if _, ok, err := s.ads.Pick(t.Context(), where, "ann"); ok || err != nil {
				t.Errorf("%s shows a third one: %v, %v", where, ok, err)
			}
		}
		s.shown(ads.Dashboard, "ben")
		s.clock.Advance(24 * time.Hour)
		s.shown(ads.Dashboard, "ann")
	})
}

func TestForgedTicketsCountNothing(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		shown := s.shown(ads.Dashboard, "ann")
		other := ads.New(s.db, ads.Options{Clock: s.clock, Secret: [32]byte{8}})
		theirs, _, err := other.Pick(t.Context(), ads.Dashboard, "ann")
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(shown.Ticket, ".")
		for name, raw := range map[string]string{
			"none": "", "not one": "hello", "cut": shown.Ticket[:len(shown.Ticket)-2], "of another installation": theirs.Ticket,
			"unsigned":         "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + ".",
			"another's claims": parts[0] + "." + strings.Split(s.shown(ads.Lobby, "ben").Ticket, ".")[1] + "." + parts[2],
			"very long":        strings.Repeat("a", 5000),
		} {
			if err := s.ads.Seen(t.Context(), raw, "ann"); !errors.Is(err, ads.ErrTicket) {
				t.Errorf("%s: %v", name, err)
			}
			if link, err := s.ads.Click(t.Context(), raw, "ann"); !errors.Is(err, ads.ErrTicket) || link != "" {
				t.Errorf("%s: a click leads to %q, %v", name, link, err)
			}
		}
		if err := s.ads.Seen(t.Context(), shown.Ticket, "ben"); !errors.Is(err, ads.ErrTicket) {
			t.Errorf("somebody else's: %v", err)
		}
		if link, err := s.ads.Click(t.Context(), shown.Ticket, "ben"); err != nil || link != c.Content.Link {
			t.Errorf("who has signed in since is led to %q, %v", link, err)
		}
		if got := s.total(c.ID); got != (ads.Line{}) {
			t.Errorf("counted: %+v", got)
		}
	})
}

func TestAnOldTicketLeadsOnAndCountsNothing(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		shown := s.shown(ads.Dashboard, "ann")
		s.clock.Advance(ads.TicketTime + time.Second)
		if err := s.ads.Seen(t.Context(), shown.Ticket, "ann"); !errors.Is(err, ads.ErrExpired) {
			t.Errorf("%v", err)
		}
		if link, err := s.ads.Click(t.Context(), shown.Ticket, "ann"); err != nil || link != c.Content.Link {
			t.Errorf("%q, %v", link, err)
		}
		if got := s.total(c.ID); got != (ads.Line{}) {
			t.Errorf("counted: %+v", got)
		}
	})
}

func TestWhoSawWhatIsForgotten(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(func(c *ads.Content) { c.DailyCap = 1 })
		shown := s.shown(ads.Dashboard, "ann")
		s.see(shown, "ann")
		forget := func() {
			t.Helper()
			if err := s.ads.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		forget() // the day is not over: the cap holds, and so does the ticket
		if _, ok, _ := s.ads.Pick(t.Context(), ads.Dashboard, "ann"); ok {
			t.Error("the cap was forgotten within the day")
		}
		s.see(shown, "ann")
		s.clock.Advance(24 * time.Hour)
		forget()
		if got := ads.Remembered(t, s.db); got != 0 {
			t.Errorf("%d rows about people and their tickets are left", got)
		}
		if got := s.total(c.ID); got != (ads.Line{Impressions: 1}) {
			t.Errorf("the ledger: %+v", got)
		}
	})
}

func TestAnAdvertisementAfterACallHoldsForItsSeconds(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(func(c *ads.Content) { c.Seconds = 7 })
		shown := s.shown(ads.AfterCall, "ann")
		if shown.Wait != 7*time.Second || s.shown(ads.Lobby, "ann").Wait != 0 {
			t.Errorf("waits %v", shown.Wait)
		}
		s.clock.Advance(3 * time.Second)
		again, ok, err := s.ads.Held(t.Context(), shown.Ticket, "ann")
		if err != nil || !ok || again.Campaign.ID != c.ID || again.Ticket != shown.Ticket || again.Wait != 4*time.Second {
			t.Errorf("%+v, %v, %v", again, ok, err)
		}
		for name, one := range map[string]struct{ ticket, person string }{
			"another's": {shown.Ticket, "ben"}, "of another place": {s.shown(ads.Lobby, "ann").Ticket, "ann"}, "none": {"", "ann"},
		} {
			if _, _, err := s.ads.Held(t.Context(), one.ticket, one.person); !errors.Is(err, ads.ErrTicket) {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.clock.Advance(4 * time.Second)
		if _, ok, err := s.ads.Held(t.Context(), shown.Ticket, "ann"); ok || err != nil {
			t.Errorf("held beyond its seconds: %v, %v", ok, err)
		}
		late := s.shown(ads.AfterCall, "ann")
		if _, err := s.ads.SetState(t.Context(), c.ID, ads.Ended); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.ads.Held(t.Context(), late.Ticket, "ann"); ok || err != nil {
			t.Errorf("what has ended is held on to: %v, %v", ok, err)
		}
	})
}

func TestWhatIsCountedBindsChanges(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		for _, person := range []string{"ann", "ben"} {
			s.see(s.shown(ads.Lobby, person), person)
		}
		change := func(with func(*ads.Content)) map[string]string {
			to := c.Content
			with(&to)
			_, err := s.ads.Change(t.Context(), c.ID, to, c.Picture)
			return tenants.Fields(err)
		}
		if got := change(func(c *ads.Content) { c.PriceCents = 1 }); got["price"] != ads.KeyPriceFixed {
			t.Errorf("another price: %v", got)
		}
		if got := change(func(c *ads.Content) { c.Currency = "USD" }); got["price"] != ads.KeyPriceFixed {
			t.Errorf("another currency: %v", got)
		}
		if got := change(func(c *ads.Content) { c.Budget = 1 }); got["budget"] != ads.KeyBudgetUsed {
			t.Errorf("a budget below what was counted: %v", got)
		}
		if got := change(func(c *ads.Content) { c.Budget, c.Title = 2, "Tea" }); got != nil {
			t.Errorf("a budget that is used up now: %v", got)
		}
		if _, err := s.ads.SetState(t.Context(), c.ID, ads.Ended); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ads.SetState(t.Context(), c.ID, ads.Active); tenants.CodeOf(err) != tenants.CodeEnded {
			t.Errorf("what has ended began again: %v", err)
		}
		if _, err := s.ads.Change(t.Context(), c.ID, c.Content, c.Picture); tenants.CodeOf(err) != tenants.CodeEnded {
			t.Errorf("what has ended was changed: %v", err)
		}
	})
}

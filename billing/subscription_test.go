package billing

import (
	"testing"
	"time"
)

func TestInForce(t *testing.T) {
	now := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	for _, c := range []struct {
		status  string
		since   *time.Time
		inForce bool
		running bool
	}{
		{StatusNone, nil, false, false},
		{StatusComped, nil, true, false},
		{StatusTrialing, nil, true, true},
		{StatusActive, nil, true, true},
		{StatusPastDue, ago(0), true, true},
		{StatusPastDue, ago(Grace - time.Second), true, true},
		{StatusPastDue, ago(Grace), false, true},
		{StatusPastDue, ago(40 * 24 * time.Hour), false, true},
		{StatusUnpaid, nil, false, true},
		{StatusPaused, nil, false, true},
		{StatusIncomplete, nil, false, false},
		{StatusIncompleteExpired, nil, false, false},
		{StatusCanceled, nil, false, false},
		{"something new", nil, false, false},
	} {
		s := Subscription{Status: c.status, PastDueSince: c.since}
		if s.InForce(now) != c.inForce || s.Running() != c.running {
			t.Errorf("%q since %v: in force %v, running %v", c.status, c.since, s.InForce(now), s.Running())
		}
	}
}

// TestChooseDoesNotDependOnOrder tries every order of four subscriptions.
func TestChooseDoesNotDependOnOrder(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC) }
	all := []RemoteSubscription{
		{ID: "sub_ended", Created: at(1), Status: StatusCanceled},
		{ID: "sub_b", Created: at(2), Status: StatusActive},
		{ID: "sub_a", Created: at(2), Status: StatusPastDue},
		{ID: "sub_late", Created: at(3), Status: StatusActive},
	}
	orders := 0
	permute(all, 0, func(order []RemoteSubscription) {
		orders++
		current, extra := choose(order)
		if current == nil || current.ID != "sub_a" || len(extra) != 2 || extra[0].ID != "sub_b" || extra[1].ID != "sub_late" {
			t.Fatalf("%v: chose %v, beside it %v", order, current, extra)
		}
	})
	if orders != 24 {
		t.Errorf("tried %d orders", orders)
	}
	if current, extra := choose([]RemoteSubscription{{ID: "new", Created: at(2), Status: StatusCanceled}, {ID: "old", Created: at(1), Status: StatusIncompleteExpired}}); current.ID != "new" || extra != nil {
		t.Errorf("of ended ones: %v, %v", current, extra)
	}
	if current, extra := choose(nil); current != nil || extra != nil {
		t.Errorf("of none: %v, %v", current, extra)
	}
}

func permute(all []RemoteSubscription, from int, try func([]RemoteSubscription)) {
	if from == len(all) {
		try(all)
		return
	}
	for i := from; i < len(all); i++ {
		all[from], all[i] = all[i], all[from]
		permute(all, from+1, try)
		all[from], all[i] = all[i], all[from]
	}
}

func TestLookupKeys(t *testing.T) {
	for _, plan := range []string{"pro", "business", "pro_2026"} {
		for _, version := range []int{1, 2, 31} {
			for _, interval := range []string{Month, Year} {
				if p, v, i, ok := parseLookupKey(LookupKey(plan, version, interval)); p != plan || v != version || i != interval || !ok {
					t.Errorf("%s %d %s came back as %q %d %q %v", plan, version, interval, p, v, i, ok)
				}
			}
		}
	}
	if got := LookupKey("pro", 1, Month); got != "parley_pro_month" {
		t.Errorf("prices from before there were versions are called parley_pro_month, not %q", got)
	}
	for _, bad := range []string{"", "parley_", "parley_pro", "parley_pro_week", "other_pro_month", "parley__month"} {
		if p, v, i, ok := parseLookupKey(bad); ok {
			t.Errorf("%q was read as %q %d %q", bad, p, v, i)
		}
	}
}

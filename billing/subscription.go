package billing

import (
	"cmp"
	"slices"
	"time"
)

// Grace is how long a plan stays on after a payment failed.
const Grace = 7 * 24 * time.Hour

// Statuses of a subscription: Stripe's own, and two of ours.
const (
	StatusNone              = ""       // never had one
	StatusComped            = "comped" // given by the operator, without Stripe
	StatusTrialing          = "trialing"
	StatusActive            = "active"
	StatusPastDue           = "past_due"
	StatusUnpaid            = "unpaid"
	StatusPaused            = "paused"
	StatusIncomplete        = "incomplete"
	StatusIncompleteExpired = "incomplete_expired"
	StatusCanceled          = "canceled"
)

// Subscription is our mirror of what Stripe says about an organization.
type Subscription struct {
	Plan              string // what was bought, also when it is not in force any more
	Version           int    // of the plan; 0 when nothing was bought or given
	Status            string
	Interval          string
	CustomerID        string
	SubscriptionID    string
	PeriodEnd         time.Time
	CancelAtPeriodEnd bool
	PastDueSince      *time.Time // set while past_due or unpaid
	Seats             int
	HadOne            bool // the organization has or had one: there is no trial for another
	Discount          AppliedDiscount
}

// TrialEnds is when a trial that runs ends; zero when none does. The first payment is
// due then.
func (s Subscription) TrialEnds() time.Time {
	if s.Status != StatusTrialing {
		return time.Time{}
	}
	return s.PeriodEnd
}

// Missing reports whether a payment is missing that would keep the plan, or bring
// it back.
func (s Subscription) Missing() bool { return s.Status == StatusPastDue || s.Status == StatusUnpaid }

// GraceEnds is when a subscription whose payment is missing stops giving its plan;
// zero when none is, or when it is not known since when.
func (s Subscription) GraceEnds() time.Time {
	if !s.Missing() || s.PastDueSince == nil {
		return time.Time{}
	}
	return s.PastDueSince.Add(Grace)
}

// InForce reports whether the subscription gives its plan at the moment now.
func (s Subscription) InForce(now time.Time) bool {
	switch s.Status {
	case StatusActive, StatusTrialing, StatusComped:
		return true
	case StatusPastDue:
		return s.PastDueSince == nil || now.Before(s.GraceEnds())
	case StatusUnpaid: // Stripe has given up trying; the grace is ours
		return s.PastDueSince != nil && now.Before(s.GraceEnds())
	}
	// What is paid for stays, also in a state that Stripe has invented since.
	return !known(s.Status) && now.Before(s.PeriodEnd)
}

// Running reports whether Stripe will go on charging for it, or trying to: a
// second one beside it would be paid twice.
func (s Subscription) Running() bool { return running(s.Status) }

// Changeable reports whether it can be made another plan, another interval or other
// seats as it is: nothing is owed for it, and it does not end with its period.
func (s Subscription) Changeable() bool {
	return !s.CancelAtPeriodEnd && (s.Status == StatusActive || s.Status == StatusTrialing)
}

func running(status string) bool {
	switch status {
	case StatusActive, StatusTrialing, StatusPastDue, StatusUnpaid, StatusPaused:
		return true
	default:
		return false
	}
}

// known reports whether a status is one that we know what to do with.
func known(status string) bool {
	switch status {
	case StatusNone, StatusComped, StatusIncomplete, StatusIncompleteExpired, StatusCanceled:
		return true
	}
	return running(status)
}

// unclear reports whether Stripe may be charging for it and we cannot say for
// what, or whether.
func (r RemoteSubscription) unclear() bool {
	return !known(r.Status) || r.Plan == "" && running(r.Status)
}

// choose says which of a customer's subscriptions counts, and which ones run
// beside it without need. It depends on the set only, not on its order: the
// oldest running one counts; if none runs, one in a state that we do not know; if
// there is none, the newest ended one is shown. What we do not know is never
// taken for a duplicate: those are cancelled.
func choose(all []RemoteSubscription) (current *RemoteSubscription, duplicates []RemoteSubscription) {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(a, b RemoteSubscription) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	var last, odd *RemoteSubscription
	for i := range sorted {
		s := &sorted[i]
		if !known(s.Status) {
			odd = s
			continue
		}
		if !running(s.Status) {
			last = s
			continue
		}
		if current == nil {
			current = s
			continue
		}
		duplicates = append(duplicates, *s)
	}
	if current == nil {
		current = cmp.Or(odd, last)
	}
	return current, duplicates
}

package tenants

import "time"

// Terms is everything that decides what an organization may do. Who knows each
// part puts it in; [Terms.In] and [Terms.May] are the only ways to an answer.
type Terms struct {
	Plan      Limits     // of the plan in force
	Bought    *Limits    // of the plan that was bought and is not in force because a payment is missing; nil otherwise
	Seats     int        // that are paid for; 0 = no limit
	Exception *Exception // what the operator has set beside the plan; nil = nothing
	Suspended bool       // the operator has stopped the organization
	Quota     Quota      // what its admins set
	People    map[UserID]Quota
}

// Exception is what an operator has set for one organization beside its plan, up
// or down. A nil field leaves what the plan says; a number means what it means in
// [Limits]. Whoever reads one leaves it out from Until on.
type Exception struct {
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	ChatDays           *int
	StorageBytes       *int64
	Seats              *int
	Ads                *bool
	Phone              *bool
	SSO                *bool
	OwnDomain          *bool
	AuditLog           *bool
	DedicatedMedia     *bool

	Until time.Time // when it ends by itself; zero = it does not
}

// Except is the plan with an operator's exception laid over it.
func (plan Limits) Except(x *Exception) Limits {
	if x == nil {
		return plan
	}
	out := plan
	lay(&out.MeetingLength, x.MeetingLength)
	lay(&out.Participants, x.Participants)
	lay(&out.ConcurrentMeetings, x.ConcurrentMeetings)
	lay(&out.ChatDays, x.ChatDays)
	lay(&out.StorageBytes, x.StorageBytes)
	lay(&out.Ads, x.Ads)
	lay(&out.Phone, x.Phone)
	lay(&out.SSO, x.SSO)
	lay(&out.OwnDomain, x.OwnDomain)
	lay(&out.AuditLog, x.AuditLog)
	lay(&out.DedicatedMedia, x.DedicatedMedia)
	return out
}

func lay[T any](over *T, with *T) {
	if with != nil {
		*over = *with
	}
}

// Base is what the organization may do at most: its plan, with the operator's
// exception. Quotas only ever lower it.
func (t Terms) Base() Limits { return t.Plan.Except(t.Exception) }

// In is what meetings may do in the rooms that somebody made, and what each limit
// comes from; "" is for rooms that a program made, and for the organization as a
// whole.
func (t Terms) In(maker UserID) Resolved {
	base, bought := t.Base(), t.bought()
	r := Resolve(base, t.Quota, t.People[maker])
	from(&r.LengthBy, t.Plan.MeetingLength != base.MeetingLength, more(bought.MeetingLength, base.MeetingLength))
	from(&r.ParticipantsBy, t.Plan.Participants != base.Participants, bought.Participants > base.Participants)
	from(&r.ConcurrentBy, t.Plan.ConcurrentMeetings != base.ConcurrentMeetings, more(bought.ConcurrentMeetings, base.ConcurrentMeetings))
	from(&r.StorageBy, t.Plan.StorageBytes != base.StorageBytes, more(bought.StorageBytes, base.StorageBytes))
	return r
}

// bought is what the organization would have if it paid.
func (t Terms) bought() Limits {
	if t.Bought == nil {
		return t.Plan
	}
	return t.Bought.Except(t.Exception)
}

// from says more exactly what the plan's own part of a limit comes from.
func from(by *Source, excepted, missing bool) {
	switch {
	case *by != ByPlan:
	case excepted:
		*by = ByOperator
	case missing:
		*by = ByPayment
	}
}

// more reports whether a allows more than b, where 0 is no limit.
func more[T ~int | ~int64](a, b T) bool { return b > 0 && (a <= 0 || a > b) }

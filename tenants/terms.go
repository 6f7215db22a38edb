package tenants

import (
	"slices"
	"time"
)

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

	// Raised are those of the numbers that were above the plan when it was made.
	// They never give less than the plan, also when a bigger one was bought since;
	// the other numbers never give more.
	Raised []Right
	Reason string    // for the organization's people
	Until  time.Time // when it ends by itself; zero = it does not
}

// Except is the plan with an operator's exception laid over it.
func (plan Limits) Except(x *Exception) Limits {
	if x == nil {
		return plan
	}
	out := plan
	bend(x, RightLength, &out.MeetingLength, x.MeetingLength, more)
	bend(x, RightParticipants, &out.Participants, x.Participants, greater)
	bend(x, RightMeetings, &out.ConcurrentMeetings, x.ConcurrentMeetings, more)
	bend(x, RightChatDays, &out.ChatDays, x.ChatDays, greater)
	bend(x, RightStorage, &out.StorageBytes, x.StorageBytes, more)
	lay(&out.Ads, x.Ads)
	lay(&out.Phone, x.Phone)
	lay(&out.SSO, x.SSO)
	lay(&out.OwnDomain, x.OwnDomain)
	lay(&out.AuditLog, x.AuditLog)
	lay(&out.DedicatedMedia, x.DedicatedMedia)
	return out
}

// bend raises a number of the plan, or lowers it, as the exception means it. Above
// says whether its first number allows more than its second.
func bend[T ~int | ~int64](x *Exception, right Right, over, with *T, above func(a, b T) bool) {
	if with == nil {
		return
	}
	if slices.Contains(x.Raised, right) == above(*with, *over) {
		*over = *with
	}
}

func lay(over, with *bool) {
	if with != nil {
		*over = *with
	}
}

// above are the numbers of an exception that allow more than a plan, and the seats
// that are paid for.
func (x Exception) above(plan Limits, seats int) (out []Right) {
	note := func(right Right, is bool) {
		if is {
			out = append(out, right)
		}
	}
	note(RightLength, x.MeetingLength != nil && more(*x.MeetingLength, plan.MeetingLength))
	note(RightParticipants, x.Participants != nil && *x.Participants > plan.Participants)
	note(RightMeetings, x.ConcurrentMeetings != nil && more(*x.ConcurrentMeetings, plan.ConcurrentMeetings))
	note(RightStorage, x.StorageBytes != nil && more(*x.StorageBytes, plan.StorageBytes))
	note(RightSeats, x.Seats != nil && more(*x.Seats, seats))
	note(RightChatDays, x.ChatDays != nil && *x.ChatDays > plan.ChatDays)
	return out
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

// greater is more, where 0 is nothing.
func greater[T ~int | ~int64](a, b T) bool { return a > b }

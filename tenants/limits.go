package tenants

import "time"

// Limits are what a meeting of an organization obeys: what its plan gives,
// lowered by what its admins set.
type Limits struct {
	MeetingLength      time.Duration // 0 = no end
	Participants       int           // people in one meeting at once; 0 = nobody
	ConcurrentMeetings int           // meetings of the organization at once; 0 = no limit
	MonthMinutes       int           // of all meetings of the organization in a month; 0 = no limit
	MakerMinutes       int           // of all meetings of a month in the rooms of one person; 0 = no limit
	MakerMeetings      int           // at once in the rooms of one person; 0 = no limit
	ChatDays           int           // how long chat is kept
	StorageBytes       int64         // of pictures, files and recordings; 0 = no limit
	Ads                bool          // shows advertisements
	Phone              bool          // may call phones
	SSO                bool          // may sign in through its own identity provider
	OwnDomain          bool          // may use its own domain
	AuditLog           bool          // may read the audit log
	DedicatedMedia     bool          // has media nodes of its own
}

// Quota is what an organization's admins set. A nil field leaves the plan as it
// is.
type Quota struct {
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	MonthMinutes       *int   // of meetings, in a calendar month (UTC)
	StorageBytes       *int64 // of an organization; not used in a person's quota
}

// Source is what binds a limit, and so who can lift it: an owner or a billing
// member with a bigger plan or a payment, an admin with a higher quota, or the
// operator of the service.
type Source string

// The sources of limits.
const (
	ByPlan         Source = "plan"         // what was bought
	ByOrganization Source = "organization" // the organization's quota
	ByPerson       Source = "person"       // the quota of who made the room
	ByPayment      Source = "payment"      // the plan that was bought, whose payment is missing
	ByOperator     Source = "operator"     // an exception that the operator has set
	BySuspension   Source = "suspended"    // the operator has stopped the organization
)

// Resolved is what a meeting may do, and what each of its limits comes from.
// Where nothing but the plan speaks, it is ByPlan, also for "no limit".
type Resolved struct {
	Limits
	LengthBy, ParticipantsBy, ConcurrentBy Source
	MonthBy, StorageBy                     Source
	MakerMinutesBy, MakerMeetingsBy        Source
}

// Storage is the limit on what the organization keeps.
func (r Resolved) Storage() StorageLimit { return StorageLimit{Most: r.StorageBytes, By: r.StorageBy} }

// Resolve turns a plan, the organization's quota and the quota of who made the
// room into limits. Only [Terms.In] asks: a quota only ever lowers.
func Resolve(plan Limits, org, maker Quota) Resolved {
	mid := plan.Clamp(org)
	out := Resolved{Limits: mid.Clamp(Quota{MeetingLength: maker.MeetingLength, Participants: maker.Participants})}
	out.MonthMinutes, out.MakerMinutes = value(org.MonthMinutes), value(maker.MonthMinutes)
	out.MakerMeetings = value(maker.ConcurrentMeetings)
	out.MonthBy = sourceOf(0, out.MonthMinutes, out.MonthMinutes)
	out.StorageBy = sourceOf(plan.StorageBytes, mid.StorageBytes, out.StorageBytes)
	out.MakerMinutesBy = sourceOf(0, 0, out.MakerMinutes)
	out.MakerMeetingsBy = sourceOf(0, 0, out.MakerMeetings)
	out.LengthBy = sourceOf(plan.MeetingLength, mid.MeetingLength, out.MeetingLength)
	out.ParticipantsBy = sourceOf(plan.Participants, mid.Participants, out.Participants)
	out.ConcurrentBy = sourceOf(plan.ConcurrentMeetings, mid.ConcurrentMeetings, out.ConcurrentMeetings)
	return out
}

func sourceOf[T comparable](plan, org, person T) Source {
	switch {
	case person != org:
		return ByPerson
	case org != plan:
		return ByOrganization
	}
	return ByPlan
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Clamp lowers the plan's limits to the quota. It never raises one: a quota
// above the plan has no effect, and so has a value that means "no limit".
func (plan Limits) Clamp(q Quota) Limits {
	out := plan
	if q.MeetingLength != nil {
		out.MeetingLength = lower(plan.MeetingLength, *q.MeetingLength)
	}
	if q.ConcurrentMeetings != nil {
		out.ConcurrentMeetings = lower(plan.ConcurrentMeetings, *q.ConcurrentMeetings)
	}
	if q.StorageBytes != nil {
		out.StorageBytes = lower(plan.StorageBytes, *q.StorageBytes)
	}
	if q.Participants != nil {
		out.Participants = max(0, min(plan.Participants, *q.Participants))
	}
	return out
}

// lower picks the stricter of two limits of which 0 means "none".
func lower[T ~int | ~int64](plan, quota T) T {
	switch {
	case quota <= 0:
		return plan
	case plan <= 0:
		return quota
	default:
		return min(plan, quota)
	}
}

// Bounds reports whether this plan is what holds a meeting of a length back. If
// it allows more, a quota does, and no bigger plan would help.
func (plan Limits) Bounds(length time.Duration) bool { return !longer(plan.MeetingLength, length) }

// longer reports whether a meeting may last longer under a than under b.
func longer(a, b time.Duration) bool {
	return b > 0 && (a <= 0 || a > b)
}

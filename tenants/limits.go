package tenants

import "time"

// Limits are what a meeting of an organization obeys: what its plan gives,
// lowered by what its admins set.
type Limits struct {
	MeetingLength      time.Duration // 0 = no end
	Participants       int           // people in one meeting at once; 0 = nobody
	ConcurrentMeetings int           // meetings of the organization at once; 0 = no limit
	ChatDays           int           // how long chat is kept
	StorageBytes       int64         // files and recordings
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

// longer reports whether a meeting may last longer under a than under b.
func longer(a, b time.Duration) bool {
	return b > 0 && (a <= 0 || a > b)
}

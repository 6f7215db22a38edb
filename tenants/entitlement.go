package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Right names one thing that an organization may do, or may have so much of.
type Right string

// The rights, each with what its limit counts. Those without are had or not.
const (
	RightLength         Right = "meeting_length"      // seconds of one meeting
	RightParticipants   Right = "participants"        // people in one meeting at once
	RightMeetings       Right = "concurrent_meetings" // meetings at once
	RightMonthMinutes   Right = "month_minutes"       // minutes of all meetings in a calendar month, UTC
	RightStorage        Right = "storage"             // bytes
	RightSeats          Right = "seats"               // people who belong or are invited
	RightChatDays       Right = "chat_days"           // days that chat is kept
	RightNoAds          Right = "no_ads"
	RightSSO            Right = "sso"
	RightAuditLog       Right = "audit_log"
	RightPhone          Right = "phone"
	RightOwnDomain      Right = "own_domain"
	RightDedicatedMedia Right = "dedicated_media"
)

// AllRights are all rights, in the order in which they are shown.
func AllRights() []Right {
	return []Right{
		RightLength, RightParticipants, RightMeetings, RightMonthMinutes, RightStorage, RightSeats, RightChatDays,
		RightNoAds, RightSSO, RightAuditLog, RightPhone, RightOwnDomain, RightDedicatedMedia,
	}
}

// Used is what an organization has used of what it may.
type Used struct {
	Meetings     int // that are on
	MonthMinutes int
	Stored       Stored
	Seats        int
}

// Entitlement answers "may they use it, how much is left, why not".
type Entitlement struct {
	Right     Right
	Allowed   bool  // they may use it, or one more of what is counted
	Switch    bool  // it is had or not; the numbers mean nothing
	Unlimited bool  // Limit means nothing
	Limit     int64 // in what the right counts
	Counted   bool  // Used and Left mean something
	Used      int64
	Left      int64     // never below 0
	By        Source    // what binds, and so who can lift it; ByPlan where nothing but the plan speaks
	Until     time.Time // when what binds ends by itself; zero when it does not
}

// May is the one answer to whether an organization may use something. Used is
// looked at for what is counted.
func (t Terms) May(right Right, used Used) Entitlement {
	r := t.In("")
	var e Entitlement
	switch right {
	case RightLength:
		e = bound(int64(r.MeetingLength/time.Second), r.LengthBy)
	case RightParticipants: // 0 is nobody
		e = Entitlement{Allowed: r.Participants > 0, Limit: int64(r.Participants), By: r.ParticipantsBy}
	case RightMeetings:
		e = bound(int64(r.ConcurrentMeetings), r.ConcurrentBy).count(int64(used.Meetings))
	case RightMonthMinutes:
		e = bound(int64(r.MonthMinutes), r.MonthBy).count(int64(used.MonthMinutes))
	case RightStorage:
		e = bound(r.StorageBytes, r.StorageBy).count(used.Stored.Total())
	case RightSeats:
		e = t.seats().count(int64(used.Seats))
	case RightChatDays:
		e = t.days()
	default:
		e = t.grant(right)
	}
	e.Right = right
	if t.Exception != nil && e.By == ByOperator {
		e.Until = t.Exception.Until
	}
	if t.Suspended {
		e.Allowed, e.By, e.Until = false, BySuspension, time.Time{}
	}
	return e
}

// Table is every right in turn.
func (t Terms) Table(used Used) []Entitlement {
	out := make([]Entitlement, 0, len(AllRights()))
	for _, right := range AllRights() {
		out = append(out, t.May(right, used))
	}
	return out
}

// SeatLimit is how many people may belong; 0 = no limit.
func (t Terms) SeatLimit() int { return int(t.seats().Limit) }

func (t Terms) seats() Entitlement {
	n, by := t.Seats, ByPlan
	if t.Bought != nil {
		by = ByPayment
	}
	if x := t.Exception; x != nil {
		before := n
		if bend(x, RightSeats, &n, x.Seats, more); n != before {
			by = ByOperator
		}
	}
	return bound(int64(n), by)
}

func (t Terms) days() Entitlement {
	base, by := t.Base(), ByPlan
	from(&by, base.ChatDays != t.Plan.ChatDays, t.bought().ChatDays > base.ChatDays)
	return Entitlement{Allowed: base.ChatDays > 0, Limit: int64(base.ChatDays), By: by}
}

func (t Terms) grant(right Right) Entitlement {
	has, plan, bought, by := t.Base().has(right), t.Plan.has(right), t.bought().has(right), ByPlan
	from(&by, has != plan, bought && !has)
	return Entitlement{Switch: true, Allowed: has, By: by}
}

// has reports whether limits give something that is had or not.
func (plan Limits) has(right Right) bool {
	switch right {
	case RightNoAds:
		return !plan.Ads
	case RightSSO:
		return plan.SSO
	case RightAuditLog:
		return plan.AuditLog
	case RightPhone:
		return plan.Phone
	case RightOwnDomain:
		return plan.OwnDomain
	case RightDedicatedMedia:
		return plan.DedicatedMedia
	}
	return false
}

// bound is a limit of which 0 is none.
func bound(limit int64, by Source) Entitlement {
	return Entitlement{Allowed: true, Unlimited: limit <= 0, Limit: max(limit, 0), By: by}
}

// count says how much is used and left, and allows one more only while there is.
func (e Entitlement) count(used int64) Entitlement {
	e.Counted, e.Used = true, used
	if !e.Unlimited {
		e.Left = max(e.Limit-used, 0)
		e.Allowed = e.Allowed && e.Left > 0
	}
	return e
}

// Over reports whether more is used than is allowed, as after a plan has ended.
// What is there stays; nothing is added.
func (e Entitlement) Over() bool { return e.Counted && !e.Unlimited && e.Used > e.Limit }

// InUse counts what an organization has used.
func (o *Scoped) InUse(ctx context.Context) (used Used, err error) {
	err = o.read(ctx, "count what is used", func(tx *gorm.DB) error {
		used, err = o.inUse(tx)
		return err
	})
	return used, err
}

// InUse is [Scoped.InUse] for a program.
func (d *KeyDoor) InUse(ctx context.Context) (used Used, err error) {
	err = d.read(ctx, ScopeUsageRead, "count what is used for a program", func(tx *gorm.DB, _ time.Time) error {
		used, err = d.org.inUse(tx)
		return err
	})
	return used, err
}

func (o *Scoped) inUse(tx *gorm.DB) (used Used, err error) {
	month, err := o.monthUse(tx)
	if err != nil {
		return used, err
	}
	used.MonthMinutes = month.Minutes
	if used.Stored, err = storageUsed(tx, nobody); err != nil {
		return used, err
	}
	if used.Seats, err = o.seatsUsed(tx); err != nil {
		return used, err
	}
	running, err := allRunning(tx, o.store.now())
	for _, m := range running {
		if m.open() {
			used.Meetings++
		}
	}
	return used, err
}

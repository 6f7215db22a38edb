package tenants

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// ExceptionLongest is how long an exception may hold. Who needs more is on the
// wrong plan.
const ExceptionLongest = 366 * 24 * time.Hour

// exceptionsListed is how many exceptions a list goes back.
const exceptionsListed = 20

// The most that an exception may say.
const (
	exceptionLength  = 365 * 24 * time.Hour
	exceptionPeople  = 100_000
	exceptionCount   = 1_000_000
	exceptionDays    = 36_500
	exceptionStorage = 1 << 60 // bytes
)

// LimitException is an exception as it stands in the list of an organization's.
type LimitException struct {
	Exception
	ID       string
	Operator string // who made it; "" at the command line
	MadeAt   time.Time
	EndedAt  *time.Time // by an operator, by the next one or by its day; nil = not yet
}

// Holds reports whether it holds at a moment.
func (x LimitException) Holds(now time.Time) bool { return x.EndedAt == nil && now.Before(x.Until) }

// SetExceptionInput is what an operator decides.
type SetExceptionInput struct {
	Exception          // Raised is found out here
	Operator  Operator // who decides
	Plan      Limits   // of the organization now
	Seats     int      // that it pays for now; 0 = no limit
}

// SetException gives the organization other limits than its plan's, until a day: by
// the operator of the context's [Origin], in place of the exception that holds now,
// if one does. Both logs say so, the owners get a letter, [ErrandExceptionSoon] is
// due before its end and [ErrandException] at it. Running meetings are the caller's
// to change.
func (o *Scoped) SetException(ctx context.Context, in SetExceptionInput) (LimitException, error) {
	now := o.store.now()
	x := in.Exception
	if err := x.check(now); err != nil {
		return LimitException{}, err
	}
	x.Reason, _ = checkReason(x.Reason)
	x.Raised = x.above(in.Plan, in.Seats)
	id, err := newID()
	if err != nil {
		return LimitException{}, err
	}
	row := exceptionRowOf(x)
	row.ID, row.OperatorName, row.MadeAt = id, in.Operator.Name, now
	if in.Operator.ID != "" {
		row.OperatorID = &in.Operator.ID
	}
	err = o.write(ctx, "set an exception", func(tx *gorm.DB) error {
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		before, err := o.endException(tx, "", now)
		if err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := addJob(tx, ErrandException, id, x.Until); err != nil {
			return err
		}
		if soon := x.Until.Add(-ExceptionNotice); soon.After(now) {
			if err := addJob(tx, ErrandExceptionSoon, id, soon); err != nil {
				return err
			}
		}
		letter := letterExceptionSet
		if before != nil && now.Before(before.EndsAt) {
			letter = letterExceptionChanged
		}
		if err := o.store.tellOfException(tx, org, letter, row); err != nil {
			return err
		}
		if err := record(tx, now, "", "quota.exception", id, x.String()); err != nil {
			return err
		}
		return RecordOperator(tx, now, "tenant.exception", string(o.org), x.String())
	})
	return row.exception(), err
}

// EndException takes an exception back before its day: the organization has what
// its plan says again, and its owners a letter. [CodeNotFound] when it does not hold any more.
func (o *Scoped) EndException(ctx context.Context, id string) error {
	if err := parseID(id); err != nil {
		return err
	}
	return o.write(ctx, "end an exception", func(tx *gorm.DB) error {
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		now := o.store.now()
		ended, err := o.endException(tx, id, now)
		if err != nil {
			return err
		}
		if ended == nil || !now.Before(ended.EndsAt) {
			return notFound("exception")
		}
		if err := o.store.tellOfException(tx, org, letterExceptionEnded, *ended); err != nil {
			return err
		}
		text := ended.exception().String()
		if err := record(tx, now, "", "quota.exception_end", id, text); err != nil {
			return err
		}
		return RecordOperator(tx, now, "tenant.exception_end", string(o.org), text)
	})
}

// ExceptionOver notes that an exception's day has come. Since then nobody reads it;
// doing it again, or when it was ended before, does nothing.
func (o *Scoped) ExceptionOver(ctx context.Context, id string) error {
	if err := parseID(id); err != nil {
		return err
	}
	return o.write(ctx, "note the end of an exception", func(tx *gorm.DB) error {
		var row exceptionRow
		err := first(forUpdate(tx).Where("id = ?", id), &row, "exception")
		now := o.store.now()
		if CodeOf(err) == CodeNotFound || err == nil && (row.EndedAt != nil || now.Before(row.EndsAt)) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Model(&exceptionRow{}).Where("id = ?", id).Update("ended_at", row.EndsAt).Error; err != nil {
			return err
		}
		return record(byService(tx), now, "", "quota.exception_over", id, row.exception().String())
	})
}

// endException ends the one that has not ended, if it is that one ("" for any), and
// forgets its errands. One whose day has come ended then. Nil when there is none.
func (o *Scoped) endException(tx *gorm.DB, id string, now time.Time) (*exceptionRow, error) {
	q := forUpdate(tx).Where("ended_at IS NULL")
	if id != "" {
		q = q.Where("id = ?", id)
	}
	var rows []exceptionRow
	if err := q.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	at := now
	if rows[0].EndsAt.Before(now) {
		at = rows[0].EndsAt
	}
	if err := tx.Model(&exceptionRow{}).Where("id = ?", rows[0].ID).Update("ended_at", at).Error; err != nil {
		return nil, err
	}
	if err := dropJob(tx, ErrandExceptionSoon, o.org, rows[0].ID); err != nil {
		return nil, err
	}
	return &rows[0], dropJob(tx, ErrandException, o.org, rows[0].ID)
}

// Exceptions are the latest exceptions of the organization, newest first.
func (o *Scoped) Exceptions(ctx context.Context) ([]LimitException, error) {
	var rows []exceptionRow
	err := o.read(ctx, "list exceptions", func(tx *gorm.DB) error {
		return tx.Order("made_at DESC, id DESC").Limit(exceptionsListed).Find(&rows).Error
	})
	out := make([]LimitException, len(rows))
	for i, r := range rows {
		out[i] = r.exception()
	}
	return out, err
}

// check refuses what could not mean anything, or would never end.
func (x Exception) check(now time.Time) error {
	var faults Errors
	add := func(field, key string, wrong bool) {
		if wrong {
			faults = append(faults, invalid(field, key))
		}
	}
	beyond := func(right Right, n *int, least, most int) {
		add(string(right), KeyExceptionNumber, n != nil && (*n < least || *n > most))
	}
	add("exception", KeyExceptionNothing, x.empty())
	add(string(RightLength), KeyExceptionNumber, x.MeetingLength != nil && (*x.MeetingLength != 0 && *x.MeetingLength < time.Second || *x.MeetingLength > exceptionLength))
	beyond(RightParticipants, x.Participants, 1, exceptionPeople)
	beyond(RightMeetings, x.ConcurrentMeetings, 0, exceptionCount)
	beyond(RightChatDays, x.ChatDays, 0, exceptionDays)
	beyond(RightSeats, x.Seats, 0, exceptionCount)
	add(string(RightStorage), KeyExceptionNumber, x.StorageBytes != nil && (*x.StorageBytes < 0 || *x.StorageBytes > exceptionStorage))
	add("until", KeyExceptionPast, !x.Until.After(now))
	add("until", KeyExceptionFar, x.Until.After(now.Add(ExceptionLongest)))
	if _, fault := checkReason(x.Reason); fault != nil {
		faults = append(faults, fault)
	}
	return faults.orNil()
}

// empty reports whether it leaves everything as the plan says.
func (x Exception) empty() bool { return len(x.said()) == 0 }

// String is for the logs.
func (x Exception) String() string {
	return fmt.Sprintf("%s until %s: %s", strings.Join(x.said(), ", "), x.Until.UTC().Format(time.RFC3339), x.Reason)
}

// said names what is another than the plan's.
func (x Exception) said() (out []string) {
	say := func(what string, value any, is bool) {
		if is {
			out = append(out, fmt.Sprintf("%s %v", what, value))
		}
	}
	say("meeting length", value(x.MeetingLength), x.MeetingLength != nil)
	say("participants", value(x.Participants), x.Participants != nil)
	say("meetings at once", value(x.ConcurrentMeetings), x.ConcurrentMeetings != nil)
	say("days of chat", value(x.ChatDays), x.ChatDays != nil)
	say("bytes stored", value(x.StorageBytes), x.StorageBytes != nil)
	say("seats", value(x.Seats), x.Seats != nil)
	for _, one := range []struct {
		name string
		is   *bool
	}{{"ads", x.Ads}, {"phone", x.Phone}, {"sso", x.SSO}, {"own domain", x.OwnDomain}, {"audit log", x.AuditLog}, {"dedicated media", x.DedicatedMedia}} {
		say(one.name, yesNo(value(one.is)), one.is != nil)
	}
	return out
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// exceptionRow is an exception as the table has it.
type exceptionRow struct {
	Tenant             TenantID `gorm:"column:tenant_id;primaryKey"`
	ID                 string   `gorm:"primaryKey"`
	MeetingLength      *time.Duration
	Participants       *int
	ConcurrentMeetings *int
	ChatDays           *int
	StorageBytes       *int64
	Seats              *int
	Ads                *bool
	Phone              *bool
	SSO                *bool `gorm:"column:sso"`
	OwnDomain          *bool
	AuditLog           *bool
	DedicatedMedia     *bool
	Raised             string
	Reason             string
	OperatorID         *OperatorID
	OperatorName       string
	MadeAt             time.Time
	EndsAt             time.Time
	EndedAt            *time.Time
}

func (exceptionRow) TableName() string { return "limit_exceptions" }

func exceptionRowOf(x Exception) exceptionRow {
	raised := make([]string, len(x.Raised))
	for i, right := range x.Raised {
		raised[i] = string(right)
	}
	return exceptionRow{
		MeetingLength: x.MeetingLength, Participants: x.Participants, ConcurrentMeetings: x.ConcurrentMeetings, ChatDays: x.ChatDays,
		StorageBytes: x.StorageBytes, Seats: x.Seats, Ads: x.Ads, Phone: x.Phone, SSO: x.SSO, OwnDomain: x.OwnDomain, AuditLog: x.AuditLog,
		DedicatedMedia: x.DedicatedMedia, Raised: strings.Join(raised, " "), Reason: x.Reason, EndsAt: x.Until,
	}
}

func (r exceptionRow) exception() LimitException {
	x := Exception{
		MeetingLength: r.MeetingLength, Participants: r.Participants, ConcurrentMeetings: r.ConcurrentMeetings, ChatDays: r.ChatDays,
		StorageBytes: r.StorageBytes, Seats: r.Seats, Ads: r.Ads, Phone: r.Phone, SSO: r.SSO, OwnDomain: r.OwnDomain, AuditLog: r.AuditLog,
		DedicatedMedia: r.DedicatedMedia, Reason: r.Reason, Until: r.EndsAt.UTC(),
	}
	for _, right := range AllRights() {
		if slices.Contains(strings.Fields(r.Raised), string(right)) {
			x.Raised = append(x.Raised, right)
		}
	}
	return LimitException{Exception: x, ID: r.ID, Operator: r.OperatorName, MadeAt: r.MadeAt.UTC(), EndedAt: utc(r.EndedAt)}
}

package tenants

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"
)

// ExceptionNotice is how long before an exception's day its owners are told that it
// ends. One that is shorter says its day when it is made, which is soon enough.
const ExceptionNotice = 3 * 24 * time.Hour

// The letters.
const (
	letterExceptionSet     = "exception_set"
	letterExceptionChanged = "exception_changed"
	letterExceptionEnded   = "exception_ended"
	letterExceptionSoon    = "exception_soon"
)

// tellOfException puts a letter about an exception into the outbox for every owner
// of the transaction's organization. What the limits are stands where its button
// leads: they may change again before the letter is read.
func (s *Store) tellOfException(tx *gorm.DB, org orgRow, kind string, x exceptionRow) error {
	var owners []userRow
	if err := recipients(tx).Where("memberships.role = ?", RoleOwner).Scan(&owners).Error; err != nil {
		return err
	}
	mails := make([]OutMail, len(owners))
	for i, u := range owners {
		mails[i] = OutMail{Kind: kind, To: u.Email, Lang: cmp.Or(u.Language, "en"), Params: map[string]string{
			"Name": u.Name, "Organization": org.Name, "Reason": x.Reason, "Day": x.EndsAt.UTC().Format(time.DateOnly), "Path": "/o/" + org.Slug + "/quotas",
		}}
	}
	return s.putMails(tx, mails)
}

// TellExceptionEnds tells the owners that an exception is about to end. One that has
// ended meanwhile, or is not there, is not spoken of.
func (o *Scoped) TellExceptionEnds(ctx context.Context, id string) error {
	if err := parseID(id); err != nil {
		return err
	}
	return o.write(ctx, "tell of an exception's end", func(tx *gorm.DB) error {
		var row exceptionRow
		err := first(forUpdate(tx).Where("id = ?", id), &row, "exception")
		if CodeOf(err) == CodeNotFound || err == nil && !row.exception().Holds(o.store.now()) {
			return nil
		}
		if err != nil {
			return err
		}
		org, err := heldOrg(tx, o.org)
		if err != nil {
			return err
		}
		if err := o.store.tellOfException(tx, org, letterExceptionSoon, row); err != nil {
			return err
		}
		return dropJob(tx, ErrandExceptionSoon, o.org, id) // with the letter, so that it is written once
	})
}

// exceptionLists are an organization's exceptions, in its export.
func exceptionLists() []ExportList {
	columns := "id minutes_a_meeting people_a_meeting meetings_at_once chat_days bytes seats ads phone sso own_domain audit_log dedicated_media reason operator made_at until ended_at"
	return []ExportList{listOf("exceptions", columns, "id", func(r exceptionRow) []any { return []any{r.ID} }, each(func(r exceptionRow) []any {
		return []any{
			r.ID, minutesOrNull(r.MeetingLength), orNull(r.Participants), orNull(r.ConcurrentMeetings), orNull(r.ChatDays), orNull(r.StorageBytes), orNull(r.Seats),
			orNull(r.Ads), orNull(r.Phone), orNull(r.SSO), orNull(r.OwnDomain), orNull(r.AuditLog), orNull(r.DedicatedMedia),
			r.Reason, r.OperatorName, r.MadeAt.UTC(), r.EndsAt.UTC(), orNull(r.EndedAt),
		}
	}))}
}

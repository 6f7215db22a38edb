package tenants

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// monthOf is the first moment of a calendar month, in UTC.
func monthOf(at time.Time) time.Time {
	y, m, _ := at.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// MonthUse is how many minutes of meetings an organization has used in this
// month (UTC), and how many of them in the rooms of each person.
type MonthUse struct {
	Minutes int
	Makers  map[UserID]int
}

// MonthUse counts the meetings of this month, the running ones up to now.
func (o *Scoped) MonthUse(ctx context.Context) (MonthUse, error) {
	var out MonthUse
	err := o.read(ctx, "count the minutes of a month", func(tx *gorm.DB) error {
		var err error
		out, err = o.monthUse(tx)
		return err
	})
	return out, err
}

// monthUse adds what ended since the last time to what is remembered of the month.
func (o *Scoped) monthUse(tx *gorm.DB) (MonthUse, error) {
	now := o.store.now()
	known, err := o.monthBefore(tx, now.Add(-lateReports).Truncate(time.Hour))
	if err != nil {
		return MonthUse{}, err
	}
	fresh, err := spentSince(tx, known.until)
	if err != nil {
		return MonthUse{}, err
	}
	makers := maps.Clone(known.makers)
	all := known.all + addSpent(&makers, fresh, known.month, now)
	out := MonthUse{Minutes: int(all / time.Minute), Makers: make(map[UserID]int, len(makers))}
	for who, spent := range makers {
		out.Makers[who] = int(spent / time.Minute)
	}
	return out, nil
}

// monthBefore is what the meetings took that ended before a moment in its month.
// A meeting whose end was written down later than it happened shows in their number.
func (o *Scoped) monthBefore(tx *gorm.DB, until time.Time) (keptMonth, error) {
	month := monthOf(o.store.now())
	if until.Before(month) {
		return keptMonth{month: month, until: month}, nil
	}
	kept := o.store.history.month(o.org, month)
	var ended int64
	err := tx.Model(&meetingRow{}).Where("ended_at >= ? AND ended_at < ?", month, kept.until).Count(&ended).Error
	if err != nil {
		return kept, err
	}
	if ended != kept.meetings || kept.until.After(until) {
		kept = keptMonth{month: month, until: month}
	}
	if kept.until.Equal(until) {
		return kept, nil
	}
	var more []spentRow
	if err := spent(tx).Where("meetings.ended_at >= ? AND meetings.ended_at < ?", kept.until, until).Scan(&more).Error; err != nil {
		return kept, err
	}
	kept.makers = maps.Clone(kept.makers) // the remembered one may be in use
	kept.all += addSpent(&kept.makers, more, month, until)
	kept.meetings, kept.until = kept.meetings+int64(len(more)), until
	o.store.history.keepMonth(o.org, kept)
	return kept, nil
}

// spentRow is a meeting, and who made its room.
type spentRow struct {
	StartedAt time.Time
	EndedAt   *time.Time
	EndsAt    *time.Time
	CreatedBy *UserID
}

func spent(tx *gorm.DB) *gorm.DB {
	return tx.Model(&meetingRow{}).Joins("JOIN rooms ON rooms.tenant_id = meetings.tenant_id AND rooms.id = meetings.room_id").
		Select("meetings.started_at, meetings.ended_at, meetings.ends_at, rooms.created_by")
}

// spentSince finds the meetings that ended after a moment, and those that run.
// With one question for both, SQLite would look at all meetings there ever were.
func spentSince(tx *gorm.DB, from time.Time) (rows []spentRow, err error) {
	var run []spentRow
	if err := spent(tx).Where("meetings.ended_at >= ?", from).Scan(&rows).Error; err != nil {
		return nil, err
	}
	err = spent(tx).Where("meetings.ended_at IS NULL").Scan(&run).Error
	return append(rows, run...), err
}

// addSpent adds up what meetings took after a moment, together and by maker.
func addSpent(makers *map[UserID]time.Duration, rows []spentRow, from, now time.Time) (all time.Duration) {
	if *makers == nil {
		*makers = map[UserID]time.Duration{}
	}
	for _, r := range rows {
		end := now
		switch {
		case r.EndedAt != nil:
			end = *r.EndedAt
		case r.EndsAt != nil && r.EndsAt.Before(now):
			end = *r.EndsAt
		}
		took := max(end.Sub(later(r.StartedAt, from)), 0)
		all += took
		if r.CreatedBy != nil {
			(*makers)[*r.CreatedBy] += took
		}
	}
	return all
}

// minutesLeft refuses a new meeting when the month's minutes are used up. A
// meeting that runs may finish.
func (o *Scoped) minutesLeft(tx *gorm.DB, room roomRow, l Limits) error {
	if l.MonthMinutes <= 0 && l.MakerMinutes <= 0 {
		return nil
	}
	used, err := o.monthUse(tx)
	if err != nil {
		return err
	}
	if l.MonthMinutes > 0 && used.Minutes >= l.MonthMinutes {
		return &Error{Code: CodeLimited, Key: KeyMinutesUsed}
	}
	if l.MakerMinutes > 0 && room.CreatedBy != nil && used.Makers[*room.CreatedBy] >= l.MakerMinutes {
		return &Error{Code: CodeLimited, Key: KeyMakerMinutesUsed}
	}
	return nil
}

// PersonQuotas are the quotas of single people, by person.
func (o *Scoped) PersonQuotas(ctx context.Context) (map[UserID]Quota, error) {
	var rows []personQuotaRow
	err := o.read(ctx, "read the quotas of people", func(tx *gorm.DB) error { return tx.Find(&rows).Error })
	out := make(map[UserID]Quota, len(rows))
	for _, r := range rows {
		out[r.UserID] = r.quota()
	}
	return out, err
}

// SetPersonQuota sets what meetings may do in the rooms that one member made.
// Only who manages the organization may.
func (o *Scoped) SetPersonQuota(ctx context.Context, by, who UserID, q Quota) error {
	if err := q.check(); err != nil {
		return err
	}
	return o.manage(ctx, "set a person's quota", by, func(tx *gorm.DB, _ orgRow) error {
		if _, err := memberRole(tx, who); err != nil {
			return err
		}
		now := o.store.now()
		row := personQuotaRow{UserID: who, MeetingLength: q.MeetingLength, Participants: q.Participants, ConcurrentMeetings: q.ConcurrentMeetings, MonthMinutes: q.MonthMinutes, ChangedAt: now}
		put := clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "user_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"meeting_length", "participants", "concurrent_meetings", "month_minutes", "updated_at"}),
		}
		if err := tx.Clauses(put).Create(&row).Error; err != nil {
			return err
		}
		return record(tx, now, by, "quota.person", string(who), q.String())
	})
}

// The shares of a quota, in per cent, at which people are told.
const (
	NearlyUsed = 80
	AllUsed    = 100
)

// TellOfQuotas puts a mail into the outbox for everybody who has to know that the
// minutes of this month are nearly or wholly used: owners and admins for the
// organization, the person for their own. Each is told once a month and
// threshold. It says whether there are new mails.
func (o *Scoped) TellOfQuotas(ctx context.Context, base, lang string) (told bool, err error) {
	quota, err := o.Quota(ctx)
	if err != nil {
		return false, err
	}
	people, err := o.PersonQuotas(ctx)
	if err != nil || quota.MonthMinutes == nil && len(people) == 0 {
		return false, err
	}
	use, err := o.MonthUse(ctx)
	if err != nil {
		return false, err
	}
	news := quotaNews(quota, people, use)
	if len(news) == 0 {
		return false, nil
	}
	err = o.write(ctx, "tell of quotas", func(tx *gorm.DB) error {
		var org orgRow
		if err := first(tx.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		for _, n := range news {
			fresh, err := o.tell(tx, org, n, base, lang)
			if err != nil {
				return err
			}
			told = told || fresh
		}
		return nil
	})
	return told, err
}

// quotaNew is a threshold that was passed: of the organization, or of a person.
type quotaNew struct {
	who           UserID // "" = the organization
	threshold     int
	minutes, most int
}

func quotaNews(quota Quota, people map[UserID]Quota, use MonthUse) (out []quotaNew) {
	note := func(who UserID, minutes int, most *int) {
		switch {
		case most == nil || minutes*100 < *most*NearlyUsed:
		case minutes >= *most:
			out = append(out, quotaNew{who, AllUsed, minutes, *most})
		default:
			out = append(out, quotaNew{who, NearlyUsed, minutes, *most})
		}
	}
	note("", use.Minutes, quota.MonthMinutes)
	for who, q := range people {
		note(who, use.Makers[who], q.MonthMinutes)
	}
	return out
}

func (o *Scoped) tell(tx *gorm.DB, org orgRow, n quotaNew, base, lang string) (fresh bool, err error) {
	subject, kind := "organization", "quota_near"
	if n.who != "" {
		subject = string(n.who)
	}
	if n.threshold == AllUsed {
		kind = "quota_used"
	}
	if fresh, err := o.firstNotice(tx, subject, n.threshold); err != nil || !fresh {
		return false, err
	}
	var whom []userRow
	find := recipients(tx)
	if n.who != "" {
		kind += "_own"
		find = find.Where("memberships.user_id = ?", string(n.who))
	} else {
		find = find.Where("memberships.role IN ?", []Role{RoleOwner, RoleAdmin})
	}
	if err := find.Scan(&whom).Error; err != nil {
		return false, err
	}
	mails := make([]OutMail, len(whom))
	for i, u := range whom {
		mails[i] = OutMail{Kind: kind, To: u.Email, Lang: cmp.Or(u.Language, lang), Params: map[string]string{
			"Name": u.Name, "Organization": org.Name, "Minutes": strconv.Itoa(n.minutes), "Quota": strconv.Itoa(n.most), "Link": base + "/o/" + org.Slug + "/quotas",
		}}
		if n.who != "" {
			mails[i].Params["Link"] = base + "/o/" + org.Slug
		}
	}
	return len(mails) > 0, o.store.putMails(tx, mails)
}

// firstNotice says whether nobody was told of a threshold in this month, and notes
// that they are now.
func (o *Scoped) firstNotice(tx *gorm.DB, subject string, threshold int) (bool, error) {
	now := o.store.now()
	got := tx.Clauses(clause.OnConflict{DoNothing: true}).
		Create(&quotaNoticeRow{Subject: subject, Month: now.Format("2006-01"), Threshold: threshold, At: now})
	return got.RowsAffected > 0, got.Error
}

// recipients are members as mails need them.
func recipients(tx *gorm.DB) *gorm.DB {
	return tx.Model(&membershipRow{}).Joins("JOIN users ON users.id = memberships.user_id").Select("users.id, users.name, users.email, users.language")
}

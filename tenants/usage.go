package tenants

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// UsageDaysMax is the longest time that can be asked for at once.
const UsageDaysMax = 92

// UsageDay is what an organization used on one day, in UTC.
type UsageDay struct {
	Day      time.Time     // its midnight
	Meetings int           // that started then
	People   int           // seats that were first taken then
	Time     time.Duration // that people spent in meetings, all together
	Peak     int           // people in meetings at the same moment, at most
}

// Usage says what was used on each day from the first to the last, both
// included. Who manages the organization may ask, and who pays.
func (o *Scoped) Usage(ctx context.Context, by UserID, first, last time.Time) (out []UsageDay, err error) {
	err = o.read(ctx, "add up usage", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() && !role.CanPay() {
			return forbidden("only owners, admins and who pays see usage")
		}
		out, err = usageDays(tx, first, last, o.store.now())
		return err
	})
	return out, err
}

// Usage is [Scoped.Usage] for a program.
func (d *KeyDoor) Usage(ctx context.Context, first, last time.Time) (out []UsageDay, err error) {
	err = d.read(ctx, ScopeUsageRead, "add up usage for a program", func(tx *gorm.DB, now time.Time) error {
		out, err = usageDays(tx, first, last, now)
		return err
	})
	return out, err
}

// PersonUsage is what one person used in some days.
type PersonUsage struct {
	User     UserID // "" = all who came without being known: guests
	Name     string // "" for guests, and for who is gone
	Meetings int
	Time     time.Duration // spent in meetings
}

// UsageReport is usage by day and by person, who used most first.
type UsageReport struct {
	Days   []UsageDay
	People []PersonUsage
}

// UsageReport is [Scoped.Usage], and the same by person.
func (o *Scoped) UsageReport(ctx context.Context, by UserID, first, last time.Time) (out UsageReport, err error) {
	err = o.read(ctx, "report usage", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() && !role.CanPay() {
			return forbidden("only owners, admins and who pays see usage")
		}
		began, stays, err := usedBetween(tx, first, last, o.store.now())
		if err != nil {
			return err
		}
		begin, end := midnight(first), midnight(last).AddDate(0, 0, 1)
		out.Days = addUp(begin, end, began, stays)
		out.People, err = usageOfPeople(tx, begin, end, stays)
		return err
	})
	return out, err
}

// stay is the time that one seat was taken.
type stay struct {
	from, until time.Time
	meeting     MeetingID
	who         UserID // "" = nobody knows
}

func usageDays(tx *gorm.DB, first, last, now time.Time) ([]UsageDay, error) {
	began, stays, err := usedBetween(tx, first, last, now)
	if err != nil {
		return nil, err
	}
	return addUp(midnight(first), midnight(last).AddDate(0, 0, 1), began, stays), nil
}

// usedBetween finds when meetings began on these days, and the stays that may
// reach into them.
func usedBetween(tx *gorm.DB, first, last, now time.Time) (began []time.Time, stays []stay, err error) {
	begin, end := midnight(first), midnight(last).AddDate(0, 0, 1)
	if !begin.Before(end) || end.Sub(begin) > UsageDaysMax*24*time.Hour {
		return nil, nil, invalid("from", KeyRangeInvalid)
	}
	err = tx.Model(&meetingRow{}).Where("started_at >= ? AND started_at < ?", begin, end).Pluck("started_at", &began).Error
	if err != nil {
		return nil, nil, err
	}
	var seats []struct {
		MeetingID MeetingID
		UserID    *UserID
		JoinedAt  time.Time
		SeenAt    time.Time
		LeftAt    *time.Time
	}
	// A meeting that began before may have people in it yet; none is longer than a few days.
	err = tx.Model(&seatRow{}).Joins("JOIN meetings AS near ON near.tenant_id = participants.tenant_id AND near.id = participants.meeting_id").
		Where("near.started_at >= ? AND near.started_at < ?", begin.AddDate(0, 0, -3), end).
		Select("participants.meeting_id, participants.user_id, participants.joined_at, participants.seen_at, participants.left_at").Scan(&seats).Error
	if err != nil {
		return nil, nil, err
	}
	stays = make([]stay, len(seats))
	for i, s := range seats {
		until := seatRow{SeenAt: s.SeenAt, LeftAt: s.LeftAt}.hereUntil()
		stays[i] = stay{from: s.JoinedAt.UTC(), until: earlier(until.UTC(), now), meeting: s.MeetingID}
		if s.UserID != nil {
			stays[i].who = *s.UserID
		}
	}
	return began, stays, nil
}

// within cuts a stay to a time; ok is false when nothing of it is left.
func (s stay) within(begin, end time.Time) (cut stay, ok bool) {
	if s.from.Before(begin) {
		s.from = begin
	}
	s.until = earlier(s.until, end)
	return s, s.from.Before(s.until)
}

// usageOfPeople adds stays up by person.
func usageOfPeople(tx *gorm.DB, begin, end time.Time, stays []stay) ([]PersonUsage, error) {
	type visit struct {
		who     UserID
		meeting MeetingID
	}
	visits, all, ids := map[visit]bool{}, map[UserID]*PersonUsage{}, map[string]bool{}
	for _, s := range stays {
		s, ok := s.within(begin, end)
		if !ok {
			continue
		}
		one := all[s.who]
		if one == nil {
			one = &PersonUsage{User: s.who}
			all[s.who] = one
			if s.who != "" {
				ids[string(s.who)] = true
			}
		}
		one.Time += s.until.Sub(s.from)
		if v := (visit{s.who, s.meeting}); !visits[v] {
			visits[v] = true
			one.Meetings++
		}
	}
	names, err := namesOf(tx, ids)
	out := make([]PersonUsage, 0, len(all))
	for _, one := range all {
		one.Name = names[string(one.User)]
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b PersonUsage) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Name, b.Name), cmp.Compare(a.User, b.User))
	})
	return out, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// addUp spreads meetings and stays over the days between two midnights.
func addUp(begin, end time.Time, started []time.Time, stays []stay) []UsageDay {
	days := make([]UsageDay, 0, UsageDaysMax)
	for day := begin; day.Before(end); day = day.AddDate(0, 0, 1) {
		days = append(days, UsageDay{Day: day})
	}
	at := func(t time.Time) int { return int(t.Sub(begin) / (24 * time.Hour)) }
	for _, t := range started {
		days[at(t.UTC())].Meetings++
	}
	steps := make([][]step, len(days))
	for _, s := range stays {
		if !s.from.Before(begin) && s.from.Before(end) {
			days[at(s.from)].People++
		}
		s, ok := s.within(begin, end)
		for ok && s.from.Before(s.until) {
			i := at(s.from)
			next := earlier(days[i].Day.AddDate(0, 0, 1), s.until)
			days[i].Time += next.Sub(s.from)
			steps[i] = append(steps[i], step{s.from, 1}, step{next, -1})
			s.from = next
		}
	}
	for i := range days {
		days[i].Peak = peak(steps[i])
	}
	return days
}

// step is somebody who comes or goes.
type step struct {
	at time.Time
	by int
}

// peak is how many were there at the fullest moment.
func peak(steps []step) int {
	slices.SortFunc(steps, func(a, b step) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.by, b.by)) // who leaves makes room first
	})
	now, most := 0, 0
	for _, s := range steps {
		now += s.by
		most = max(most, now)
	}
	return most
}

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

// UsageDay is what an organization used on one day.
type UsageDay struct {
	Day      time.Time     // when it started, in the zone that was asked for
	Meetings int           // that started then
	People   int           // seats that were first taken then
	Time     time.Duration // that people spent in meetings, all together
	Peak     int           // people in meetings at the same moment, at most
}

// Usage says what was used on each day from the first to the last, both
// included. Days are those of the time zone that first is in. Who manages the
// organization may ask, and who pays.
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

// Usage is [Scoped.Usage] for a program; its days are those of UTC.
func (d *KeyDoor) Usage(ctx context.Context, first, last time.Time) (out []UsageDay, err error) {
	err = d.read(ctx, ScopeUsageRead, "add up usage for a program", func(tx *gorm.DB, now time.Time) error {
		out, err = usageDays(tx, first.UTC(), last.UTC(), now)
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
		days, err := daysBetween(first, last)
		if err != nil {
			return err
		}
		began, stays, err := usedBetween(tx, days, o.store.now())
		if err != nil {
			return err
		}
		out.Days = addUp(days, began, stays)
		out.People, err = usageOfPeople(tx, days[0], days[len(days)-1], stays)
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
	days, err := daysBetween(first, last)
	if err != nil {
		return nil, err
	}
	began, stays, err := usedBetween(tx, days, now)
	if err != nil {
		return nil, err
	}
	return addUp(days, began, stays), nil
}

// usedBetween finds when meetings began on these days, and the stays that may
// reach into them.
func usedBetween(tx *gorm.DB, days []time.Time, now time.Time) (began []time.Time, stays []stay, err error) {
	begin, end := days[0].UTC(), days[len(days)-1].UTC()
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

// addUp spreads meetings and stays over days, given by their starts and the end
// of the last.
func addUp(starts, began []time.Time, stays []stay) []UsageDay {
	begin, end := starts[0], starts[len(starts)-1]
	days := make([]UsageDay, len(starts)-1)
	for i := range days {
		days[i].Day = starts[i]
	}
	at := func(t time.Time) int { // the last day that has started by then; a day is not always 24 hours long
		i, started := slices.BinarySearchFunc(starts, t, time.Time.Compare)
		if started {
			for i+1 < len(starts) && starts[i+1].Equal(t) { // a day that the zone leaves out
				i++
			}
			return i
		}
		return i - 1
	}
	for _, t := range began {
		days[at(t)].Meetings++
	}
	steps := make([][]step, len(days))
	for _, s := range stays {
		if !s.from.Before(begin) && s.from.Before(end) {
			days[at(s.from)].People++
		}
		s, ok := s.within(begin, end)
		for ok && s.from.Before(s.until) {
			i := at(s.from)
			next := earlier(starts[i+1], s.until)
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

package tenants

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
)

// usageDaysMax is the longest time that can be asked for at once.
const usageDaysMax = 92

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

// stay is the time that one seat was taken.
type stay struct{ from, until time.Time }

func usageDays(tx *gorm.DB, first, last, now time.Time) ([]UsageDay, error) {
	begin, end := midnight(first), midnight(last).AddDate(0, 0, 1)
	if !begin.Before(end) || end.Sub(begin) > usageDaysMax*24*time.Hour {
		return nil, invalid("from", KeyRangeInvalid)
	}
	var started []time.Time
	err := tx.Model(&meetingRow{}).Where("started_at >= ? AND started_at < ?", begin, end).Pluck("started_at", &started).Error
	if err != nil {
		return nil, err
	}
	var seats []seatRow
	// A meeting that began before may have people in it yet; none is longer than a few days.
	const inTime = `meeting_id IN (SELECT near.id FROM meetings AS near WHERE near.tenant_id = participants.tenant_id AND near.started_at >= ? AND near.started_at < ?)`
	err = tx.Select("tenant_id", "joined_at", "seen_at", "left_at").Where(inTime, begin.AddDate(0, 0, -3), end).Find(&seats).Error
	if err != nil {
		return nil, err
	}
	stays := make([]stay, len(seats))
	for i, s := range seats {
		stays[i] = stay{from: s.JoinedAt.UTC(), until: earlier(s.hereUntil().UTC(), now)}
	}
	return addUp(begin, end, started, stays), nil
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
	days := make([]UsageDay, 0, usageDaysMax)
	for day := begin; day.Before(end); day = day.AddDate(0, 0, 1) {
		days = append(days, UsageDay{Day: day})
	}
	at := func(t time.Time) int { return int(t.Sub(begin) / (24 * time.Hour)) }
	for _, t := range started {
		days[at(t.UTC())].Meetings++
	}
	for _, s := range stays {
		if !s.from.Before(begin) && s.from.Before(end) {
			days[at(s.from)].People++
		}
		from, until := s.from, earlier(s.until, end)
		if from.Before(begin) {
			from = begin
		}
		for from.Before(until) {
			i := at(from)
			next := earlier(days[i].Day.AddDate(0, 0, 1), until)
			days[i].Time += next.Sub(from)
			from = next
		}
	}
	for i := range days {
		days[i].Peak = peak(days[i].Day, stays)
	}
	return days
}

// peak is how many stays overlapped at the fullest moment of a day.
func peak(day time.Time, stays []stay) int {
	type step struct {
		at time.Time
		by int
	}
	end := day.AddDate(0, 0, 1)
	var steps []step
	for _, s := range stays {
		if s.from.Before(end) && s.until.After(day) && s.from.Before(s.until) {
			steps = append(steps, step{s.from, 1}, step{s.until, -1})
		}
	}
	slices.SortFunc(steps, func(a, b step) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.by - b.by // who leaves makes room first
	})
	now, most := 0, 0
	for _, s := range steps {
		now += s.by
		if s.at.Before(end) {
			most = max(most, now)
		}
	}
	return most
}

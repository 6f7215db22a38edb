package tenants

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"
)

// visit is a person in a meeting.
type visit struct {
	who     UserID // "" = nobody knows
	meeting MeetingID
}

// deletedPeople are all together who were known once: of a person who has been
// deleted the seats stay, without id and name. A guest has a name.
const deletedPeople UserID = "deleted"

// stay is the time that one seat was taken.
type stay struct {
	visit
	from, until time.Time
}

// dayUse is what one day used, together and by person.
type dayUse struct {
	total  UsageDay
	end    time.Time
	people []personDay
	stayed []lasting // who was there already before midnight
	open   bool      // more may come: the day is not over, or a meeting of it is not
}

type personDay struct {
	who  UserID
	time time.Duration
	came int // meetings that they came to on this day
}

// lasting is a visit that began on an earlier day.
type lasting struct {
	visit
	came time.Time
}

// meetingReach is how long after its beginning somebody may be in a meeting: no
// meeting is longer than a few days.
const meetingReach = 3 * 24 * time.Hour

// lateReports is how long after a day news of it may still come from a node.
const lateReports = time.Hour

// daysUsed adds up each day from the first to the last, both included. What was
// found out about days that are over is remembered for a while.
func (o *Scoped) daysUsed(tx *gorm.DB, first, last time.Time) ([]dayUse, error) {
	starts, err := daysBetween(first, last)
	if err != nil {
		return nil, err
	}
	now, out := o.store.now(), make([]dayUse, len(starts)-1)
	for i := 0; i < len(out); {
		if known, ok := o.store.history.day(o.org, starts[i], starts[i+1], now); ok {
			out[i] = known
			i++
			continue
		}
		next := i + 1
		for ; next < len(out); next++ {
			if _, ok := o.store.history.day(o.org, starts[next], starts[next+1], now); ok {
				break
			}
		}
		found, err := readDays(tx, starts[i:next+1], now)
		if err != nil {
			return nil, err
		}
		o.store.history.keep(o.org, found, now)
		copy(out[i:], found)
		i = next
	}
	return out, nil
}

// readDays adds up days, given by their starts and the end of the last.
func readDays(tx *gorm.DB, starts []time.Time, now time.Time) ([]dayUse, error) {
	begin, end := starts[0].UTC(), starts[len(starts)-1].UTC()
	var meetings []struct {
		StartedAt time.Time
		EndedAt   *time.Time
	}
	near := begin.Add(-meetingReach) // who came to a meeting before may be in it yet
	err := tx.Model(&meetingRow{}).Where("started_at >= ? AND started_at < ?", near, end).Select("started_at, ended_at").Scan(&meetings).Error
	if err != nil {
		return nil, err
	}
	var seats []struct {
		MeetingID MeetingID
		UserID    *UserID
		Nameless  bool
		JoinedAt  time.Time
		SeenAt    time.Time
		LeftAt    *time.Time
	}
	err = tx.Model(&seatRow{}).Joins("JOIN meetings AS near ON near.tenant_id = participants.tenant_id AND near.id = participants.meeting_id").
		Where("near.started_at >= ? AND near.started_at < ?", near, end).
		Select("participants.meeting_id, participants.user_id, participants.name = '' AS nameless, participants.joined_at, participants.seen_at, participants.left_at").Scan(&seats).Error
	if err != nil {
		return nil, err
	}
	stays := make([]stay, len(seats))
	for i, s := range seats {
		until := seatRow{SeenAt: s.SeenAt, LeftAt: s.LeftAt}.hereUntil()
		stays[i] = stay{visit: visit{meeting: s.MeetingID}, from: s.JoinedAt.UTC(), until: earlier(until.UTC(), now)}
		switch {
		case s.UserID != nil:
			stays[i].who = *s.UserID
		case s.Nameless:
			stays[i].who = deletedPeople
		}
	}
	days := addUp(starts, stays)
	for i := range days {
		days[i].open = days[i].end.Add(lateReports).After(now)
	}
	for _, m := range meetings {
		if !m.StartedAt.Before(begin) {
			days[dayAt(starts, m.StartedAt)].total.Meetings++
		}
		for i := max(0, dayAt(starts, m.StartedAt)); m.EndedAt == nil && i < len(days); i++ {
			days[i].open = true
		}
	}
	return days, nil
}

// dayAt counts the days that start until a moment; -1 = it is before all of them.
// A day is not always 24 hours long.
func dayAt(starts []time.Time, at time.Time) int {
	i, starting := slices.BinarySearchFunc(starts, at, time.Time.Compare)
	if !starting {
		return i - 1
	}
	for i+1 < len(starts) && starts[i+1].Equal(at) { // a day that the zone leaves out
		i++
	}
	return i
}

// addUp spreads stays over days, given by their starts and the end of the last.
func addUp(starts []time.Time, stays []stay) []dayUse {
	begin, end := starts[0], starts[len(starts)-1]
	days := make([]dayUse, len(starts)-1)
	steps, people := make([][]step, len(days)), make([]map[visit]time.Duration, len(days))
	for i := range days {
		days[i].total.Day, days[i].end = starts[i], starts[i+1]
		people[i] = map[visit]time.Duration{}
	}
	came := make(map[visit]time.Time, len(stays))
	for _, s := range stays {
		if first, ok := came[s.visit]; s.from.Before(s.until) && (!ok || s.from.Before(first)) {
			came[s.visit] = s.from
		}
		if at := dayAt(starts, s.from); at >= 0 && at < len(days) {
			days[at].total.People++
		}
		for s.from = later(s.from, begin); s.from.Before(earlier(s.until, end)); {
			i := dayAt(starts, s.from)
			next := earlier(starts[i+1], s.until)
			people[i][s.visit] += next.Sub(s.from)
			steps[i] = append(steps[i], step{s.from, 1}, step{next, -1})
			s.from = next
		}
	}
	for i := range days {
		days[i].total.Peak = peak(steps[i])
		days[i].add(people[i], came)
	}
	return days
}

// add puts a day's visits together by person.
func (d *dayUse) add(visits map[visit]time.Duration, came map[visit]time.Time) {
	at := make(map[UserID]int, len(visits))
	for v, spent := range visits {
		i, known := at[v.who]
		if !known {
			i = len(d.people)
			at[v.who] = i
			d.people = append(d.people, personDay{who: v.who})
		}
		d.total.Time += spent
		d.people[i].time += spent
		if first := came[v]; first.Before(d.total.Day) {
			d.stayed = append(d.stayed, lasting{v, first})
		} else {
			d.people[i].came++
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
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

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
		out, err = o.usageDays(tx, first, last)
		return err
	})
	return out, err
}

// Usage is [Scoped.Usage] for a program; its days are those of UTC.
func (d *KeyDoor) Usage(ctx context.Context, first, last time.Time) (out []UsageDay, err error) {
	err = d.read(ctx, ScopeUsageRead, "add up usage for a program", func(tx *gorm.DB, _ time.Time) error {
		out, err = d.org.usageDays(tx, first.UTC(), last.UTC())
		return err
	})
	return out, err
}

// PersonUsage is what one person used in some days.
type PersonUsage struct {
	User     UserID // "" = all together who came without being known, guests; or with Deleted
	Deleted  bool   // all together who have been deleted since
	Name     string // "" for guests, for who is gone, and outside of what was asked to be named
	Meetings int
	Time     time.Duration // spent in meetings
}

// UsageReport is usage by day and by person, who used most first.
type UsageReport struct {
	Days   []UsageDay
	People []PersonUsage
}

// UsageQuery says which days a report is about, the first and the last included,
// and whose names are wanted: of as many people as Named, after the first Skip of
// the list; Named 0 = of all.
type UsageQuery struct {
	First, Last time.Time
	Skip, Named int
}

// UsageReport is [Scoped.Usage], and the same by person.
func (o *Scoped) UsageReport(ctx context.Context, by UserID, q UsageQuery) (out UsageReport, err error) {
	err = o.read(ctx, "report usage", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() && !role.CanPay() {
			return forbidden("only owners, admins and who pays see usage")
		}
		days, err := o.daysUsed(tx, q.First, q.Last)
		if err != nil {
			return err
		}
		out.Days, out.People = totals(days), byPerson(days)
		return nameUsers(tx, out.People, q)
	})
	return out, err
}

func (o *Scoped) usageDays(tx *gorm.DB, first, last time.Time) ([]UsageDay, error) {
	days, err := o.daysUsed(tx, first, last)
	return totals(days), err
}

func totals(days []dayUse) []UsageDay {
	out := make([]UsageDay, len(days))
	for i, d := range days {
		out[i] = d.total
	}
	return out
}

// byPerson adds days up by person. A meeting over midnight counts once.
func byPerson(days []dayUse) []PersonUsage {
	all, lasting := map[UserID]*PersonUsage{}, map[visit]bool{}
	for _, d := range days {
		for _, p := range d.people {
			one := all[p.who]
			if one == nil {
				if one = (&PersonUsage{User: p.who}); p.who == deletedPeople {
					one.User, one.Deleted = "", true
				}
				all[p.who] = one
			}
			one.Time += p.time
			one.Meetings += p.came
		}
		for _, v := range d.stayed {
			if v.came.Before(days[0].total.Day) && !lasting[v.visit] {
				lasting[v.visit] = true
				all[v.who].Meetings++
			}
		}
	}
	out := make([]PersonUsage, 0, len(all))
	for _, one := range all {
		out = append(out, *one)
	}
	slices.SortFunc(out, func(a, b PersonUsage) int {
		return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.User, b.User), cmp.Compare(deletedLast(a), deletedLast(b)))
	})
	return out
}

func deletedLast(p PersonUsage) int {
	if p.Deleted {
		return 1
	}
	return 0
}

// nameUsers looks up what the people are called whose names are wanted.
func nameUsers(tx *gorm.DB, people []PersonUsage, q UsageQuery) error {
	part := people[min(max(q.Skip, 0), len(people)):]
	if q.Named > 0 {
		part = part[:min(q.Named, len(part))]
	}
	ids := make([]UserID, 0, len(part))
	for _, p := range part {
		if p.User != "" {
			ids = append(ids, p.User)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []userRow
	if err := tx.Select("id, name").Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return err
	}
	names := make(map[UserID]string, len(rows))
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	for i := range part {
		part[i].Name = names[part[i].User]
	}
	return nil
}

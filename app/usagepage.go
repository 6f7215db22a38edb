package app

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// usageDefault is how many days the usage page shows when nobody says.
const usageDefault = 30

// usagePage shows what an organization used, by day and by person, and what is left of its quotas.
func (s *Server) usagePage(c *fiber.Ctx) error {
	days := usageRange(c, s.clock.Now())
	org := s.tenants.Org(theOrg(c).ID)
	report, err := org.UsageReport(c.UserContext(), visitor(c).User.ID, tenants.UsageQuery{
		First: days.first, Last: days.last, Skip: (pageOf(c) - 1) * tenants.PageSize, Named: tenants.PageSize,
	})
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "usage.title")
	if err != nil {
		return err
	}
	m := usageModel(c, days, report)
	if err := s.addUsageQuotas(c, &m); err != nil {
		return err
	}
	return s.render(c, views.Usage(page, m))
}

// usageDays is the time that a usage page is about.
type usageDays struct {
	first, last time.Time // when these days begin, in the visitor's time zone
	preset      int       // days up to today; 0 when two dates were chosen
	refused     bool      // what was chosen cannot be shown: these are the default's
}

// query names the same time again.
func (d usageDays) query() url.Values {
	return url.Values{"from": {d.first.Format(time.DateOnly)}, "until": {d.last.Format(time.DateOnly)}}
}

// usageRange reads the time from the address: so many days up to today, or two dates. Days are those of the visitor's time zone.
func usageRange(c *fiber.Ctx, now time.Time) usageDays {
	zone := zoneOf(c)
	if c.Query("from") == "" && c.Query("until") == "" {
		if n := c.QueryInt("days", usageDefault); n == 7 || n == 90 {
			return daysUpTo(now.In(zone), n)
		}
		return daysUpTo(now.In(zone), usageDefault)
	}
	first, ok1 := dayOf(c.Query("from"), 0, zone)
	last, ok2 := dayOf(c.Query("until"), 0, zone)
	if !ok1 || !ok2 || last.Before(first) || last.After(first.AddDate(0, 0, tenants.UsageDaysMax-1)) {
		d := daysUpTo(now.In(zone), usageDefault)
		d.refused = true
		return d
	}
	return usageDays{first: first, last: last}
}

// daysUpTo are n days, of which today is the last.
func daysUpTo(now time.Time, n int) usageDays {
	y, m, d := now.Date()
	return usageDays{first: tenants.StartOfDay(y, m, d+1-n, now.Location()), last: tenants.StartOfDay(y, m, d, now.Location()), preset: n}
}

func usageModel(c *fiber.Ctx, days usageDays, report tenants.UsageReport) views.UsageModel {
	base := "/o/" + theOrg(c).Slug + "/usage"
	m := views.UsageModel{
		Path: base, Preset: days.preset, Refused: days.refused, First: days.first, Last: days.last, Zone: days.first.Location().String(),
		From: days.first.Format(time.DateOnly), Until: days.last.Format(time.DateOnly),
		DaysCSV: with(base+".csv", days.query()), PeopleCSV: with(base+"/people.csv", days.query()),
	}
	if days.refused {
		m.From, m.Until = c.Query("from"), c.Query("until")
	}
	for _, d := range report.Days {
		m.Days = append(m.Days, views.UsageDayLine{Day: d.Day, Meetings: d.Meetings, People: d.People, Minutes: int(d.Time / time.Minute), Peak: d.Peak})
	}
	query := days.query()
	if days.preset > 0 {
		query = url.Values{"days": {strconv.Itoa(days.preset)}}
	}
	m.List = views.ListPage{Path: base, Query: query, Page: pageOf(c), Size: tenants.PageSize, Total: len(report.People)}
	for _, p := range report.People {
		m.MostMinutes = max(m.MostMinutes, int(p.Time/time.Minute))
	}
	for _, p := range pageIn(report.People, m.List) {
		m.People = append(m.People, views.UsagePersonLine{ID: string(p.User), Deleted: p.Deleted, Name: p.Name, Meetings: p.Meetings, Minutes: int(p.Time / time.Minute)})
	}
	return m
}

// pageIn is the part of a list that a page shows.
func pageIn[T any](all []T, at views.ListPage) []T {
	from := min((at.Page-1)*at.Size, len(all))
	return all[from:min(from+at.Size, len(all))]
}

// addUsageQuotas adds what of this month's quotas is used.
func (s *Server) addUsageQuotas(c *fiber.Ctx, m *views.UsageModel) error {
	org := theOrg(c).ID
	quota, err := s.quotaOf(c.UserContext(), org)
	if err != nil {
		return err
	}
	people, err := s.personQuotas(c.UserContext(), org)
	if err != nil {
		return err
	}
	use, err := s.monthUse(c.UserContext(), org)
	if err != nil {
		return err
	}
	m.MonthUsed = use.Minutes
	if quota.MonthMinutes != nil {
		m.MonthMost = *quota.MonthMinutes
	}
	for i, p := range m.People {
		if most := people[tenants.UserID(p.ID)].MonthMinutes; p.ID != "" && most != nil {
			m.People[i].MonthUsed, m.People[i].MonthMost = use.Makers[tenants.UserID(p.ID)], *most
		}
	}
	return nil
}

// usageCSV is one line a day.
func (s *Server) usageCSV(c *fiber.Ctx) error {
	return s.usageFile(c, "usage", []string{"date", "meetings", "people", "minutes", "peak"}, func(r tenants.UsageReport, line func(...string) error) error {
		for _, d := range r.Days {
			err := line(d.Day.Format(time.DateOnly), strconv.Itoa(d.Meetings), strconv.Itoa(d.People), minutesCell(d.Time), strconv.Itoa(d.Peak))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// usagePeopleCSV is one line a person.
func (s *Server) usagePeopleCSV(c *fiber.Ctx) error {
	texts := s.texts(c)
	return s.usageFile(c, "usage-people", []string{"person_id", "person", "meetings", "minutes"}, func(r tenants.UsageReport, line func(...string) error) error {
		for _, p := range r.People {
			name := p.Name
			switch {
			case p.Deleted:
				name = texts.T("usage.deleted")
			case p.User != "": // guests are one line without a name
				name = texts.Person(name)
			}
			if err := line(string(p.User), name, strconv.Itoa(p.Meetings), minutesCell(p.Time)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Server) usageFile(c *fiber.Ctx, name string, head []string, write func(tenants.UsageReport, func(...string) error) error) error {
	org, by, days := theOrg(c), visitor(c).User.ID, usageRange(c, s.clock.Now())
	return s.download(c, org.Slug+"-"+name+".csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		report, err := s.tenants.Org(org.ID).UsageReport(ctx, by, tenants.UsageQuery{First: days.first, Last: days.last})
		if err != nil {
			return err
		}
		out := csvTo(w)
		if err := out.Write(head); err != nil {
			return err
		}
		err = write(report, func(cells ...string) error { return out.Write(plainCells(cells)) })
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

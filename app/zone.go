package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// zoneCookie holds the time zone of a browser whose person has chosen none: site.ts writes it.
const zoneCookie = "parley_zone"

// zoneOf is the time zone in which the visitor's days begin and end: the one in their profile, else the browser's, else UTC.
func zoneOf(c *fiber.Ctx) *time.Location {
	for _, name := range []string{visitor(c).User.TimeZone, c.Cookies(zoneCookie)} {
		if name == "" || name == "Local" || len(name) > 64 { // the server's own zone is nobody's business
			continue
		}
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return time.UTC
}

// dayOf reads a day as a date field writes it, and gives its first moment in that zone; or, later by so many days, that of another.
func dayOf(text string, later int, zone *time.Location) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}, false
	}
	y, m, d := day.AddDate(0, 0, later).Date()
	return tenants.StartOfDay(y, m, d, zone), true
}

// daysOf reads a time from one day to another, both included, in the visitor's time zone; until is the end of the last. Zero is no bound.
func daysOf(c *fiber.Ctx) (from, until time.Time) {
	zone := zoneOf(c)
	from, _ = dayOf(c.Query("from"), 0, zone)
	until, _ = dayOf(c.Query("until"), 1, zone)
	return from, until
}

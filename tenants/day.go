package tenants

import "time"

// StartOfDay is the first moment of a calendar day in a time zone. It is not
// always midnight by the clock: where a zone leaves midnight out that day
// (America/Santiago when summer begins), the day starts an hour later, and where
// midnight comes twice (America/Havana when summer ends), it starts with the
// first of them. A day that a zone leaves out (30 December 2011 in
// Pacific/Apia) starts where the next one does.
func StartOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	year, month, day = want.Date() // the 31st of April is the first of May
	at := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if dateOf(at).Before(want) { // of a time that does not exist, time.Date may give an hour of the day before
		_, at = at.ZoneBounds()
	}
	if before := at.Add(-time.Nanosecond); dateOf(before).Equal(want) { // or the second of two midnights
		_, now := at.Zone()
		_, then := before.Zone()
		at = at.Add(time.Duration(now-then) * time.Second)
	}
	return at
}

// dateOf is the date that a time shows in its own zone, as midnight in UTC: such
// dates can be compared and counted.
func dateOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// daysBetween are the starts of all days from the first to the last, both
// included, and the end of the last. The zone is that of first.
func daysBetween(first, last time.Time) ([]time.Time, error) {
	zone, begin, end := first.Location(), dateOf(first), dateOf(last.In(first.Location()))
	if end.Before(begin) || end.Sub(begin) >= UsageDaysMax*24*time.Hour {
		return nil, invalid("from", KeyRangeInvalid)
	}
	var out []time.Time
	for day := begin; !day.After(end.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		y, m, d := day.Date()
		out = append(out, StartOfDay(y, m, d, zone))
	}
	return out, nil
}

package tenants

import (
	"slices"
	"testing"
	"time"
)

// A message that nobody else may read is told to who wrote it: no names would be
// everybody's.
func TestWhatNobodyElseMayReadIsToldToItsWriter(t *testing.T) {
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	seat := func(who string, after time.Duration) seatRow { return seatRow{Identity: who, JoinedAt: at.Add(after)} }
	for name, c := range map[string]struct {
		seats []seatRow
		want  []string
	}{
		"all were there":              {[]seatRow{seat("gil", -time.Second), seat("hal", -time.Second)}, nil},
		"hal came later":              {[]seatRow{seat("hal", time.Second), seat("gil", -time.Second), seat("ida", -time.Second)}, []string{"gil", "ida"}},
		"by the clock all came later": {[]seatRow{seat("gil", time.Millisecond), seat("hal", time.Second)}, []string{"gil"}},
		"its writer has no seat":      {[]seatRow{seat("hal", time.Second), seat("ida", -time.Second)}, []string{"gil", "ida"}},
		"nobody may":                  {[]seatRow{seat("hal", time.Second)}, []string{"gil"}},
	} {
		place := chatPlace{sitting: sitting{seats: c.seats}, since: true}
		if got := place.readers(chatRow{Sender: "gil", SentAt: at}); !slices.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: it is told to %q, want %q", name, got, c.want)
		}
	}
}

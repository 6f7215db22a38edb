package tenants_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// lobby is a room and what a test needs to hold meetings in it.
type lobby struct {
	*tenantstest.Org
	t      *testing.T
	room   tenants.Room
	clock  *clockwork.FakeClock
	events int
}

func newLobby(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) *lobby {
	acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
	return &lobby{Org: acme, t: t, room: acme.Room("ann", "Standup"), clock: clock}
}

func (l *lobby) enter(in tenants.EnterInput) (tenants.Entry, error) {
	if in.Room == "" {
		in.Room = l.room.ID
	}
	if in.Limits == (tenants.Limits{}) {
		in.Limits, in.Plan = tenantstest.Free(), "Free"
	}
	return l.Enter(l.t.Context(), in)
}

// stay has a node see these people for a while, often enough for their seats.
func (l *lobby) stay(d time.Duration, people ...string) {
	l.t.Helper()
	for left := d; left > 0; {
		step := min(left, 50*time.Second)
		left -= step
		l.clock.Advance(step)
		l.must(l.Seen(l.t.Context(), l.event(tenants.NodeEvent{Roster: people})))
	}
}

// event fills in what every event of the room has.
func (l *lobby) event(e tenants.NodeEvent) tenants.NodeEvent {
	l.events++
	e.ID = fmt.Sprintf("event-%d", l.events)
	e.Media = l.room.MediaName
	if e.At.IsZero() {
		e.At = l.clock.Now()
	}
	return e
}

func (l *lobby) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lobby) wantCode(tried string, err error, code tenants.Code, key string) {
	l.t.Helper()
	if tenants.CodeOf(err) != code || code != "" && tenants.KeyOf(err) != key {
		l.t.Errorf("%s: %v, want %q %s", tried, err, code, key)
	}
}

func (l *lobby) people() []string {
	l.t.Helper()
	_, here, err := l.Current(l.t.Context(), l.room.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	out := []string{}
	for _, p := range here {
		out = append(out, p.Identity)
	}
	return out
}

func eachLobby(t *testing.T, test func(l *lobby)) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) { test(newLobby(t, db, clock)) })
}

// TestFiftyAtOnceTakeExactlyTenSeats, several times over.
func TestFiftyAtOnceTakeExactlyTenSeats(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		limits := tenantstest.Free()
		limits.Participants = 10
		for round := range 3 {
			room := l.Room("ann", fmt.Sprintf("Round %d", round))
			errs := together(50, func(i int) error {
				_, err := l.enter(tenants.EnterInput{Room: room.ID, Identity: fmt.Sprintf("p%d", i), Limits: limits})
				return err
			})
			in := 0
			for _, err := range errs {
				if err == nil {
					in++
					continue
				}
				l.wantCode("person 11", err, tenants.CodeFull, tenants.KeyMeetingFull)
			}
			m, here, err := l.Current(l.t.Context(), room.ID)
			if in != 10 || err != nil || len(here) != 10 || m.ParticipantLimit != 10 {
				l.t.Errorf("round %d: %d got in, %d are there, %v", round, in, len(here), err)
			}
		}
	})
}

// TestNothingWinsAMinute holds the one end that a meeting has.
func TestNothingWinsAMinute(t *testing.T) {
	end := tenantstest.Start.Add(40 * time.Minute)
	tests := map[string]func(l *lobby){
		"waiting": func(l *lobby) { l.stay(10*time.Minute, "ann") },
		"leaving and coming back": func(l *lobby) {
			l.stay(5*time.Minute, "ann")
			l.must(l.Left(l.t.Context(), l.event(tenants.NodeEvent{Identity: "ann"})))
			l.clock.Advance(4*time.Minute + 59*time.Second)
			_, err := l.enter(tenants.EnterInput{Identity: "ann"})
			l.must(err)
		},
		"another person": func(l *lobby) {
			l.stay(39*time.Minute, "ann")
			_, err := l.enter(tenants.EnterInput{Identity: "bob"})
			l.must(err)
		},
		"lower limits": func(l *lobby) {
			_, err := l.enter(tenants.EnterInput{Identity: "bob", Limits: tenants.Limits{MeetingLength: time.Minute, Participants: 2}})
			l.must(err)
			changed, err := l.LiftMeetings(l.t.Context(), tenants.Limits{MeetingLength: time.Minute, Participants: 2}, "Tiny")
			l.must(err)
			if len(changed) != 0 {
				l.t.Errorf("a lift lowered %+v", changed)
			}
		},
	}
	for name, live := range tests {
		t.Run(name, func(t *testing.T) {
			eachLobby(t, func(l *lobby) {
				l.t = t
				first := l.Guest(l.room, "ann")
				live(l)
				now, _, err := l.Current(t.Context(), l.room.ID)
				l.must(err)
				if now.ID != first.Meeting.ID || !now.EndsAt.Equal(end) || now.Revision != 1 {
					t.Errorf("meeting %+v, want the first one with its end at %v", now, end)
				}
			})
		})
	}
}

func TestTheLimitEndsAMeetingAndTheRoomRests(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann")
		l.stay(40*time.Minute-15*time.Second, "ann")
		_, err := l.enter(tenants.EnterInput{Identity: "late"})
		l.must(err)
		l.clock.Advance(15 * time.Second) // 40:00
		_, _, err = l.Current(l.t.Context(), l.room.ID)
		l.wantCode("the meeting at 40:00", err, tenants.CodeNotFound, tenants.KeyNotFound)
		last, err := l.LastMeeting(l.t.Context(), l.room.ID)
		l.must(err)
		if last.EndReason != tenants.EndLimit || !last.EndedAt.Equal(first.Meeting.EndsAt) || !last.RestsUntil().Equal(first.Meeting.EndsAt.Add(10*time.Minute)) {
			l.t.Errorf("ended as %+v, rests until %v", last, last.RestsUntil())
		}
		for _, member := range []bool{false, true} {
			_, err = l.enter(tenants.EnterInput{Identity: "ann", Member: member})
			l.wantCode("while the room rests", err, tenants.CodeEnded, tenants.KeyMeetingResting)
		}
		l.clock.Advance(10*time.Minute - time.Microsecond)
		_, err = l.enter(tenants.EnterInput{Identity: "ann"})
		l.wantCode("a moment too early", err, tenants.CodeEnded, tenants.KeyMeetingResting)
		l.clock.Advance(time.Microsecond)
		next, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		if next.Meeting.ID == first.Meeting.ID || !next.Meeting.EndsAt.Equal(l.clock.Now().Add(40*time.Minute)) || next.Meeting.Revision <= last.Revision {
			l.t.Errorf("next meeting %+v", next.Meeting)
		}
	})
}

func TestAnUpgradeOpensARestingRoom(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		l.Guest(l.room, "ann")
		l.stay(40*time.Minute, "ann")
		_, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.wantCode("on the free plan", err, tenants.CodeEnded, tenants.KeyMeetingResting)
		got, err := l.enter(tenants.EnterInput{Identity: "ann", Limits: tenantstest.Pro(), Plan: "Pro"})
		l.must(err)
		if got.Meeting.Plan != "Pro" || got.Meeting.Length != 30*time.Hour || got.Participants != 1 {
			l.t.Errorf("entered %+v", got)
		}
	})
}

func TestAfterAHostEndedItOnlyMembersStartTheNext(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		m := l.Guest(l.room, "guest").Meeting
		l.clock.Advance(time.Minute)
		l.must(l.EndMeeting(l.t.Context(), m.ID, tenants.EndHost))
		l.must(l.EndMeeting(l.t.Context(), m.ID, tenants.EndLimit)) // again: nothing changes
		if got, err := l.Meeting(l.t.Context(), m.ID); err != nil || got.EndReason != tenants.EndHost || !got.EndedAt.Equal(l.clock.Now()) {
			l.t.Errorf("ended as %+v, %v", got, err)
		}
		l.clock.Advance(10*time.Minute - time.Second)
		_, err := l.enter(tenants.EnterInput{Identity: "guest"})
		l.wantCode("a guest", err, tenants.CodeEnded, tenants.KeyMeetingEndedByHost)
		next, err := l.enter(tenants.EnterInput{Identity: "ann", Member: true})
		l.must(err)
		if _, err = l.enter(tenants.EnterInput{Identity: "guest"}); err != nil || next.Meeting.ID == m.ID {
			l.t.Errorf("a guest after the host: %v", err)
		}
		l.must(l.EndMeeting(l.t.Context(), next.Meeting.ID, tenants.EndHost))
		l.clock.Advance(10 * time.Minute)
		if _, err = l.enter(tenants.EnterInput{Identity: "guest"}); err != nil {
			l.t.Errorf("a guest ten minutes later: %v", err)
		}
		l.wantCode("no reason", l.EndMeeting(l.t.Context(), next.Meeting.ID, "boredom"), tenants.CodeInvalid, tenants.KeyInternal)
	})
}

func TestAnEmptyMeetingWaitsFiveMinutes(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		l.stay(time.Minute, "ann")
		l.must(l.Left(l.t.Context(), l.event(tenants.NodeEvent{Identity: "ann"})))
		l.clock.Advance(5*time.Minute - time.Microsecond)
		back, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		if back.Meeting.ID != first.ID {
			l.t.Error("coming back in time began another meeting")
		}
		l.must(l.Left(l.t.Context(), l.event(tenants.NodeEvent{Identity: "ann"})))
		gone := l.clock.Now()
		l.clock.Advance(5 * time.Minute)
		next, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		old, err := l.Meeting(l.t.Context(), first.ID)
		l.must(err)
		if next.Meeting.ID == first.ID || old.EndReason != tenants.EndEmpty || !old.EndedAt.Equal(gone.Add(5*time.Minute)) {
			l.t.Errorf("the empty meeting is %+v", old)
		}
	})
}

func TestALiftMovesTheEndAndNeverNearer(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		l.stay(20*time.Minute, "ann")
		changed, err := l.LiftMeetings(l.t.Context(), tenantstest.Pro(), "Pro")
		l.must(err)
		if len(changed) != 1 {
			l.t.Fatalf("lifted %d meetings", len(changed))
		}
		got := changed[0]
		if got.ID != first.ID || !got.EndsAt.Equal(first.StartedAt.Add(30*time.Hour)) || got.ParticipantLimit != 150 || got.Plan != "Pro" || got.Revision != first.Revision+1 {
			l.t.Errorf("lifted to %+v", got)
		}
		if stored, err := l.Meeting(l.t.Context(), first.ID); err != nil || stored != got {
			l.t.Errorf("stored %+v, %v", stored, err)
		}
		for plan, limits := range map[string]tenants.Limits{"Pro": tenantstest.Pro(), "Free": tenantstest.Free(), "Tiny": {MeetingLength: time.Nanosecond}} {
			if changed, err := l.LiftMeetings(l.t.Context(), limits, plan); err != nil || len(changed) != 0 {
				l.t.Errorf("%s: changed %+v, %v", plan, changed, err)
			}
		}
		l.stay(30*time.Minute, "ann") // past the old end
		if _, err := l.enter(tenants.EnterInput{Identity: "ann"}); err != nil {
			l.t.Errorf("past the old end: %v", err)
		}
		noEnd := tenants.Limits{Participants: 1}
		if changed, err = l.LiftMeetings(l.t.Context(), noEnd, "Own"); err != nil || len(changed) != 1 || !changed[0].EndsAt.IsZero() || changed[0].ParticipantLimit != 150 {
			l.t.Errorf("no end: %+v, %v", changed, err)
		}
		changed, err = l.ResetMeetings(l.t.Context(), tenantstest.Free(), "Free")
		l.must(err)
		if len(changed) != 1 || !changed[0].EndsAt.Equal(l.clock.Now()) || changed[0].Length != 40*time.Minute || changed[0].ParticipantLimit != 100 || changed[0].Revision != 4 {
			l.t.Errorf("reset to %+v", changed)
		}
		_, err = l.enter(tenants.EnterInput{Identity: "ann"})
		l.wantCode("after a reset into the past", err, tenants.CodeEnded, tenants.KeyMeetingResting)
		if changed, err := l.LiftMeetings(l.t.Context(), tenantstest.Pro(), "Pro"); err != nil || len(changed) != 0 {
			l.t.Errorf("a meeting that is over was lifted: %+v, %v", changed, err)
		}
	})
}

// Where a quota hides what the larger plan gives, its name is all that changes: who pays for it in the meeting waits for that.
func TestALiftTellsThePlanThatChangesNoLimit(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		for i, plan := range []string{"Business", "Business", "Enterprise"} {
			changed, err := l.LiftMeetings(l.t.Context(), tenants.Limits{MeetingLength: first.Length, Participants: first.ParticipantLimit}, plan)
			l.must(err)
			if i == 1 {
				if len(changed) != 0 {
					l.t.Errorf("the same plan again changed %+v", changed)
				}
				continue
			}
			if len(changed) != 1 || changed[0].Plan != plan || !changed[0].EndsAt.Equal(first.EndsAt) || changed[0].Revision <= first.Revision {
				l.t.Fatalf("%s: changed %+v", plan, changed)
			}
			stored, err := l.Meeting(l.t.Context(), first.ID)
			l.must(err)
			if stored != changed[0] {
				l.t.Errorf("stored %+v, told %+v", stored, changed[0])
			}
			first.Revision = stored.Revision
		}
	})
}

func TestWhoEntersAfterAnUpgradeBringsItsLimits(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		got, err := l.enter(tenants.EnterInput{Identity: "bob", Limits: tenantstest.Pro(), Plan: "Pro"})
		l.must(err)
		if got.Meeting.ID != first.ID || got.Meeting.Revision != 2 || !got.Meeting.EndsAt.Equal(first.StartedAt.Add(30*time.Hour)) {
			l.t.Errorf("entered %+v", got.Meeting)
		}
	})
}

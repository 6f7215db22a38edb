package tenants_test

import (
	"fmt"
	"testing"
	"time"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestEventsMayComeInAnyOrderAndTwice tells one story in every order, each event
// twice, and wants one end of it.
func TestEventsMayComeInAnyOrderAndTwice(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		for n, order := range permutations([]int{0, 1, 2, 3}) {
			l.room = l.Room("ann", fmt.Sprintf("Order %d", n))
			l.Guest(l.room, "ann")
			start := l.clock.Now()
			l.clock.Advance(45 * time.Second)
			for _, i := range order {
				for range 2 {
					l.must(l.tell(i, fmt.Sprintf("%d-%d", n, i), start))
				}
			}
			if got := fmt.Sprint(l.people()); got != "[ann]" {
				l.t.Errorf("order %v: %s are there, want [ann]", order, got)
			}
		}
	})
}

// tell sends one of four events: bob comes, both are seen, bob goes, ann is seen.
func (l *lobby) tell(i int, id string, start time.Time) error {
	e := tenants.NodeEvent{ID: id, Media: l.room.MediaName}
	switch i {
	case 0:
		e.Identity, e.Name, e.At = "bob", "Bob", start.Add(10*time.Second)
		return l.Joined(l.t.Context(), e)
	case 1:
		e.Roster, e.At = []string{"ann", "bob"}, start.Add(15*time.Second)
		return l.Seen(l.t.Context(), e)
	case 2:
		e.Identity, e.At = "bob", start.Add(20*time.Second)
		return l.Left(l.t.Context(), e)
	default:
		e.Roster, e.At = []string{"ann"}, start.Add(30*time.Second)
		return l.Seen(l.t.Context(), e)
	}
}

func permutations(rest []int) [][]int {
	if len(rest) == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for i := range rest {
		others := append(append([]int{}, rest[:i]...), rest[i+1:]...)
		for _, tail := range permutations(others) {
			out = append(out, append([]int{rest[i]}, tail...))
		}
	}
	return out
}

func TestAnEventCountsOnce(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		l.Guest(l.room, "ann")
		l.clock.Advance(time.Second)
		e := l.event(tenants.NodeEvent{Identity: "ann"})
		l.must(l.Left(l.t.Context(), e))
		_, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		l.must(l.Left(l.t.Context(), e)) // delivered again, at the moment ann came back
		if got := fmt.Sprint(l.people()); got != "[ann]" {
			l.t.Errorf("%s are there, want [ann]", got)
		}
		errs := together(8, func(int) error {
			return l.Seen(l.t.Context(), tenants.NodeEvent{ID: "once", Media: l.room.MediaName, Roster: []string{"ann", "bob"}, At: l.clock.Now()})
		})
		for _, err := range errs {
			l.must(err)
		}
		l.wantCode("no id", l.Seen(l.t.Context(), tenants.NodeEvent{Media: l.room.MediaName}), tenants.CodeInvalid, tenants.KeyInternal)
	})
}

func TestTheNodesRosterIsWhatCounts(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		l.Guest(l.room, "ann")
		l.clock.Advance(15 * time.Second)
		l.must(l.Seen(l.t.Context(), l.event(tenants.NodeEvent{Roster: []string{"ann", "sdk", "sdk", "", "a\x00b"}})))
		if got := fmt.Sprint(l.people()); got != "[ann sdk]" {
			l.t.Errorf("%s are there", got)
		}
		l.clock.Advance(time.Second)
		l.must(l.Joined(l.t.Context(), l.event(tenants.NodeEvent{Identity: "cat", Name: " Cat\u202e "})))
		_, here, err := l.Current(l.t.Context(), l.room.ID)
		l.must(err)
		if len(here) != 3 || here[2].Name != "Cat" || here[2].Member {
			l.t.Errorf("%+v are there", here)
		}
		// A clock that runs ahead holds no seat longer.
		l.must(l.Seen(l.t.Context(), l.event(tenants.NodeEvent{Roster: []string{"cat"}, At: l.clock.Now().Add(time.Hour)})))
		l.clock.Advance(time.Minute)
		if got := fmt.Sprint(l.people()); got != "[]" {
			l.t.Errorf("%s are there a minute later", got)
		}
		// Rooms and meetings that are not there are no fault: the event is old.
		l.must(l.Seen(l.t.Context(), tenants.NodeEvent{ID: "x", Media: "no such room", Roster: []string{"ann"}, At: l.clock.Now()}))
		for i, e := range []tenants.NodeEvent{{Media: "a\x00b"}, {Media: l.room.MediaName, Identity: "a\x00b"}, {Media: "\xff", Identity: "ann"}} {
			e.ID, e.At = fmt.Sprintf("odd-%d", i), l.clock.Now()
			l.must(l.Joined(l.t.Context(), e))
		}
		other := l.Room("ann", "Empty")
		l.must(l.Joined(l.t.Context(), tenants.NodeEvent{ID: "y", Media: other.MediaName, Identity: "ann", At: l.clock.Now()}))
		_, _, err = l.Current(l.t.Context(), other.ID)
		l.wantCode("a meeting that nobody opened", err, tenants.CodeNotFound, tenants.KeyNotFound)
	})
}

// TestABacklogIsNoEmptyRoom has the events of ten minutes come late, as after an
// outage of the web tier.
func TestABacklogIsNoEmptyRoom(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		start := l.clock.Now()
		l.clock.Advance(10 * time.Minute)
		for at := 15 * time.Second; at <= 10*time.Minute; at += 15 * time.Second {
			l.must(l.Seen(l.t.Context(), l.event(tenants.NodeEvent{Roster: []string{"ann"}, At: start.Add(at)})))
		}
		now, _, err := l.Current(l.t.Context(), l.room.ID)
		if err != nil || now.ID != first.ID {
			l.t.Errorf("the meeting is %+v, %v", now, err)
		}
	})
}

func TestWhatEndsAMeeting(t *testing.T) {
	tests := map[string]struct {
		reason string
		before func(l *lobby)
		ends   bool
	}{
		"host":                    {tenants.EndHost, nil, true},
		"limit in time":           {tenants.EndLimit, func(l *lobby) { l.stay(39*time.Minute+45*time.Second, "ann"); l.clock.Advance(12 * time.Second) }, true},
		"limit far too early":     {tenants.EndLimit, func(l *lobby) { l.stay(10*time.Minute, "ann") }, false},
		"limit that was lifted":   {tenants.EndLimit, func(l *lobby) { l.stay(39*time.Minute, "ann"); l.lift(tenantstest.Pro()) }, false},
		"limit that was taken":    {tenants.EndLimit, func(l *lobby) { l.lift(tenants.Limits{Participants: 5}) }, false},
		"empty":                   {tenants.EndEmpty, func(l *lobby) { l.clock.Advance(5 * time.Minute) }, true},
		"a room that closed soon": {tenants.EndEmpty, func(l *lobby) { l.clock.Advance(time.Second) }, false},
		"a node that shuts down":  {"shutdown", nil, false},
		"a node that fails":       {"failed", nil, false},
		"a reason we do not know": {"", nil, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			eachLobby(t, func(l *lobby) {
				m := l.Guest(l.room, "ann").Meeting
				if tt.before != nil {
					tt.before(l)
				}
				l.must(l.Ended(l.t.Context(), l.event(tenants.NodeEvent{Reason: tt.reason})))
				got, err := l.Meeting(l.t.Context(), m.ID)
				l.must(err)
				if got.Running() == tt.ends || tt.ends && got.EndReason != tt.reason {
					l.t.Errorf("after %q the meeting is %+v", tt.reason, got)
				}
				if tt.ends {
					people, err := l.People(l.t.Context(), m.ID)
					l.must(err)
					if len(people) != 1 || people[0].LeftAt == nil {
						l.t.Errorf("seats after the end: %+v", people)
					}
				}
			})
		})
	}
}

func (l *lobby) lift(limits tenants.Limits) {
	l.t.Helper()
	_, err := l.LiftMeetings(l.t.Context(), limits, "Lifted")
	l.must(err)
}

func TestALateEndDoesNotTouchTheNextMeeting(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		first := l.Guest(l.room, "ann").Meeting
		l.clock.Advance(time.Minute)
		late := l.event(tenants.NodeEvent{Reason: tenants.EndHost})
		l.must(l.EndMeeting(l.t.Context(), first.ID, tenants.EndHost))
		l.clock.Advance(time.Second)
		next, err := l.enter(tenants.EnterInput{Identity: "ann", Member: true})
		l.must(err)
		l.must(l.Ended(l.t.Context(), late))
		if got, err := l.Meeting(l.t.Context(), next.Meeting.ID); err != nil || !got.Running() {
			l.t.Errorf("the next meeting is %+v, %v", got, err)
		}
		// The node found the room empty just before somebody came in.
		empty := l.event(tenants.NodeEvent{Reason: tenants.EndEmpty})
		l.clock.Advance(time.Second)
		_, err = l.enter(tenants.EnterInput{Identity: "bob"})
		l.must(err)
		l.must(l.Ended(l.t.Context(), empty))
		if got, err := l.Meeting(l.t.Context(), next.Meeting.ID); err != nil || !got.Running() {
			l.t.Errorf("after a stale end it is %+v, %v", got, err)
		}
	})
}

package tenants_test

import (
	"fmt"
	"testing"
	"time"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestSeats(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		two := tenantstest.Free()
		two.Participants = 2
		enter := func(who string) error {
			_, err := l.enter(tenants.EnterInput{Identity: who, Limits: two})
			return err
		}
		l.must(enter("ann"))
		l.must(enter("bob"))
		l.must(enter("bob")) // a reload
		l.wantCode("third", enter("cat"), tenants.CodeFull, tenants.KeyMeetingFull)

		l.must(l.Left(l.t.Context(), l.event(tenants.NodeEvent{Identity: "bob"})))
		l.must(enter("cat"))
		l.wantCode("bob again", enter("bob"), tenants.CodeFull, tenants.KeyMeetingFull)

		l.stay(time.Minute, "ann") // nobody sees cat any more: the lease runs out
		l.must(enter("bob"))
		if got := fmt.Sprint(l.people()); got != "[ann bob]" {
			l.t.Errorf("in the meeting: %s", got)
		}
		everybody, err := l.People(l.t.Context(), l.meeting())
		l.must(err)
		if len(everybody) != 3 {
			l.t.Errorf("had a seat: %+v", everybody)
		}
		none := tenants.Limits{MeetingLength: time.Hour}
		other := l.Room("ann", "Other")
		_, err = l.enter(tenants.EnterInput{Room: other.ID, Identity: "ann", Limits: none})
		l.wantCode("a room for nobody", err, tenants.CodeFull, tenants.KeyMeetingFull)
		for _, identity := range []string{"", "a\x00b", "line\nbreak", "\xff", string(make([]byte, 129))} {
			_, err = l.enter(tenants.EnterInput{Identity: identity})
			l.wantCode(fmt.Sprintf("identity %q", identity), err, tenants.CodeInvalid, tenants.KeyIdentityInvalid)
		}
	})
}

func (l *lobby) meeting() tenants.MeetingID {
	l.t.Helper()
	m, err := l.LastMeeting(l.t.Context(), l.room.ID)
	l.must(err)
	return m.ID
}

func TestMeetingsAtOnceInOnePersonsRoomsAreCounted(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		one := 1
		limits := tenants.Resolve(tenantstest.Free(), tenants.Quota{}, tenants.Quota{ConcurrentMeetings: &one}).Limits
		enter := func(room tenants.Room, limits tenants.Limits, by tenants.Source) error {
			_, err := l.enter(tenants.EnterInput{Room: room.ID, Identity: "ann", Limits: limits, ConcurrentBy: by})
			return err
		}
		l.Member("bob")
		first, second, other := l.Room("ann", "First"), l.Room("ann", "Second"), l.Room("bob", "Other")
		l.must(enter(other, tenantstest.Free(), tenants.ByPlan)) // another person's rooms are no matter
		in := 0
		for _, err := range together(2, func(i int) error { return enter([]tenants.Room{first, second}[i], limits, tenants.ByPlan) }) {
			if err == nil {
				in++
				continue
			}
			l.wantCode("second meeting", err, tenants.CodeLimited, tenants.KeyMeetingsMaker)
		}
		if in != 1 {
			l.t.Errorf("%d meetings began in ann's rooms, want 1", in)
		}
		few := tenants.Resolve(tenantstest.Free(), tenants.Quota{ConcurrentMeetings: &one}, tenants.Quota{})
		l.wantCode("past the organization's quota", enter(l.Room("bob", "More"), few.Limits, few.ConcurrentBy), tenants.CodeLimited, tenants.KeyMeetingsQuota)
	})
}

func TestMeetingsAtOnceAreCounted(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		limits := tenantstest.Free()
		limits.ConcurrentMeetings = 2
		rooms := make([]tenants.Room, 8)
		for i := range rooms {
			rooms[i] = l.Room("ann", fmt.Sprintf("Room %d", i))
		}
		open := func(i int) error {
			_, err := l.enter(tenants.EnterInput{Room: rooms[i].ID, Identity: "ann", Limits: limits})
			return err
		}
		begun := -1
		in := 0
		for i, err := range together(len(rooms), open) {
			if err == nil {
				in, begun = in+1, i
				continue
			}
			l.wantCode("third meeting", err, tenants.CodeLimited, tenants.KeyMeetingsConcurrent)
		}
		if in != 2 {
			l.t.Errorf("%d meetings began, want 2", in)
		}
		l.must(open(begun))              // entering one that runs is no new one
		l.clock.Advance(6 * time.Minute) // both are empty and over, though nobody said so
		for i := range 2 {
			l.must(open((begun + 1 + i) % len(rooms)))
		}
	})
}

package tenants_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// held is a meeting of these people, ended by a host after that long.
func held(t *testing.T, org *tenantstest.Org, clock *clockwork.FakeClock, room tenants.Room, length time.Duration, people ...string) tenants.MeetingID {
	t.Helper()
	var id tenants.MeetingID
	for _, who := range people {
		in, err := org.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: "p-" + who, Name: who, Member: true, Limits: tenantstest.Pro()})
		if err != nil {
			t.Fatal(err)
		}
		id = in.Meeting.ID
	}
	clock.Advance(length)
	if err := org.EndMeeting(t.Context(), id, tenants.EndHost); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Hour)
	return id
}

func TestPastMeetingsAreFilteredAndSorted(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Member("bob")
		ann, bob := acme.User("ann").ID, acme.User("bob").ID
		standup, board := acme.Room("ann", "Standup"), acme.Room("ann", "Board")
		begin := clock.Now()
		first := held(t, acme, clock, standup, 3*time.Minute, "Cleo")
		second := held(t, acme, clock, board, 2*time.Minute, "Cleo", "Dan", "Eve")
		clock.Advance(24 * time.Hour)
		third := held(t, acme, clock, standup, time.Minute, "Dan", "100%")
		open, err := acme.Enter(t.Context(), tenants.EnterInput{Room: board.ID, Identity: "p-now", Name: "Now", Member: true, Limits: tenantstest.Pro()})
		if err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			f    tenants.MeetingFilter
			want []tenants.MeetingID
		}{
			"latest first": {tenants.MeetingFilter{}, []tenants.MeetingID{third, second, first}},
			"oldest":       {tenants.MeetingFilter{Sort: tenants.SortOldest}, []tenants.MeetingID{first, second, third}},
			"longest":      {tenants.MeetingFilter{Sort: tenants.SortLongest}, []tenants.MeetingID{first, second, third}},
			"most people":  {tenants.MeetingFilter{Sort: tenants.SortPeople}, []tenants.MeetingID{second, third, first}},
			"a room":       {tenants.MeetingFilter{Room: standup.ID}, []tenants.MeetingID{third, first}},
			"no room":      {tenants.MeetingFilter{Room: "x"}, nil},
			"a person":     {tenants.MeetingFilter{Person: "CLE"}, []tenants.MeetingID{second, first}},
			"a per cent":   {tenants.MeetingFilter{Person: "%"}, []tenants.MeetingID{third}},
			"from":         {tenants.MeetingFilter{From: begin.Add(24 * time.Hour)}, []tenants.MeetingID{third}},
			"until":        {tenants.MeetingFilter{Until: begin.Add(time.Minute)}, []tenants.MeetingID{first}},
			"page two":     {tenants.MeetingFilter{Page: 2}, nil},
		} {
			got, total, err := acme.PastMeetings(t.Context(), ann, test.f)
			if err != nil || ids(got) != fmt.Sprint(test.want) {
				t.Errorf("%s: %s, want %v; %v", name, ids(got), test.want, err)
			}
			if test.f.Page == 0 && total != len(test.want) || test.f.Page == 2 && total != 3 {
				t.Errorf("%s: %d in all", name, total)
			}
		}
		var all []tenants.MeetingSummary
		err = acme.EachPastMeeting(t.Context(), ann, tenants.MeetingFilter{Person: "dan"}, func(m tenants.MeetingSummary) error { all = append(all, m); return nil })
		if want := fmt.Sprint([]tenants.MeetingID{third, second}); err != nil || ids(all) != want || all[1].People != 3 || all[1].RoomName != "Board" {
			t.Errorf("exported %s, want %s; %v", ids(all), want, err)
		}
		live, err := acme.LiveMeetings(t.Context(), ann)
		if err != nil || len(live) != 1 || live[0].ID != open.Meeting.ID || fmt.Sprint(live[0].Names) != "[Now]" {
			t.Errorf("live: %+v, %v", live, err)
		}
		for name, err := range map[string]error{
			"past": func() error { _, _, err := acme.PastMeetings(t.Context(), bob, tenants.MeetingFilter{}); return err }(),
			"live": func() error { _, err := acme.LiveMeetings(t.Context(), bob); return err }(),
			"one":  func() error { _, err := acme.MeetingDetail(t.Context(), bob, first, 1); return err }(),
			"end":  func() error { _, err := acme.CloseMeeting(t.Context(), bob, open.Meeting.ID); return err }(),
		} {
			if tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("a member asks for %s: %v", name, err)
			}
		}
	})
}

func ids(all []tenants.MeetingSummary) string {
	var out []tenants.MeetingID
	for _, m := range all {
		out = append(out, m.ID)
	}
	return fmt.Sprint(out)
}

func TestAMeetingThatNobodyEndedIsPastWhenItsTimeIsUp(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		ann, start := acme.User("ann").ID, clock.Now()
		in := acme.Guest(acme.Room("ann", "Standup"), "guest")
		clock.Advance(24 * time.Hour)
		past, total, err := acme.PastMeetings(t.Context(), ann, tenants.MeetingFilter{})
		if err != nil || total != 1 || past[0].EndReason != tenants.EndEmpty {
			t.Fatalf("%+v, %d, %v", past, total, err)
		}
		d, err := acme.MeetingDetail(t.Context(), ann, in.Meeting.ID, 1)
		if err != nil || len(d.Participants) != 1 || d.Participants[0].LeftAt == nil || !d.Participants[0].LeftAt.Equal(start.Add(time.Minute)) {
			t.Errorf("%+v, %v", d, err)
		}
		if _, err := acme.CloseMeeting(t.Context(), ann, in.Meeting.ID); err != nil {
			t.Errorf("end what is over: %v", err)
		}
		if page, err := acme.Audit(t.Context(), ann, tenants.AuditFilter{Family: "meeting", Limit: 9}); err != nil || len(page.Entries) != 0 {
			t.Errorf("nobody ended it, and the log says %+v, %v", page.Entries, err)
		}
	})
}

func TestAMeetingThatEverybodyHasLeftSaysWhenItCloses(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		ann, room := acme.User("ann").ID, acme.Room("ann", "Standup")
		in := acme.Guest(room, "guest")
		only := func() tenants.LiveMeeting {
			t.Helper()
			live, err := acme.LiveMeetings(t.Context(), ann)
			if err != nil || len(live) != 1 {
				t.Fatalf("%+v, %v", live, err)
			}
			return live[0]
		}
		if m := only(); m.Here != 1 || !m.ClosesAt.IsZero() {
			t.Errorf("with somebody in it: %+v", m)
		}
		clock.Advance(20 * time.Second)
		left := clock.Now()
		if err := acme.Left(t.Context(), tenants.NodeEvent{ID: "left", Media: room.MediaName, Identity: "guest", At: left}); err != nil {
			t.Fatal(err)
		}
		if m := only(); m.Here != 0 || !m.ClosesAt.Equal(left.Add(5*time.Minute)) {
			t.Errorf("with everybody gone: %+v", m)
		}
		clock.Advance(4 * time.Minute)
		acme.Guest(room, "guest")
		if m := only(); m.ID != in.Meeting.ID || m.Here != 1 || !m.ClosesAt.IsZero() {
			t.Errorf("with somebody back: %+v", m)
		}
	})
}

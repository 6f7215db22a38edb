package tenants_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// deeds are the lines of the log about meetings, the oldest first, as "who action whom".
func (s *sitting) deeds(f tenants.AuditFilter) []string {
	s.t.Helper()
	f.Family, f.Limit = "meeting", 100
	page, err := s.acme.Audit(s.t.Context(), s.acme.User("amy").ID, f)
	must(s.t, err)
	guest := map[bool]string{true: " (guest)"}
	var out []string
	for _, e := range page.Entries {
		out = append(out, e.Name+guest[e.Guest]+" "+strings.TrimPrefix(e.Action, "meeting.")+" "+e.About+guest[e.AboutGuest])
	}
	slices.Reverse(out)
	return out
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What a host does to people, and who may come in, is in the organization's log; what passes, or changes nothing, is not.
func TestWhatHostsDoIsInTheAuditLog(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "dan", "gil", "hal"} {
			s.enter(who, "")
		}
		meeting, _, err := s.acme.Current(t.Context(), s.room.ID)
		must(t, err)
		for range 2 { // the second time changes nothing
			s.does("bob", tenants.Act{Kind: tenants.ActCoHost, Who: "gil", On: true}, "")
			s.does("gil", tenants.Act{Kind: tenants.ActLock, On: true}, "")
		}
		s.does("gil", tenants.Act{Kind: tenants.ActMute, Who: "dan"}, "")
		s.does("gil", tenants.Act{Kind: tenants.ActHand, On: true}, "")
		s.does("dan", tenants.Act{Kind: tenants.ActRemove, Who: "hal"}, tenants.KeyNotLeading)
		s.does("gil", tenants.Act{Kind: tenants.ActRemove, Who: "dan"}, "")
		s.does("gil", tenants.Act{Kind: tenants.ActBan, Who: "hal"}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActLock}, "")
		bans, err := s.acme.Bans(t.Context(), s.room.ID, "bob")
		must(t, err)
		_, err = s.acme.Unban(t.Context(), s.room.ID, "bob", bans[0].ID)
		must(t, err)
		s.does("bob", tenants.Act{Kind: tenants.ActCoHost, Who: "gil"}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActHandOver, Who: "gil"}, "")
		must(t, s.acme.EndForAll(t.Context(), tenants.Doorkeeper{Identity: "gil"}, s.room.ID))
		must(t, s.acme.EndForAll(t.Context(), tenants.Doorkeeper{User: s.acme.User("amy").ID}, s.room.ID)) // it is over
		same(t, "the log", s.deeds(tenants.AuditFilter{}), []string{
			"Bob cohost gil (guest)", "gil (guest) lock Kitchen", "gil (guest) remove Dan", "gil (guest) ban hal (guest)", "Bob unlock Kitchen",
			"Bob unban hal (guest)", "Bob cohost_end gil (guest)", "Bob handover gil (guest)", "gil (guest) end Kitchen",
		})
		same(t, "what a guest did", s.deeds(tenants.AuditFilter{Person: "GIL"}), []string{
			"gil (guest) lock Kitchen", "gil (guest) remove Dan", "gil (guest) ban hal (guest)", "gil (guest) end Kitchen",
		})
		page, err := s.acme.Audit(t.Context(), s.acme.User("amy").ID, tenants.AuditFilter{Family: "meeting", Limit: 100})
		if err != nil || len(page.Entries) != 9 {
			t.Fatalf("%d lines, %v", len(page.Entries), err)
		}
		removed, locked := page.Entries[6], page.Entries[7]
		if removed.Target != string(s.acme.User("dan").ID) || removed.Detail != "in Kitchen, meeting "+string(meeting.ID) || removed.Actor != "" || removed.Via != "seat:"+string(meeting.ID)+"/gil" {
			t.Errorf("whom, where and who: %+v", removed)
		}
		if locked.Target != string(s.room.ID) || locked.Detail != string(meeting.ID) || locked.At.IsZero() {
			t.Errorf("which room: %+v", locked)
		}
		if check, err := s.acme.VerifyAudit(t.Context()); err != nil || check.Broken != nil {
			t.Errorf("the chain: %+v, %v", check, err)
		}
		mine, err := s.acme.AuditOf(t.Context(), s.acme.User("dan").ID, nil)
		must(t, err)
		if last := mine[len(mine)-1]; last.Action != "meeting.remove" || last.Via != "" || last.Guest || last.Name != "" {
			t.Errorf("to the one it was done to: %+v", last)
		}
	})
}

// A line of the log is there when what it tells of is done, and only then.
func TestAnActAndItsLineAreOne(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "gil"} {
			s.enter(who, "")
		}
		before := s.deeds(tenants.AuditFilter{})
		must(t, byHand(t, db, s.acme.ID, "UPDATE audit_heads SET seq = seq - 1")) // the next line finds its number taken
		s.does("bob", tenants.Act{Kind: tenants.ActRemove, Who: "gil"}, tenants.KeyInternal)
		s.does("gil", tenants.Act{Kind: tenants.ActHand, On: true}, "") // is still there
		same(t, "the log", s.deeds(tenants.AuditFilter{}), before)
	})
}

// The organization takes along whom its rooms keep out; a person sees which rooms keep them out.
func TestBansAreExported(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "dan", "gil"} {
			s.enter(who, "")
		}
		s.does("bob", tenants.Act{Kind: tenants.ActBan, Who: "gil"}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActBan, Who: "cyd"}, "")
		at := clock.Now().UTC()
		var got []string
		for _, list := range tenants.ExportLists() {
			if list.Name != "bans" {
				continue
			}
			rows, next, err := s.acme.ExportPage(t.Context(), list, nil)
			if err != nil || next != nil {
				t.Errorf("%v, %v", next, err)
			}
			for _, row := range rows {
				person := ""
				if row[5] != nil {
					person = " is a person"
				}
				got = append(got, row[4].(string)+person+" by "+row[7].(string))
				if row[1] != string(s.room.ID) || at.Sub(row[8].(time.Time)) > time.Second {
					t.Errorf("where and when: %v", row)
				}
			}
		}
		slices.Sort(got)
		same(t, "kept out", got, []string{"cyd is a person by bob", "gil by bob"})
		for who, banned := range map[string]bool{"cyd": true, "dan": false} {
			meetings, err := s.acme.Store.MeetingsOf(t.Context(), s.acme.User(who).ID, tenants.JoinedMeeting{})
			if err != nil || len(meetings) != 1 || (meetings[0].BannedAt != nil) != banned {
				t.Errorf("%s: %+v, %v", who, meetings, err)
			}
		}
	})
}

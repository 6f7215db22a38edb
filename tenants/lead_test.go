package tenants_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// sitting is a meeting with people who can be told to do things: amy is an admin, bob, cyd and dan are members, gil and hal guests. bob made the room.
type sitting struct {
	t     *testing.T
	clock *clockwork.FakeClock
	acme  *tenantstest.Org
	room  tenants.Room
}

func sit(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) *sitting {
	t.Helper()
	acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy").Member("bob").Member("cyd").Member("dan")
	return &sitting{t: t, clock: clock, acme: acme, room: acme.Room("bob", "Kitchen")}
}

func (s *sitting) input(who string) tenants.EnterInput {
	in := tenants.EnterInput{Room: s.room.ID, Identity: who, Name: who, Limits: tenantstest.Free(), Marks: []string{"d-" + who}}
	if slices.Contains([]string{"amy", "bob", "cyd", "dan"}, who) {
		in.Member, in.User = true, s.acme.User(who).ID
		in.Marks = append(in.Marks, "u-"+who)
	}
	return in
}

func (s *sitting) enter(who string, want tenants.Code) tenants.Entry {
	s.t.Helper()
	s.clock.Advance(10 * time.Millisecond)
	entry, err := s.acme.Enter(s.t.Context(), s.input(who))
	if tenants.CodeOf(err) != want {
		s.t.Errorf("%s enters: %v, want %q", who, err, want)
	}
	return entry
}

// leave is what the node says, and what the web tier asks after it.
func (s *sitting) leave(who string) {
	s.t.Helper()
	s.clock.Advance(10 * time.Millisecond)
	must(s.t, s.acme.Left(s.t.Context(), tenants.NodeEvent{ID: "left-" + who + s.clock.Now().String(), Media: s.room.MediaName, Identity: who, At: s.clock.Now()}))
	_, _, _, err := s.acme.SettleHost(s.t.Context(), s.room.MediaName)
	if err != nil {
		s.t.Error(err)
	}
}

func (s *sitting) does(who string, act tenants.Act, want string) tenants.Hosting {
	s.t.Helper()
	s.clock.Advance(10 * time.Millisecond)
	led, err := s.acme.Lead(s.t.Context(), s.room.ID, who, act)
	switch {
	case want == "" && err != nil:
		s.t.Errorf("%s does %+v: %v", who, act, err)
	case want != "" && (err == nil || tenants.KeyOf(err) != want):
		s.t.Errorf("%s does %+v: %v, want %q", who, act, err, want)
	}
	return led.Hosting
}

func (s *sitting) hosting(who string) tenants.Hosting {
	s.t.Helper()
	h, err := s.acme.Hosting(s.t.Context(), s.room.ID, who)
	must(s.t, err)
	return h
}

func (s *sitting) host(who, want string) {
	s.t.Helper()
	if got := s.hosting(who).Host; got != want {
		s.t.Errorf("%q leads, want %q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoLeadsAMeeting(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		s.enter("gil", "")
		s.host("gil", "") // a guest leads nothing
		s.enter("cyd", "")
		s.host("gil", "cyd")
		s.enter("dan", "")
		s.enter("amy", "")
		if h := s.hosting("gil"); h.Host != "cyd" || !slices.Equal(h.CoHosts, []string{"amy"}) {
			t.Errorf("with an admin in it is led by %q and %q", h.Host, h.CoHosts)
		}
		s.enter("bob", "") // who made the room
		if h := s.hosting("gil"); h.Host != "bob" || !slices.Equal(h.CoHosts, []string{"cyd", "amy"}) {
			t.Errorf("with its maker in it is led by %q and %q", h.Host, h.CoHosts)
		}
		s.leave("bob")
		s.host("gil", "cyd") // a co-host before an admin
		s.leave("cyd")
		s.host("gil", "amy")
		s.leave("amy")
		s.host("gil", "dan")
		s.leave("dan")
		s.host("gil", "")
		s.enter("dan", "")
		s.host("gil", "dan")
		s.enter("bob", "")
		s.host("gil", "bob") // it comes back to whom it belongs to
		s.does("bob", tenants.Act{Kind: tenants.ActHandOver, Who: "gil"}, "")
		s.host("dan", "gil")
		s.leave("bob")
		s.enter("bob", "") // and stays where it was given
		s.host("dan", "gil")
	})
}

// Everybody is told who leads when the host goes: the first who may, when one comes, and
// the next one when that one has gone.
func TestWhoIsNextIsTold(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		told := func(what string, now *tenants.Hosting, was tenants.Hosting, next string) {
			t.Helper()
			if now == nil {
				t.Fatalf("%s is told to nobody", what)
			}
			if now.Next != next || now.Revision <= was.Revision {
				t.Errorf("%s: %q is next in revision %d after %d, want %q", what, now.Next, now.Revision, was.Revision, next)
			}
			if read := s.hosting("cyd"); read.Next != next || read.Revision != now.Revision {
				t.Errorf("%s: who asks reads %+v", what, read)
			}
		}
		s.enter("cyd", "")
		s.enter("gil", "")
		was := s.hosting("cyd")
		if was.Host != "cyd" || was.Next != "" {
			t.Fatalf("with a guest, after %q comes %q", was.Host, was.Next)
		}
		told("a member comes", s.enter("dan", "").Hosting, was, "dan")
		if again := s.enter("hal", "").Hosting; again != nil {
			t.Errorf("another guest changes who leads: %+v", again)
		}
		was = s.hosting("cyd")
		must(t, s.acme.Left(t.Context(), tenants.NodeEvent{ID: "dan-left", Media: s.room.MediaName, Identity: "dan", At: clock.Now()}))
		_, now, changed, err := s.acme.SettleHost(t.Context(), s.room.MediaName)
		must(t, err)
		if !changed {
			t.Fatal("that the next one has gone is told to nobody")
		}
		told("the next one goes", &now, was, "")
		was = s.hosting("cyd")
		led := s.does("cyd", tenants.Act{Kind: tenants.ActCoHost, Who: "hal", On: true}, "")
		told("a guest is named", &led, was, "hal")
		if _, _, changed, err = s.acme.SettleHost(t.Context(), s.room.MediaName); err != nil || changed {
			t.Errorf("it is told twice: %v, %v", changed, err)
		}
	})
}

// What each may do is one table; here everybody tries everything.
func TestNobodyLeadsWhoMayNot(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "dan", "gil"} {
			s.enter(who, "")
		}
		s.does("bob", tenants.Act{Kind: tenants.ActCoHost, Who: "cyd", On: true}, "")
		before := s.hosting("bob")
		for _, act := range everyAct("cyd") {
			s.does("hal", act, tenants.KeyNotInside) // never came in
			if act.Kind != tenants.ActHand {
				s.does("gil", act, tenants.KeyNotLeading)
				s.does("dan", act, tenants.KeyNotLeading)
			}
		}
		for _, act := range everyAct("bob") {
			switch act.Kind {
			case tenants.ActCoHost, tenants.ActHandOver: // only who leads
				s.does("cyd", act, tenants.KeyNotLeading)
			case tenants.ActLower, tenants.ActRename, tenants.ActMute, tenants.ActStop, tenants.ActRemove, tenants.ActBan: // not above oneself
				if act.Who != "" {
					s.does("cyd", act, tenants.KeyAboveOneself)
				}
			}
		}
		s.does("bob", tenants.Act{Kind: tenants.ActRemove, Who: "bob"}, tenants.KeyAboveOneself)
		s.does("bob", tenants.Act{Kind: tenants.ActMute, Who: "nobody"}, tenants.KeyTargetGone)
		if _, err := s.acme.Lead(t.Context(), s.room.ID, "bob", tenants.Act{Kind: "dance"}); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("something made up: %v", err)
		}
		if _, err := s.acme.Hosting(t.Context(), s.room.ID, "hal"); tenants.KeyOf(err) != tenants.KeyNotInside {
			t.Errorf("somebody outside sees who leads: %v", err)
		}
		if _, err := s.acme.Bans(t.Context(), s.room.ID, "dan"); tenants.KeyOf(err) != tenants.KeyNotLeading {
			t.Errorf("dan sees who is kept out: %v", err)
		}
		after := s.hosting("bob")
		if after.Host != before.Host || !slices.Equal(after.CoHosts, before.CoHosts) || after.Locked || after.Spotlight != "" || after.Rules != before.Rules {
			t.Errorf("what was refused left %+v", after)
		}
	})
}

func TestHandsAreInOrder(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "gil"} {
			s.enter(who, "")
		}
		up := tenants.Act{Kind: tenants.ActHand, On: true}
		order := func(want ...string) {
			t.Helper()
			var got []string
			for _, h := range s.hosting("bob").Hands {
				got = append(got, h.Identity)
			}
			if !slices.Equal(got, want) {
				t.Errorf("hands of %q, want %q", got, want)
			}
		}
		s.does("gil", up, "")
		s.does("cyd", up, "")
		s.does("gil", up, "") // again wins no other place, and loses none
		order("gil", "cyd")
		s.does("bob", up, "")
		s.does("gil", tenants.Act{Kind: tenants.ActHand}, "")
		s.does("gil", up, "")
		order("cyd", "bob", "gil")
		s.does("bob", tenants.Act{Kind: tenants.ActLower, Who: "bob"}, "")
		order("cyd", "gil")
		s.leave("gil")
		order("cyd")
		s.enter("gil", "") // within two minutes a hand is still up
		order("cyd", "gil")
		s.does("bob", tenants.Act{Kind: tenants.ActLower}, "")
		order()
	})
}

func TestRulesBindWhoDoesNotLead(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := sit(t, db, clock)
		for _, who := range []string{"bob", "cyd", "gil"} {
			s.enter(who, "")
		}
		s.does("bob", tenants.Act{Kind: tenants.ActCoHost, Who: "cyd", On: true}, "")
		s.does("bob", tenants.Act{Kind: tenants.ActRules, Rules: map[string]bool{"share": false, "chat": false, "unmute": false, "rename": false}}, "")
		all, none := tenants.Rights{Share: true, Chat: true, Speak: true}, tenants.Rights{}
		may := func(want map[string]tenants.Rights) {
			t.Helper()
			places, err := s.acme.RuledIn(t.Context(), s.room.ID)
			must(t, err)
			for _, at := range places {
				if at.Rights != want[at.Identity] {
					t.Errorf("%s may %+v, want %+v", at.Identity, at.Rights, want[at.Identity])
				}
			}
			if len(places) != len(want) {
				t.Errorf("%d people are ruled, want %d", len(places), len(want))
			}
		}
		may(map[string]tenants.Rights{"bob": all, "cyd": all, "gil": none})
		if got := s.enter("hal", "").Rights; got != none {
			t.Errorf("who comes later may %+v", got)
		}
		s.does("cyd", tenants.Act{Kind: tenants.ActAsk, Who: "gil"}, "")
		may(map[string]tenants.Rights{"bob": all, "cyd": all, "gil": {Speak: true}, "hal": none})
		s.does("cyd", tenants.Act{Kind: tenants.ActMute, Who: "gil"}, "")
		may(map[string]tenants.Rights{"bob": all, "cyd": all, "gil": none, "hal": none})
		s.does("bob", tenants.Act{Kind: tenants.ActCoHost, Who: "cyd"}, "")
		may(map[string]tenants.Rights{"bob": all, "cyd": none, "gil": none, "hal": none})
		s.does("gil", tenants.Act{Kind: tenants.ActRename, Who: "gil", Name: "The host"}, tenants.KeyRenaming)
		other := s.input("gil")
		other.Name = "The host"
		if entry, err := s.acme.Enter(t.Context(), other); err != nil || entry.Name != "gil" {
			t.Errorf("with another name in the lobby: %+v, %v", entry, err)
		}
		s.does("bob", tenants.Act{Kind: tenants.ActRules, Rules: map[string]bool{"rename": true}}, "")
		s.does("gil", tenants.Act{Kind: tenants.ActRename, Who: "gil", Name: "Gilbert"}, "")
		if entry := s.enter("gil", ""); entry.Name != "Gilbert" {
			t.Errorf("who was renamed comes back as %q", entry.Name)
		}
		s.does("bob", tenants.Act{Kind: tenants.ActRules, Rules: map[string]bool{"dance": true}}, tenants.KeyPolicyInvalid)
	})
}

package tenants_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// talk is a meeting with Amy, who manages the organization, Bob, who belongs to
// it, and the guests Gil and Hal.
type talk struct {
	*tenantstest.Org
	t    *testing.T
	room tenants.Room
	sent int
}

func talking(t *testing.T, db *tenants.DB, clock clockwork.Clock) *talk {
	t.Helper()
	acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy").Member("bob")
	room := acme.Room("bob", "Kitchen")
	for _, who := range []string{"amy", "bob"} {
		_, err := acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: who, Name: who, Member: true, User: acme.User(who).ID, Limits: tenantstest.Free()})
		if err != nil {
			t.Fatal(err)
		}
	}
	acme.Guest(room, "gil")
	acme.Guest(room, "hal")
	return &talk{Org: acme, t: t, room: room}
}

func (k *talk) post(from, to, text string) tenants.ChatMessage {
	k.t.Helper()
	k.sent++
	m, err := k.PostChat(k.t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: from, To: to, Text: text, ClientID: fmt.Sprintf("message-%d", k.sent)})
	if err != nil {
		k.t.Fatalf("%s writes %q: %v", from, text, err)
	}
	return m
}

// reads is what somebody reads after a number, in the order of their numbers.
func (k *talk) reads(who string, after int64) string {
	k.t.Helper()
	page, err := k.Chat(k.t.Context(), k.room.ID, who, after)
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, m := range page.Messages {
		out = append(out, m.Sender+": "+m.Text)
	}
	return strings.Join(out, "; ")
}

func (k *talk) refused(what string, err error, code tenants.Code, key string) {
	k.t.Helper()
	if tenants.CodeOf(err) != code || tenants.KeyOf(err) != key {
		k.t.Errorf("%s: %v, want %s %s", what, err, code, key)
	}
}

func TestChatReachesWhoItIsFor(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		first := k.post("amy", "", "Hello\r\n all\x00\x07")
		secret := k.post("amy", "gil", "Only you")
		last := k.post("hal", "", "Hi")
		if first.Text != "Hello\n all" || first.Names["amy"] != "amy" || first.Prev != 0 {
			t.Errorf("kept %+v", first)
		}
		if secret.Prev != 0 || last.Prev != first.Rev || last.N <= secret.N || secret.N <= first.N {
			t.Errorf("numbers %d, %d after %d, %d after %d", first.N, secret.N, secret.Prev, last.N, last.Prev)
		}
		for who, want := range map[string]string{
			"amy": "amy: Hello\n all; amy: Only you; hal: Hi", "gil": "amy: Hello\n all; amy: Only you; hal: Hi",
			"hal": "amy: Hello\n all; hal: Hi", "bob": "amy: Hello\n all; hal: Hi",
		} {
			if got := k.reads(who, 0); got != want {
				t.Errorf("%s reads %q, want %q", who, got, want)
			}
		}
		if got := k.reads("gil", first.Rev); got != "amy: Only you; hal: Hi" {
			t.Errorf("after the first: %q", got)
		}

		in := tenants.ChatPost{Room: k.room.ID, Identity: "bob", ClientID: "message-x", Text: "x"}
		try := func(what string, code tenants.Code, key string, change func(*tenants.ChatPost)) {
			t.Helper()
			bad := in
			change(&bad)
			_, err := k.PostChat(t.Context(), bad)
			k.refused(what, err, code, key)
		}
		try("a stranger", tenants.CodeForbidden, tenants.KeyChatOutside, func(p *tenants.ChatPost) { p.Identity = "zoe" })
		try("another room", tenants.CodeForbidden, tenants.KeyChatOutside, func(p *tenants.ChatPost) { p.Room = k.Room("amy", "Attic").ID })
		try("to a stranger", tenants.CodeNotFound, tenants.KeyChatRecipient, func(p *tenants.ChatPost) { p.To = "zoe" })
		try("to oneself", tenants.CodeNotFound, tenants.KeyChatRecipient, func(p *tenants.ChatPost) { p.To = "bob" })
		try("nothing", tenants.CodeInvalid, tenants.KeyChatEmpty, func(p *tenants.ChatPost) { p.Text = " \n\u200b" })
		try("too much", tenants.CodeInvalid, tenants.KeyChatLong, func(p *tenants.ChatPost) { p.Text = strings.Repeat("ä", tenants.ChatMost+1) })
		try("a seal in the clear", tenants.CodeInvalid, tenants.KeyChatSealed, func(p *tenants.ChatPost) { p.Sealed = true })
		try("no id", tenants.CodeInvalid, tenants.KeyChatClient, func(p *tenants.ChatPost) { p.ClientID = "a b" })
		try("a reply to what one cannot read", tenants.CodeNotFound, tenants.KeyChatGone, func(p *tenants.ChatPost) { p.Reply = secret.N })
		in.Identity = "gil"
		try("a reply that tells others", tenants.CodeForbidden, tenants.KeyChatGone, func(p *tenants.ChatPost) { p.Reply = secret.N })
		in.To, in.Reply = "amy", secret.N
		if m, err := k.PostChat(t.Context(), in); err != nil || m.Reply != secret.N || m.Prev != secret.Rev {
			t.Errorf("a reply between the two: %+v, %v", m, err)
		}
		if _, err := k.Chat(t.Context(), k.room.ID, "zoe", 0); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a stranger reads: %v", err)
		}
		meeting, _, err := k.Current(t.Context(), k.room.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := k.EndMeeting(t.Context(), meeting.ID, tenants.EndHost); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Chat(t.Context(), k.room.ID, "amy", 0); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a meeting that is over is read: %v", err)
		}
	})
}

// Many requests at once, each of them twice: every message is there once, and who
// reads page by page meets each of them.
func TestChatKeepsEachMessageOnce(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		const each, people = 60, 4
		var all sync.WaitGroup
		for _, who := range []string{"amy", "bob", "gil", "hal"} {
			for range 2 {
				all.Go(func() {
					for i := range each {
						_, err := k.PostChat(t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: who, ClientID: fmt.Sprintf("message-%d", i), Text: fmt.Sprint(who, i)})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		var n, after int64
		seen := map[string]bool{}
		for {
			page, err := k.Chat(t.Context(), k.room.ID, "gil", after)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Messages {
				if m.Rev <= after || seen[m.Text] {
					t.Errorf("%q came twice, or at %d after %d", m.Text, m.Rev, after)
				}
				after, seen[m.Text] = m.Rev, true
				n++
			}
			if page.Upto != after {
				t.Errorf("goes on from %d, want %d", page.Upto, after)
			}
			if !page.More {
				break
			}
		}
		if n != each*people {
			t.Errorf("%d messages, want %d", n, each*people)
		}
	})
}

func TestChatChangesByWhoMay(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		m := k.post("gil", "", "Helo")
		secret := k.post("gil", "hal", "psst")
		at := func(who string, n int64) tenants.ChatChange {
			return tenants.ChatChange{Room: k.room.ID, Identity: who, N: n}
		}
		edited, err := k.EditChat(t.Context(), at("gil", m.N), "Hello", false)
		if err != nil || edited.Text != "Hello" || edited.EditedAt == nil || edited.Rev <= secret.Rev || edited.N != m.N || edited.Prev != 0 {
			t.Errorf("edited: %+v, %v", edited, err)
		}
		again, err := k.EditChat(t.Context(), at("gil", m.N), "Hello", false)
		if err != nil || again.Rev != edited.Rev {
			t.Errorf("the same text again: %+v, %v", again, err)
		}
		_, err = k.EditChat(t.Context(), at("amy", m.N), "I said that", false)
		k.refused("a host edits", err, tenants.CodeForbidden, tenants.KeyChatForeign)
		_, err = k.EditChat(t.Context(), at("gil", m.N), " ", false)
		k.refused("an edit to nothing", err, tenants.CodeInvalid, tenants.KeyChatEmpty)
		_, err = k.DeleteChat(t.Context(), at("hal", m.N))
		k.refused("another guest deletes", err, tenants.CodeForbidden, tenants.KeyChatForeign)
		_, err = k.DeleteChat(t.Context(), at("amy", secret.N))
		k.refused("a host deletes what they cannot read", err, tenants.CodeNotFound, tenants.KeyChatGone)
		_, err = k.ReactToChat(t.Context(), at("bob", secret.N), "reaction/heart", true)
		k.refused("a reaction to what one cannot read", err, tenants.CodeNotFound, tenants.KeyChatGone)

		for _, who := range []string{"hal", "amy", "amy"} {
			if _, err := k.ReactToChat(t.Context(), at(who, m.N), "reaction/heart", true); err != nil {
				t.Error(err)
			}
		}
		liked, err := k.ReactToChat(t.Context(), at("hal", m.N), "reaction/clap", true)
		if err != nil || fmt.Sprint(liked.Reactions) != "[{reaction/clap [hal]} {reaction/heart [amy hal]}]" {
			t.Errorf("reactions %v, %v", liked.Reactions, err)
		}
		liked, err = k.ReactToChat(t.Context(), at("hal", m.N), "reaction/clap", false)
		if err != nil || len(liked.Reactions) != 1 {
			t.Errorf("taken back: %v, %v", liked.Reactions, err)
		}
		page, err := k.Chat(t.Context(), k.room.ID, "bob", secret.Rev)
		if err != nil || len(page.Messages) != 1 || page.Messages[0].Text != "Hello" || len(page.Messages[0].Reactions) != 1 {
			t.Errorf("what changed: %+v, %v", page, err)
		}
		gone, err := k.DeleteChat(t.Context(), at("bob", m.N)) // made the room
		if err != nil || gone.Text != "" || gone.DeletedAt == nil || len(gone.Reactions) != 0 {
			t.Errorf("deleted: %+v, %v", gone, err)
		}
		_, err = k.EditChat(t.Context(), at("gil", m.N), "back", false)
		k.refused("an edit of what is gone", err, tenants.CodeNotFound, tenants.KeyChatGone)
		if got := k.reads("hal", edited.Rev); got != "gil: " {
			t.Errorf("hal reads %q", got)
		}
	})
}

func TestChatIsKeptAsLongAsThePlanSays(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		old := k.post("amy", "", "old")
		if _, err := k.ReactToChat(t.Context(), tenants.ChatChange{Room: k.room.ID, Identity: "bob", N: old.N}, "reaction/heart", true); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
		k.post("gil", "amy", "new")
		n, more, err := k.DropChat(t.Context(), clock.Now())
		if err != nil || n != 1 || more {
			t.Errorf("took away %d, more %v: %v", n, more, err)
		}
		if got := k.reads("amy", 0); got != "gil: new" {
			t.Errorf("left is %q", got)
		}
		store := tenants.New(db, tenants.Options{Clock: clock})
		due := func() (n int) {
			jobs, err := store.DueErrands(t.Context(), 10, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range jobs {
				if j.Kind == tenants.ErrandChat {
					n++
				}
			}
			return n
		}
		if due() != 0 {
			t.Error("it is looked at once")
		}
		clock.Advance(tenants.ChatLook)
		if due() != 1 {
			t.Error("nobody looks a day later")
		}
	})
}

func TestHowLongChatIsKept(t *testing.T) {
	free, pro, days := tenants.Limits{ChatDays: 30}, tenants.Limits{ChatDays: 365}, 7
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		terms tenants.Terms
		want  time.Duration
	}{
		"the plan":                   {tenants.Terms{Plan: free}, 30 * day},
		"an exception":               {tenants.Terms{Plan: free, Exception: &tenants.Exception{ChatDays: &days}}, 7 * day},
		"while a payment is missing": {tenants.Terms{Plan: free, Bought: &pro}, 365 * day},
		"suspended":                  {tenants.Terms{Plan: free, Suspended: true}, 0},
		"none":                       {tenants.Terms{}, day},
	} {
		if got := c.terms.ChatKept(); got != c.want {
			t.Errorf("%s: kept for %v, want %v", name, got, c.want)
		}
	}
}

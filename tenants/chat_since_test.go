package tenants_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// Who comes later reads what the policy says, by no question more, and neither
// loses nor gains anything by going and coming back.
func TestWhoComesLaterReadsWhatThePolicySays(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		enter := func(in tenants.EnterInput) {
			t.Helper()
			in.Room, in.Limits = k.room.ID, tenantstest.Free()
			if _, err := k.Enter(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		since := func(on bool) {
			t.Helper()
			p := tenants.DefaultPolicies()
			p.ChatSince = on
			must(t, k.SetPolicies(t.Context(), k.User("amy").ID, p))
		}
		clock.Advance(time.Second)
		early := k.post("gil", "", "early")
		secret := k.post("gil", "amy", "psst")
		clock.Advance(time.Second)
		enter(tenants.EnterInput{Identity: "late", Name: "Late"})
		clock.Advance(time.Second)
		answer, err := k.PostChat(t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: "hal", ClientID: "the-answer", Text: "answer", Reply: early.N})
		must(t, err)
		if got := k.reads("late", 0); got != "gil: early; hal: answer" {
			t.Errorf("by default who comes later reads %q", got)
		}
		if early.Readers != nil || answer.Readers != nil {
			t.Errorf("by default some are not told: %v, %v", early.Readers, answer.Readers)
		}

		since(true)
		page := func(who string) tenants.ChatPage {
			t.Helper()
			got, err := k.Chat(t.Context(), k.room.ID, who, 0)
			must(t, err)
			return got
		}
		came := page("late").Since
		if got := k.reads("late", 0); got != "hal: answer" || !came.Equal(clock.Now().Add(-time.Second)) {
			t.Errorf("who came later reads %q, since %v", got, came)
		}
		if got := k.reads("gil", 0); got != "gil: early; gil: psst; hal: answer" || !page("gil").Since.IsZero() {
			t.Errorf("who was there reads %q, since %v", got, page("gil").Since)
		}
		at := tenants.ChatChange{Room: k.room.ID, Identity: "late", N: early.N}
		_, err = k.ReactToChat(t.Context(), at, "reaction/heart", true)
		k.refused("a reaction to what one cannot read", err, tenants.CodeNotFound, tenants.KeyChatGone)
		_, err = k.DeleteChat(t.Context(), at)
		k.refused("deleting it", err, tenants.CodeNotFound, tenants.KeyChatGone)
		_, err = k.EditChat(t.Context(), at, "mine", false)
		k.refused("editing it", err, tenants.CodeNotFound, tenants.KeyChatGone)
		for _, to := range []string{"", "amy"} {
			_, err = k.PostChat(t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: "late", To: to, ClientID: "what-was-it" + to, Text: "what was it?", Reply: early.N})
			k.refused("a reply to it", err, tenants.CodeNotFound, tenants.KeyChatGone)
		}

		// What is done with it is told to those who were there, and to nobody else.
		told := func(what string, m tenants.ChatMessage, err error) {
			t.Helper()
			must(t, err)
			if !slices.Contains(m.Readers, "gil") || !slices.Contains(m.Readers, "amy") || slices.Contains(m.Readers, "late") {
				t.Errorf("%s is told to %q", what, m.Readers)
			}
		}
		at.Identity = "amy"
		m, err := k.ReactToChat(t.Context(), at, "reaction/heart", true)
		told("a reaction", m, err)
		at.Identity = "gil"
		m, err = k.EditChat(t.Context(), at, "earlier", false)
		told("an edit", m, err)
		m, err = k.PostChat(t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: "gil", ClientID: early.ClientID, Text: "early"})
		told("a request that is sent again", m, err)
		if m, err = k.ReactToChat(t.Context(), tenants.ChatChange{Room: k.room.ID, Identity: "amy", N: secret.N}, "reaction/heart", true); err != nil || m.Readers != nil {
			t.Errorf("what is between two is told to %v, %v", m.Readers, err)
		}
		if got := k.reads("late", 0); got != "hal: answer" {
			t.Errorf("after all that who came later reads %q", got)
		}
		if fresh := k.post("late", "", "hi"); fresh.Readers != nil {
			t.Errorf("what is written now is told to %v only", fresh.Readers)
		}

		// Going and coming back, and coming as somebody else.
		for _, who := range []string{"gil", "late"} {
			clock.Advance(time.Second)
			must(t, k.Left(t.Context(), tenants.NodeEvent{ID: "left-" + who, Media: k.room.MediaName, Identity: who, At: clock.Now()}))
			k.post("hal", "", "while "+who+" was out")
			clock.Advance(time.Second)
			enter(tenants.EnterInput{Identity: who, Name: who})
		}
		if got := k.reads("gil", 0); got != "hal: answer; gil: earlier; gil: psst; late: hi; hal: while gil was out; hal: while late was out" {
			t.Errorf("who came back reads %q", got)
		}
		if got := k.reads("late", 0); got != "hal: answer; late: hi; hal: while gil was out; hal: while late was out" {
			t.Errorf("who came later and came back reads %q", got)
		}
		enter(tenants.EnterInput{Identity: "late-again", Name: "Late"})
		enter(tenants.EnterInput{Identity: "amy-phone", Name: "Amy", Member: true, User: k.User("amy").ID})
		if got := k.reads("late-again", 0); got != "" {
			t.Errorf("under another name they read %q", got)
		}
		if got := k.reads("amy-phone", 0); got != "hal: answer; gil: earlier; late: hi; hal: while gil was out; hal: while late was out" {
			t.Errorf("on her second device Amy reads %q", got)
		}

		since(false)
		if got := page("late-again"); len(got.Messages) != 5 || !got.Since.IsZero() {
			t.Errorf("when the policy is gone: %d messages, since %v", len(got.Messages), got.Since)
		}
	})
}

// Whom the rule keeps a message from, it keeps the file from as well.
func TestWhoComesLaterGetsNoEarlierFile(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		clock.Advance(time.Second)
		early, err := k.send("gil", "", "file-one", upload(t, "early.txt", "early", tenants.StorageLimit{}))
		must(t, err)
		clock.Advance(time.Second)
		k.Guest(k.room, "late")
		clock.Advance(time.Second)
		fresh, err := k.send("gil", "", "file-two", upload(t, "fresh.txt", "fresh", tenants.StorageLimit{}))
		must(t, err)
		gets := func(who string, m tenants.ChatMessage) string {
			t.Helper()
			got, err := k.bytesOf(who, m.File.ID)
			if err != nil {
				k.refused(who+" asks for a file", err, tenants.CodeNotFound, tenants.KeyChatFileGone)
			}
			return got
		}
		if got := gets("late", early); got != "early" {
			t.Errorf("by default who comes later gets %q", got)
		}
		p := tenants.DefaultPolicies()
		p.ChatSince = true
		must(t, k.SetPolicies(t.Context(), k.User("amy").ID, p))
		if got := gets("late", early) + gets("late", fresh) + gets("gil", early) + gets("amy", early); got != "freshearlyearly" {
			t.Errorf("under the rule they get %q", got)
		}
		for _, n := range []int{0, tenants.ChatPreview} {
			_, err = k.ChatFilePart(t.Context(), k.room.ID, "late", early.File.ID, n)
			k.refused("a part of it", err, tenants.CodeNotFound, tenants.KeyChatFileGone)
		}
	})
}

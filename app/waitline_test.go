package app_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"parley/tenants"
	"parley/views"
)

// Who waits writes to those who may let them in, and reads what these answer: nobody else does either, in whoever's name they ask.
func TestWhoWaitsAndWhoLetsThemInWriteToEachOther(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		code := ann.room(org)
		at := "/m/" + code
		ann.get(at).status(200)
		there := dial(t, ann.join(code, "Ann"))
		inside, removed, banned := w.browser(), w.browser(), w.browser()
		in, out, off := inside.join(code, "Ida"), removed.join(code, "Rae"), banned.join(code, "Bea")
		for _, session := range []views.MeetingSession{in, out, off} {
			dial(t, session)
		}
		eventually(t, "four are in", func() bool { return there.others() == 3 })
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		ann.get(at + "/room").status(200)
		ann.press(code, "remove", "id", out.Identity)
		ann.press(code, "ban", "id", off.Identity)
		gil, hal, nobody := w.browser(), w.browser(), w.browser()
		gil.postJoin(code, "Gil").status(303)
		hal.postJoin(code, "Hal").status(303)
		nobody.get(at).status(200)
		zoe, other := w.owner("Zoe")
		zoe.get(other).status(200)
		list := func() (found []views.Waiter) {
			t.Helper()
			var all struct{ Waiting []views.Waiter }
			must(t, json.Unmarshal([]byte(ann.get(at+"/waiters").status(200).body), &all))
			return all.Waiting
		}
		who := list()
		say := func(b *browser, text string) *answer {
			t.Helper()
			return b.postJSON(at+"/waiting/say", form("text", text, "id", who[1].Identity, "host", "yes", "from", in.Identity))
		}
		reply := func(b *browser, text string, ids ...string) *answer {
			t.Helper()
			f := form("text", text)
			if len(ids) == 0 {
				f.Set("all", "yes")
			}
			for _, id := range ids {
				f.Add("id", id)
			}
			return b.postJSON(at+"/waiters/say", f)
		}
		reads := func(b *browser) string { t.Helper(); return b.postJSON(at+"/waiting", form()).body }

		// Sent by who waits, whatever else stands in the request; told to those who may let them in.
		say(gil, "Hello <b>, it is Gil").status(200).has(`"host":false`)
		eventually(t, "the host is told", func() bool {
			for _, p := range there.Packets() {
				if p.GetUser().GetTopic() == "parley.waiting" {
					return true
				}
			}
			return false
		})
		if who = list(); len(who) != 2 || len(who[0].Lines) != 1 || who[0].Lines[0].Host || who[0].Lines[0].Text != "Hello <b>, it is Gil" || len(who[1].Lines) != 0 {
			t.Fatalf("waiting: %+v", who)
		}
		reply(ann, "One moment", who[0].Identity).status(204)
		if got := reads(gil); !strings.Contains(got, "One moment") || !strings.Contains(got, `"host":true`) || strings.Contains(got, "Ann") || strings.Contains(got, who[1].Identity) {
			t.Errorf("who waits reads %s", got) // and no name of who is in
		}
		if mine := list()[0].Lines; len(mine) != 2 || mine[1].Name != "Ann" || !mine[1].Host {
			t.Errorf("inside they read %+v", mine)
		}

		// The wrong people.
		for name, b := range map[string]*browser{
			"who is in and does not lead": inside, "a member who is not in": bob, "who was taken out": removed, "who is banned": banned, "who has no seat": nobody,
			"somebody of another organization": zoe,
		} {
			b.get(at)
			for what, got := range map[string]*answer{
				"says":                  say(b, "Let me in"),
				"answers":               reply(b, "Come in", who[0].Identity),
				"answers all":           reply(b, "Come in"),
				"lists":                 b.do("GET", at+"/waiters", "application/json", nil),
				"asks whether it is in": b.postJSON(at+"/waiting", form()),
			} {
				if what == "asks whether it is in" && got.code == 200 && !strings.Contains(got.body, `"waiting":true`) {
					got.code = 403 // it says that they do not wait
				}
				if got.code != 403 || strings.Contains(got.body, "One moment") {
					t.Errorf("%s %s: %d %s", name, what, got.code, got.body)
				}
			}
		}
		hal.get(at + "/waiting").status(200)
		for _, got := range []*answer{reply(hal, "Come in", who[0].Identity), reply(hal, "Come in")} {
			got.status(403)
		}
		zoe.postJSON("/m/"+zoe.room(other)+"/waiters/say", form("text", "Come in", "id", who[0].Identity)).status(404)
		if got := reads(hal); strings.Contains(got, "Gil") || strings.Contains(got, "One moment") {
			t.Errorf("another who waits reads %s", got)
		}
		token := gil.csrf
		gil.csrf = "00000000-0000-4000-8000-000000000000"
		say(gil, "Forged").status(403)
		gil.csrf = token
		say(gil, strings.Repeat("x", 301)).status(400).has("at most 300 characters")
		ann.says(code, "client-00001", "Between us").message()
		for what, f := range map[string]url.Values{"nobody": form("text", "To whom"), "one and all": form("text", "To whom", "all", "yes", "id", who[0].Identity)} {
			if got := ann.postJSON(at+"/waiters/say", f); got.code != 400 {
				t.Errorf("a line to %s: %d", what, got.code)
			}
		}
		if got := ann.send(at+"/waiters/say", "", "", nil, "text", "To whom", "id", who[0].Identity); got.code != 400 { // named where nobody looks
			t.Errorf("a line in parts: %d", got.code)
		}
		reply(ann, "To you all").status(204)
		if got := reads(gil) + reads(hal); strings.Count(got, "To you all") != 2 || strings.Contains(got, "Between us") || strings.Contains(got, "To whom") {
			t.Errorf("those who wait read %s", got)
		}

		// Over with the answer, for either.
		ann.post(at+"/waiters", form("admit", "yes", "id", who[0].Identity)).status(204)
		ann.post(at+"/waiters", form("admit", "no", "id", who[1].Identity)).status(204)
		for _, b := range []*browser{gil, hal} {
			say(b, "Anybody").status(403).has("not waiting any more")
			if got := reads(b); strings.Contains(got, "To you all") || !strings.Contains(got, `"waiting":false`) {
				t.Errorf("after the answer they read %s", got)
			}
		}
		reply(ann, "Sorry", who[1].Identity).status(404)
	})
}

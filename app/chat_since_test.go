package app_test

import (
	"fmt"
	"strings"
	"testing"
)

// A policy keeps what was written before from who comes later: no request of theirs brings it, and nothing that is done with it.
func TestWhatWasWrittenBeforeStaysFromWhoComesLater(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get(org+"/policies").status(200).has(`value="all" checked`, "Everything of this meeting")
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "everyone", "history", "since")).status(303)
		ann.get(org + "/policies").status(200).has(`value="since" checked`)

		gil, hal := w.browser(), w.browser()
		host, guest := connected(t, ann, code, "Ann"), connected(t, gil, code, "Gil")
		early := ann.says(code, "message-1", "Before anybody came").message()
		guest.hears("Before anybody came")
		late := connected(t, hal, code, "Hal")
		ann.says(code, "message-2", "Now", "reply", fmt.Sprint(early.N)).status(200)
		late.hears("Now")

		at := fmt.Sprintf("/m/%s/chat/%d", code, early.N)
		ann.postJSON(at+"/react", form("kind", "reaction", "name", "heart", "on", "yes")).status(200)
		ann.postJSON(at+"/edit", form("text", "Before anybody came, better")).status(200)
		guest.hears("Before anybody came, better")
		ann.says(code, "message-1", "Before anybody came").status(200)
		for _, what := range []string{"edit", "delete", "react"} {
			hal.postJSON(at+"/"+what, form("text", "x", "kind", "reaction", "name", "heart", "on", "yes")).status(404).lacks("Before")
		}
		hal.says(code, "message-3", "What was it?", "reply", fmt.Sprint(early.N)).status(404).lacks("Before")
		ann.says(code, "message-4", "Last").status(200)
		late.hears("Last")
		for _, m := range late.told() {
			if m.N == early.N || strings.Contains(m.Text, "Before") {
				t.Errorf("who came later was told %+v", m)
			}
		}
		for _, after := range []int64{0, -1, early.N - 1, early.N} {
			if got := strings.Join(hal.reads(code, after), "; "); got != "Now; Last" {
				t.Errorf("after %d who came later reads %q", after, got)
			}
		}
		hal.do("GET", "/m/"+code+"/chat?after=0", "application/json", nil).status(200).lacks("Before", `"since":0`).has(`"since":`)
		gil.do("GET", "/m/"+code+"/chat?after=0", "application/json", nil).status(200).has("Before", `"since":0`)

		// Another name, another browser, or coming in once more shows no more.
		again := w.browser()
		connected(t, again, code, "Gil")
		if got := again.reads(code, 0); len(got) != 0 {
			t.Errorf("as somebody else one reads %q", got)
		}
		hal.join(code, "Hal")
		if got := strings.Join(hal.reads(code, 0), "; "); got != "Now; Last" {
			t.Errorf("coming in once more one reads %q", got)
		}
		gil.join(code, "Gil")
		if got := strings.Join(gil.reads(code, 0), "; "); got != "Now; Before anybody came, better; Last" && got != "Before anybody came, better; Now; Last" {
			t.Errorf("who was there reads %q", got)
		}
		if host.identity() == late.identity() {
			t.Error("two are one")
		}
	})
}

package app_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants/tenantstest"
)

// Those inside hear of what comes right after what they were told, too.
func TestWhatChangesAtTheDoorMeanwhileIsToldAfterwards(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		there := dial(t, ann.join(code, "Ann"))
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		gil := w.browser()
		gil.postJoin(code, "Gil").status(303)
		gil.postJSON("/m/"+code+"/waiting/say", form("text", "Hello")).status(200)
		eventually(t, "it is told again", func() bool {
			told := 0
			for _, p := range there.Packets() {
				if p.GetUser().GetTopic() == "parley.waiting" {
					told++
				}
			}
			return told >= 2
		})
	})
}

// Whoever throws their cookie away is another who waits, and comes from the same address; at another door they are counted anew.
func TestOneAddressWritesSoMuchAtADoor(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Now().UTC().Truncate(time.Second))
	w := newWorldAt(t, tenantstest.SQLitePath(t), clock)
	ann, org := w.owner("Ann")
	code, other := ann.room(org), ann.room(org)
	ann.get(org + "/policies").status(200)
	ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
	say := func(b *browser, code string) *answer {
		t.Helper()
		return b.postJSON("/m/"+code+"/waiting/say", form("text", "Let me in"))
	}
	var last *browser
	for i := range 12 {
		last = w.browser()
		last.postJoin(code, fmt.Sprint("Gil ", i)).status(303)
		for range 5 {
			say(last, code).status(200)
		}
	}
	fresh := w.browser()
	fresh.postJoin(code, "Hal").status(303)
	say(fresh, code).status(429)
	elsewhere := w.browser()
	elsewhere.postJoin(other, "Hal").status(303)
	say(elsewhere, other).status(200)
	clock.Advance(10 * time.Second)
	say(fresh, code).status(200)
}

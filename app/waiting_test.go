package app_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/sfu/sfutest"
	"parley/tenants"
	"parley/views"
)

// A room's own text is read before that room; without one, the organization's is. Who manages the room writes it.
func TestARoomsOwnTextIsReadBeforeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob, gil := w.member(org, "Bob", tenants.RoleMember), w.browser()
		code := ann.room(org)
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone", "waiting_text", "Bring tea.")).status(303)
		gil.postJoin(code, "Gil").status(303).location("/m/" + code + "/waiting")
		gil.get("/m/" + code + "/waiting").status(200).has(">Nobody is inside yet.")
		gil.postJSON("/m/"+code+"/waiting", form()).status(200).has(`"waiting":true,"open":false`)
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		page := org + "/rooms/" + string(room.ID)
		ann.get(page).status(200).has("The organization’s text", "Bring tea.").lacks("nobody waits now")
		ann.post(page+"/waiting", form("waiting_text", strings.Repeat("x", 301))).status(400).has("Make it shorter", "xxx</textarea>", "Bring tea.")
		bob.get(page).status(200).lacks("waiting_text", "Bring tea.")
		bob.post(page+"/waiting", form("waiting_text", "By Bob")).status(403)
		ann.post(page+"/waiting", form("waiting_text", "The key is under <i>the mat</i>.", "from", "page=3")).status(303).location(page + "?from=page%3D3&done=room_text_saved")
		ann.get(page).status(200).has("The room’s own text", "The key is under &lt;i&gt;the mat&lt;/i&gt;.</textarea>").lacks("Bring tea.")
		gil.get("/m/"+code+"/waiting").status(200).has("Hello Gil", ">Kitchen refit</figcaption>", "The key is under &lt;i&gt;the mat&lt;/i&gt;.").lacks("Bring tea.")
		ann.post(page+"/waiting", form("waiting_text", "")).status(303)
		gil.get("/m/" + code + "/waiting").status(200).has("Bring tea.").lacks("under")
	})
}

// A guest waits, a host inside hears of it and answers; nobody gets past the door by another way.
func TestAGuestWaitsUntilAHostLetsThemIn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		code := ann.room(org)
		policies := form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")
		ann.get(org + "/policies").status(200).has("until a member in the meeting lets them in")
		ann.post(org+"/policies", policies).status(303)
		host := ann.join(code, "Ann")
		there := dial(t, host)
		if host.URLs.Waiters == "" {
			t.Error("the host has no way to see who waits")
		}

		gil, hal := w.browser(), w.browser()
		gil.postJoin(code, "Gil").status(303).location("/m/" + code + "/waiting")
		eventually(t, "the host to be told", func() bool {
			for _, p := range there.Packets() {
				if p.GetUser().GetTopic() == "parley.waiting" {
					return true
				}
			}
			return false
		})
		gil.get("/m/"+code+"/waiting").status(200).has("You are waiting to be let in", "Hello Gil", "somebody inside opens the door", ">Waiting to be let in. Those inside see that you are here.")
		policies.Set("waiting_text", strings.Repeat("x", 301))
		ann.post(org+"/policies", policies).status(400).has("Make it shorter", "xxx</textarea>")
		policies.Set("waiting_text", "Bring tea.\r\n<b>Ten</b> o’clock")
		ann.post(org+"/policies", policies).status(303)
		ann.get(org + "/policies").status(200).has("Bring tea.\n&lt;b&gt;Ten&lt;/b&gt; o’clock</textarea>")
		gil.get("/m/"+code+"/waiting").status(200).has("Hello Gil", "Bring tea.\n&lt;b&gt;Ten&lt;/b&gt; o’clock").lacks("somebody inside opens the door")
		gil.postJSON("/m/"+code+"/waiting", form()).status(200).has(`"waiting":true,"open":true`)
		gil.get("/m/" + code + "/room").status(303).location("/m/" + code + "/waiting")
		gil.postJSON("/m/"+code+"/token", form()).status(403)
		gil.get("/m/" + code + "/waiters").status(403)
		bob.get("/m/" + code + "/waiters").status(403) // a member who is not inside
		hal.postJoin(code, "Hal").status(303)

		var list struct{ Waiting []views.Waiter }
		must(t, json.Unmarshal([]byte(ann.get("/m/"+code+"/waiters").status(200).body), &list))
		if len(list.Waiting) != 2 || list.Waiting[0].Name != "Gil" {
			t.Fatalf("waiting: %+v", list)
		}
		gil.post("/m/"+code+"/waiters", form("admit", "yes", "id", list.Waiting[0].Identity)).status(403)
		ann.get("/m/" + code).status(200)
		ann.post("/m/"+code+"/waiters", form("admit", "yes", "id", list.Waiting[0].Identity)).status(204)
		ann.post("/m/"+code+"/waiters", form("admit", "no", "id", list.Waiting[1].Identity)).status(204)
		gil.postJSON("/m/"+code+"/waiting", form()).status(200).has(`"waiting":false`)
		gil.get("/m/" + code + "/room").status(200).has("Gil")
		hal.get("/m/" + code + "/waiting").status(303).location("/m/" + code + "/room")
		hal.get("/m/" + code + "/room").status(403).has("did not let you in")

		// A token of a meeting that is over is no way around the door.
		session := gil.join(code, "Gil")
		ann.get("/m/" + code).status(200)
		ann.post("/m/"+code+"/end", form()).status(303)
		dial(t, ann.join(code, "Ann"))
		if p, err := sfutest.Dial(t.Context(), session.ServerURL, sfutest.Options{Token: session.Token}); !sfutest.ErrRefused(err) {
			p.Leave()
			t.Errorf("an old token opens the next meeting: %v", err)
		}
	})
}

// Who waits with a page that slept is not forgotten: those inside hear of them when it asks again.
func TestThoseInsideAreToldOfWhoseWaitLapsed(t *testing.T) {
	onBothAhead(t, func(t *testing.T, w *world, clock *ahead) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		there := dial(t, ann.join(code, "Ann"))
		told := func() (n int) {
			for _, p := range there.Packets() {
				if p.GetUser().GetTopic() == "parley.waiting" {
					n++
				}
			}
			return n
		}
		gil := w.browser()
		gil.postJoin(code, "Gil").status(303)
		gil.get("/m/" + code + "/waiting").status(200)
		eventually(t, "the host to be told", func() bool { return told() >= 1 })
		for range 3 { // Gil's page sleeps, and Ann is there all the while
			clock.put(35 * time.Second)
			ann.get("/m/" + code + "/room").status(200)
		}
		ann.get("/m/" + code + "/waiters").status(200).has(`"waiting":[]`)
		gil.postJSON("/m/"+code+"/waiting", form()).status(200).has(`"waiting":true`)
		eventually(t, "the host to be told again", func() bool { return told() >= 2 })
		ann.get("/m/" + code + "/waiters").status(200).has("Gil")
	})
}

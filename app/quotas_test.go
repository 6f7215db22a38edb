package app_test

import (
	"strings"
	"testing"
	"time"

	"parley/sfu/sfutest"
	"parley/tenants"
)

// An admin lowers a quota: the running meeting obeys, on the node too. Who is in stays, nobody new comes in, and the clock comes nearer.
func TestALoweredQuotaReachesTheRunningMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		host := dial(t, ann.join(code, "Ann"))
		guest := dial(t, w.browser().join(code, "Gil"))
		late := w.browser()
		session := late.join(code, "Late") // has a token, and has not connected yet
		eventually(t, "two are in", func() bool { return host.others() == 1 })

		ann.get(org+"/quotas").status(200).has("Free allows 40.", "Free allows 100.", "Free sets no limit.")
		ann.post(org+"/quotas", form("meeting_length", "41", "participants", "lots", "month_minutes", "0")).status(400).
			has("more than the plan", `value="41"`, `value="lots"`)
		ann.post(org+"/quotas", form("meeting_length", "30", "participants", "2")).status(303).location(org + "/quotas?done=quota_saved")
		ann.get(org).status(200).has("30 minutes", "An owner or an admin can raise it under Quotas")

		rooms := w.node.Rooms()
		if len(rooms) != 1 || rooms[0].Limits.Participants != 2 {
			t.Fatalf("the node has %+v", rooms)
		}
		if left := time.Until(rooms[0].Limits.EndsAt); left > 30*time.Minute {
			t.Errorf("the meeting ends in %s", left)
		}
		if p, err := sfutest.Dial(t.Context(), session.ServerURL, sfutest.Options{Token: session.Token}); !sfutest.ErrRefused(err) {
			p.Leave()
			t.Errorf("a third one got in: %v", err)
		}
		ann.post(org+"/quotas", form("participants", "1")).status(303)
		if host.gone() || guest.gone() {
			t.Error("somebody was sent out of a running meeting by a lower number")
		}
		ann.post(org+"/quotas", form()).status(303)
		if rooms = w.node.Rooms(); rooms[0].Limits.Participants != 100 {
			t.Errorf("after lifting it the node has %+v", rooms[0].Limits)
		}
	})
}

func TestAPersonsQuotaHoldsInTheirRooms(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	code := bob.room(org)
	dial(t, bob.join(code, "Bob"))
	at := org + "/people/" + w.id(org, "Bob")
	ann.get(at).status(200).has("Quota of this person")
	ann.post(at+"/quota", form("participants", "500")).status(400).has("more than the plan", `value="500"`)
	ann.post(at+"/quota", form("participants", "1", "meeting_length", "10")).status(303)
	if rooms := w.node.Rooms(); rooms[0].Limits.Participants != 1 || time.Until(rooms[0].Limits.EndsAt) > 10*time.Minute {
		t.Errorf("the node has %+v", rooms[0].Limits)
	}
	w.browser().postJoin(code, "Gil").status(409)
	bob.get(org).status(200).has("10 minutes", "is set for your rooms")
	bob.post(at+"/quota", form()).status(403)
	other := ann.room(org)
	w.browser().postJoin(other, "Gil").status(303)

	ann.get(at)
	ann.post(at+"/quota", form("concurrent_meetings", "1")).status(303)
	w.browser().postJoin(bob.room(org), "Gil").has("at once in this person’s rooms")
	w.browser().postJoin(ann.room(org), "Gil").status(303)
	bob.get(org).has("Meetings at once in your rooms")

	ann.get(org + "/quotas").has("0 KB of 500 MB")
	ann.post(org+"/quotas", form("storage", "0")).status(400).has(`value="0"`)
	ann.post(org+"/quotas", form("storage", "5")).status(303)
	ann.get(org+"/quotas").has(`name="storage"`, `value="5"`, "0 KB of 5 MB")
}

// Where a quota holds a meeting back, pages say so, and offer nobody a plan that would not help.
func TestPagesSayWhoseLimitItIs(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	free, held, short := ann.room(org), ann.room(org), ann.room(org)
	if session := ann.join(free, "Ann"); !session.CanUpgrade || len(session.Offers) == 0 {
		t.Errorf("the plan binds, and no upgrade is offered: %+v", session.Offers)
	}
	ann.get(org + "/quotas")
	ann.post(org+"/quotas", form("meeting_length", "30", "participants", "1")).status(303)
	if session := ann.join(held, "Ann"); session.CanUpgrade || len(session.Offers) > 0 {
		t.Errorf("a quota binds, and an upgrade is offered: %+v", session.Offers)
	}
	w.browser().postJoin(held, "Gil").status(409).has("the most that its organization has set").lacks("Get more seats")

	at, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	second := time.Second
	must(t, w.store.Org(at.ID).SetQuota(t.Context(), tenants.UserID(w.id(org, "Ann")), tenants.Quota{MeetingLength: &second}))
	ann.join(short, "Ann")
	eventually(t, "the meeting runs into its limit", func() bool { return ann.shows("/m/"+short+"/after", "the longest that the organization has set") })
	ann.get("/m/" + short + "/after").status(200).lacks("/checkout")
}

// postJoin presses Join in the lobby, without script.
func (b *browser) postJoin(code, name string) *answer {
	b.w.t.Helper()
	b.get("/m/" + code).status(200)
	return b.post("/m/"+code+"/join", form("name", name))
}

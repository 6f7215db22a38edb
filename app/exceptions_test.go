package app_test

import (
	"strings"
	"testing"
	"time"

	"parley/tenants"
)

// fieldTime is how a form writes a moment, for a browser whose zone is not known.
const fieldTime = "2006-01-02T15:04"

// An operator raises and lowers one organization's limits until a day: meetings that run obey, its people read why and until when, and at
// the day all is as the plan says.
func TestAnExceptionHoldsUntilItsDay(t *testing.T) { onBothAhead(t, anExceptionHoldsUntilItsDay) }

func anExceptionHoldsUntilItsDay(t *testing.T, w *world, clock *ahead) {
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	_, other := w.owner("Ben")
	found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	key := w.apiKey(found.ID, "Ann", tenants.ScopeUsageRead)
	code := ann.room(org)
	peer := dial(t, ann.join(code, "Ann"))
	before := w.limits(t, code)
	at := "/operator/tenants/" + string(found.ID)

	page := ops.get(at).status(200).has("Set the exception", `name="participants"`).lacks("End it now", `name="phone"`)
	limit(page, "participants").has("100")
	ops.act(at, at+"/exception", form("form", "exception", "participants", "lots", "until", clock.Now().Add(time.Hour).UTC().Format(fieldTime), "reason", "A fair")).
		status(400).has("Write a whole number", `value="lots"`, "A fair")
	ops.act(at, at+"/exception", form("form", "exception", "until", "2020-01-01T00:00", "reason", "")).status(400).has("still to come", "Say why", "Set at least one limit")

	// Raised: at once, and nobody gets less than they had.
	until := clock.Now().Add(3 * time.Minute).UTC().Truncate(time.Minute)
	ops.act(at, at+"/exception", form("form", "exception", "participants", "150", "seats", "7", "audit_log", "yes", "until", until.Format(fieldTime), "reason", "Their fair")).
		status(303).location(at + "?done=exception_set")
	w.mailed(t, "ann@parley.example", "Ann and friends has other limits until "+until.Format("2 January 2006"), "The reason they gave: “Their fair”")
	w.mailed(t, "ann@parley.example", "Ann and friends has other limits until "+until.Format("2 January 2006"), org+"/quotas")
	if now := w.limits(t, code); now.Participants != 150 || !now.EndsAt.Equal(before.EndsAt) || peer.gone() {
		t.Errorf("raised: the node has %+v, had %+v", now, before)
	}
	page = ops.get(at).status(200).has("Olga has set an exception until", "Their fair", "End it now", `value="150"`, "Set an exception")
	limit(page, "participants").has("100", "150")
	limit(page, "audit_log").has("No", "Yes")
	said := "An exception until " + until.Format("2 January 2006")
	page = ann.get(org+"/quotas").status(200).has(said, "Their fair", "Write to them to change it")
	row(page, "participants").has("150", "Operator", said)
	row(page, "seats").has("7", said)
	row(page, "meeting_length").has("40 minutes", "Plan").lacks(said)
	ann.get(org+"/audit").status(200).has("Set an exception", "People in a meeting: 150, Members and invitations: 7", "The operator of Parley", "Their fair")
	list := w.program(key.Token, w.description()).call("GET", "/api/v1/entitlements", "").status(200)
	if by, ends := list.field("data", 1, "bound_by"), list.field("data", 1, "until"); by != "operator" || ends != until.Format(time.RFC3339) {
		t.Errorf("the API says %v until %v", by, ends)
	}
	if list.field("data", 0, "until") != nil {
		t.Error("the API gives the plan an end")
	}
	ann.get(other + "/quotas").status(404)

	// Lowered: as a lowered quota. Who is in stays.
	ops.act(at, at+"/exception", form("form", "exception", "participants", "1", "meeting_length", "30", "until", until.Format(fieldTime), "reason", "Complaints")).status(303)
	if now := w.limits(t, code); now.Participants != 1 || before.EndsAt.Sub(now.EndsAt) != 10*time.Minute || peer.gone() {
		t.Errorf("lowered: the node has %+v, had %+v", now, before)
	}
	w.browser().postJoin(code, "Gil").status(409)
	ann.get(org + "/audit").status(200).lacks("Complaints") // Free does not show it, and the exception does not any more
	ann.get(org).status(200).has("30 minutes", "Write to them to change it")

	// Ended, and over by its day.
	all, err := w.store.Org(found.ID).Exceptions(t.Context())
	must(t, err)
	ops.act(at, at+"/exception/"+all[1].ID+"/end", form()).status(404)
	ops.act(at, at+"/exception/"+all[0].ID+"/end", form()).status(303).location(at + "?done=exception_ended")
	w.mailed(t, "ann@parley.example", "Ann and friends has its plan’s limits again", "The plan holds again, also in meetings that are on.")
	if now := w.limits(t, code); now.Participants != 100 || !now.EndsAt.Equal(before.EndsAt) {
		t.Errorf("ended: the node has %+v, had %+v", now, before)
	}
	ops.act(at, at+"/exception", form("form", "exception", "participants", "150", "until", until.Format(fieldTime), "reason", "Their fair after all")).status(303)
	if now := w.limits(t, code); now.Participants != 150 {
		t.Errorf("raised again: the node has %+v", now)
	}
	clock.put(until.Sub(clock.Now()) + time.Second)
	ann.get(org + "/quotas").status(200).lacks("An exception until")
	eventually(t, "the meeting obeys the plan again", func() bool { return w.limits(t, code).Participants == 100 })
	if peer.gone() {
		t.Error("somebody was sent out by an exception's end")
	}
	must(t, w.billing.SetPlan(t.Context(), found.ID, "business"))
	eventually(t, "the log says that it is over", func() bool { return ann.shows(org+"/audit", "An exception is over") })
}

// While an operator has closed an organization, the table says so; who reads it may still sign in and read why.
func TestASuspensionIsAmongWhatBinds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.operator("Olga")
		ann, org := w.owner("Ann")
		found := w.business(org)
		at := "/operator/tenants/" + string(found.ID)
		ops.act(at, at+"/suspend", form("reason", "Spam", "form", "closing")).status(303)
		page := ann.get(org + "/quotas").status(200)
		row(page, "participants").has("Suspension", "has suspended your organization")
		row(page, "sso").has("Suspension")
		ann.get(org + "/audit").status(200).has("Spam")
		ann.get(org + "/settings/sign-in").status(200).lacks("has suspended your organization.")
	})
}

// limit is one line of the operator's table of limits.
func limit(page *answer, right string) *answer { return testLine(page, "limit-"+right) }

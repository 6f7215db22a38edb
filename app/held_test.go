package app_test

import (
	"testing"
	"time"

	"parley/tenants"
)

// Where an operator has set what holds a meeting, its pages say that, until when and whom to write to, and offer nothing that would not help.
func TestPagesSayThatAnOperatorSetIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ops := w.operator("Olga")
		ann, org := w.owner("Ann")
		found := w.business(org)
		code := ann.room(org)
		at := "/operator/tenants/" + string(found.ID)
		until := time.Now().Add(48 * time.Hour).UTC()
		ops.act(at, at+"/exception", form("form", "exception", "participants", "1", "until", until.Format(fieldTime), "reason", "Complaints")).status(303)
		dial(t, ann.join(code, "Ann"))
		w.browser().postJoin(code, "Gil").status(409).
			has("as many as whoever runs this service has set", until.Format("2 January 2006"), "write to them to change it").lacks("Get more seats", "Quotas")
	})
}

// While a payment is missing, a meeting leads who may pay to it, offers nothing bigger, and tells other members whom to ask and guests nothing.
func TestAMeetingLeadsToAMissingPayment(t *testing.T) {
	onBothAhead(t, func(t *testing.T, w *world, clock *ahead) {
		ann, org := w.owner("Ann")
		cem := w.member(org, "Cem", tenants.RoleMember)
		id, customer := w.buys(ann, org, "pro")
		code := ann.room(org)
		if s := ann.join(code, "Ann"); !s.CanUpgrade || s.URLs.Pay != "" {
			t.Fatalf("paid: offers %t, leads to %q", s.CanUpgrade, s.URLs.Pay)
		}
		w.fails(id, customer, clock)
		eventually(t, "the meeting knows", func() bool { return ann.join(code, "Ann").URLs.Pay != "" })
		if s := ann.join(code, "Ann"); s.CanUpgrade || s.URLs.Pay != org+"/billing/pay" || len(s.Offers) > 0 {
			t.Errorf("missing: %+v", s.URLs)
		}
		if s := cem.join(code, "Cem"); s.URLs.Pay != "" || s.CanUpgrade {
			t.Errorf("a member: %+v", s.URLs)
		}
		if s := w.browser().join(code, "Gil"); s.URLs.Pay != "" {
			t.Errorf("a guest: %+v", s.URLs)
		}
	})
}

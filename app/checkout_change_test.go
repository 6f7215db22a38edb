package app_test

import "testing"

// Who has a plan and buys a bigger one in a meeting changes what they have: they see the price first, the meeting that is on has the new
// limit with the answer, and nobody is dropped.
func TestAnUpgradeInAMeetingChangesThePlan(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		id, customer := w.buys(ann, org, "pro")
		code := ann.room(org)
		session := ann.join(code, "Ann")
		if !session.CanUpgrade || len(session.Offers) == 0 || !session.Offers[0].Change || session.Offers[0].Today != "" {
			t.Fatalf("offered: %t, %+v", session.CanUpgrade, session.Offers)
		}
		peer := dial(t, session)
		if before := w.limits(t, code); before.Participants != 150 {
			t.Fatalf("Pro gives %+v", before)
		}

		must(t, w.billing.CancelAtEnd(t.Context(), id))
		if again := ann.join(code, "Ann"); again.CanUpgrade {
			t.Errorf("what ends is offered as %+v", again.Offers)
		}
		ann.get(org + "/billing")
		ann.post(org+"/checkout", form("plan", "business", "interval", "month")).status(409) // it has to be kept first
		must(t, w.billing.KeepRunning(t.Context(), id))
		ann.get(org + "/billing")

		price := ann.post(org+"/checkout", form("plan", "business", "interval", "month", "return", "meeting")).status(303).header.Get("Location")
		quote := ann.get(price).status(200).has("Switch to Business", "Charged today", "Your meeting runs on").lacks("Leave everything")
		if now := w.limits(t, code); now.Participants != 150 {
			t.Errorf("looking at the price gave %+v", now)
		}
		done := ann.post(org+"/billing/change", quote.form("seats", "today", "at", "plan", "interval", "return")).status(303).header.Get("Location")
		if now := w.limits(t, code); now.Participants != 300 || now.Plan != "Business" { // with the answer, long before Stripe's event
			t.Errorf("after the change the meeting has %+v", now)
		}
		ann.get(done).status(200).has("Business", "Back to the meeting")
		if peer.gone() {
			t.Error("the host was dropped")
		}

		_, sub, err := w.billing.PlanOf(t.Context(), id)
		must(t, err)
		if sub.CustomerID != customer || sub.Plan != "business" || sub.Seats != 9 {
			t.Errorf("subscribed as %+v", sub)
		}
		ann.get(org + "/billing")
		ann.post(org+"/checkout", form("plan", "business", "interval", "month")).status(409) // they have it
	})
}

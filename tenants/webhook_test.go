package tenants_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// hooked is an organization whose server hears of everything.
type hooked struct {
	*tenantstest.Org
	t    *testing.T
	ann  tenants.UserID
	hook tenants.Webhook
}

func eachHooked(t *testing.T, test func(t *testing.T, h hooked, clock *clockwork.FakeClock)) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		h := hooked{Org: acme, t: t, ann: acme.User("ann").ID}
		var err error
		if h.hook, err = acme.CreateWebhook(t.Context(), h.ann, "https://acme.example/hooks", tenants.WebhookEvents(), false); err != nil {
			t.Fatal(err)
		}
		test(t, h, clock)
	})
}

// due takes what is due and gives the messages.
func (h hooked) due() (out []tenants.Attempt) {
	h.t.Helper()
	jobs, err := h.Store.DueDeliveries(h.t.Context(), 100, 30*time.Second)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, job := range jobs {
		what, err := h.Store.Org(job.Org).Attempt(h.t.Context(), job.Ref)
		if err != nil {
			h.t.Fatal(err)
		}
		out = append(out, what)
	}
	return out
}

func (h hooked) settle(delivery, fault string) *tenants.Webhook {
	h.t.Helper()
	off, err := h.Settle(h.t.Context(), delivery, tenants.AttemptResult{Status: 500, Fault: fault, Took: time.Millisecond})
	if err != nil {
		h.t.Fatal(err)
	}
	return off
}

func TestWebhooksTellWhatHappensInTheSameTransaction(t *testing.T) {
	eachHooked(t, func(t *testing.T, h hooked, clock *clockwork.FakeClock) {
		room := h.Room("ann", "Standup")
		meeting := h.Guest(room, "guest").Meeting
		h.Member("bob")
		if err := h.RemoveMember(t.Context(), h.User("ann").ID, h.User("bob").ID); err != nil {
			t.Fatal(err)
		}
		if err := h.Left(t.Context(), tenants.NodeEvent{ID: "1", Media: room.MediaName, Identity: "guest", At: clock.Now()}); err != nil {
			t.Fatal(err)
		}
		if err := h.EndMeeting(t.Context(), meeting.ID, tenants.EndHost); err != nil {
			t.Fatal(err)
		}
		if err := h.EndMeeting(t.Context(), meeting.ID, tenants.EndHost); err != nil { // nothing new
			t.Fatal(err)
		}
		var told []string
		for _, m := range h.due() {
			var event struct {
				Type string
				Data map[string]any
			}
			if err := json.Unmarshal(m.Payload, &event); err != nil || m.URL != h.hook.URL || len(m.Secrets) != 1 || len(m.Secrets[0]) != 24 {
				t.Fatalf("%s, %v", m.Payload, err)
			}
			told = append(told, event.Type)
			if strings.HasPrefix(event.Type, "meeting.") && event.Data["meeting_id"] != string(meeting.ID) {
				t.Errorf("%s tells %v", event.Type, event.Data)
			}
		}
		slices.Sort(told)
		if want := []string{"meeting.ended", "meeting.started", "member.added", "member.removed", "participant.joined", "participant.left"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
		// What was refused happened not: nothing is told of it.
		if _, err := h.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: "late", Limits: tenantstest.Free()}); err == nil {
			t.Fatal("a guest starts the next meeting at once")
		}
		if again := h.due(); len(again) != 0 {
			t.Errorf("a lease is given twice, or more is told: %v", again)
		}
	})
}

func TestAFailedDeliveryComesAgainLaterEachTime(t *testing.T) {
	eachHooked(t, func(t *testing.T, h hooked, clock *clockwork.FakeClock) {
		h.Member("bob")
		waits := []time.Duration{5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		var first tenants.Attempt
		for i, wait := range waits {
			now := h.due()
			if len(now) != 1 || i > 0 && now[0].EventID != first.EventID {
				t.Fatalf("attempt %d: %+v", i+1, now)
			}
			first = now[0]
			h.settle(first.Delivery, "answered 500")
			clock.Advance(wait - time.Second)
			if early := h.due(); len(early) != 0 {
				t.Fatalf("attempt %d comes too early", i+2)
			}
			clock.Advance(time.Second)
		}
		h.settle(h.due()[0].Delivery, "answered 500")
		clock.Advance(1000 * time.Hour)
		if more := h.due(); len(more) != 0 {
			t.Errorf("given up, and comes again: %v", more)
		}
		hook, sent, err := h.Deliveries(t.Context(), h.ann, h.hook.ID)
		if err != nil || sent[0].State != tenants.DeliveryFailed || sent[0].Attempts != 11 || sent[0].Status != 500 || hook.FailingSince == nil {
			t.Fatalf("%+v, %+v, %v", hook, sent, err)
		}
		if err := h.Redeliver(t.Context(), h.ann, sent[0].ID); err != nil {
			t.Fatal(err)
		}
		again := h.due()
		if len(again) != 1 || again[0].EventID != first.EventID {
			t.Fatalf("sent again: %+v", again)
		}
		h.settle(again[0].Delivery, "")
		if hook, sent, err = h.Deliveries(t.Context(), h.ann, h.hook.ID); err != nil || hook.FailingSince != nil || sent[0].State != tenants.DeliveryDelivered || len(sent) != 2 {
			t.Errorf("%+v, %+v, %v", hook, sent, err)
		}
	})
}

func TestAnEndpointThatFailsForDaysIsSwitchedOff(t *testing.T) {
	eachHooked(t, func(t *testing.T, h hooked, clock *clockwork.FakeClock) {
		h.Member("bob")
		h.settle(h.due()[0].Delivery, "no answer in time")
		clock.Advance(5*24*time.Hour - time.Second)
		if off := h.settle(h.due()[0].Delivery, "no answer in time"); off != nil {
			t.Fatal("it was switched off too early")
		}
		clock.Advance(2 * time.Minute)
		off := h.settle(h.due()[0].Delivery, "no answer in time")
		if off == nil || off.DisabledAt == nil {
			t.Fatalf("%+v", off)
		}
		h.Member("cas")
		clock.Advance(time.Hour)
		jobs, err := h.Store.DueDeliveries(t.Context(), 10, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if _, err := h.Attempt(t.Context(), job.Ref); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("it is still called: %v", err)
			}
			if err := h.Store.DropJob(t.Context(), job); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.EnableWebhook(t.Context(), h.ann, h.hook.ID); err != nil {
			t.Fatal(err)
		}
		h.Member("dee")
		if told := h.due(); len(told) != 1 {
			t.Errorf("after it was switched on, %d messages", len(told))
		}
		page, err := h.Audit(t.Context(), h.ann, tenants.AuditFilter{Family: "webhook", Limit: 10})
		if err != nil || len(page.Entries) != 3 || page.Entries[1].Action != "webhook.disable" || page.Entries[1].Via != tenants.ViaService {
			t.Errorf("noted: %+v, %v", page.Entries, err)
		}
	})
}

func TestWebhookRules(t *testing.T) {
	eachHooked(t, func(t *testing.T, h hooked, _ *clockwork.FakeClock) {
		for _, bad := range []string{"", "http://acme.example", "ftp://acme.example", "https://", "https://ann:pw@acme.example", "/hooks", "javascript:alert(1)", "https://acme.example/#x", "https://" + strings.Repeat("a", 500) + ".example", "https://acme.example/\x00"} {
			if _, err := h.CreateWebhook(t.Context(), h.ann, bad, tenants.WebhookEvents(), false); tenants.Fields(err)["url"] == "" {
				t.Errorf("%q passes: %v", bad, err)
			}
		}
		if _, err := h.CreateWebhook(t.Context(), h.ann, "https://acme.example", []string{"everything"}, false); tenants.Fields(err)["events"] == "" {
			t.Errorf("an unknown event: %v", err)
		}
		h.Member("bob")
		if _, err := h.CreateWebhook(t.Context(), h.User("bob").ID, "https://acme.example", tenants.WebhookEvents(), false); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member makes one: %v", err)
		}
		if err := h.DeleteWebhook(t.Context(), h.ann, h.hook.ID); err != nil {
			t.Fatal(err)
		}
		if left, err := h.Webhooks(t.Context(), h.ann); err != nil || len(left) != 0 {
			t.Errorf("%v, %v", left, err)
		}
	})
}

// TestAnotherSecretIsTakenUpWithoutAGap rotates twice within the overlap, and lets
// it run out.
func TestAnotherSecretIsTakenUpWithoutAGap(t *testing.T) {
	eachHooked(t, func(t *testing.T, h hooked, clock *clockwork.FakeClock) {
		shown := []string{h.hook.Secret}
		signedBy := func(member string, want ...string) {
			t.Helper()
			h.Member(member)
			told := h.due()
			if len(told) != 1 {
				t.Fatalf("%d messages", len(told))
			}
			var got []string
			for _, secret := range told[0].Secrets {
				got = append(got, "whsec_"+base64.StdEncoding.EncodeToString(secret))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: signed by %v, want %v", member, got, want)
			}
			h.settle(told[0].Delivery, "")
		}
		rotate := func() {
			t.Helper()
			hook, err := h.RotateWebhook(t.Context(), h.ann, h.hook.ID)
			if err != nil || hook.OldUntil == nil || !hook.OldUntil.Equal(clock.Now().Add(tenants.WebhookOverlap)) || slices.Contains(shown, hook.Secret) {
				t.Fatalf("%+v, %v", hook, err)
			}
			shown = append(shown, hook.Secret)
		}
		signedBy("bob", shown[0])
		rotate()
		signedBy("cas", shown[1], shown[0])
		rotate()
		signedBy("dee", shown[2], shown[1])
		clock.Advance(tenants.WebhookOverlap)
		signedBy("eva", shown[2])
		hook, _, err := h.Deliveries(t.Context(), h.ann, h.hook.ID)
		if err != nil || hook.OldUntil != nil || hook.Secret != "" {
			t.Errorf("%+v, %v", hook, err)
		}
		if _, err := h.RotateWebhook(t.Context(), h.User("bob").ID, h.hook.ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member rotates: %v", err)
		}
		page, err := h.Audit(t.Context(), h.ann, tenants.AuditFilter{Family: "webhook", Limit: 10})
		if err != nil || len(page.Entries) != 3 || page.Entries[0].Action != "webhook.rotate" || page.Entries[0].Detail != h.hook.URL {
			t.Errorf("noted: %+v, %v", page.Entries, err)
		}
	})
}

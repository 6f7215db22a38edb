package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestQuotasAreSetByWhoManages(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Admin("amy").Member("bob")
		length, people := 20*time.Minute, 12
		if err := acme.SetQuota(t.Context(), acme.User("bob").ID, tenants.Quota{Participants: &people}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member sets a quota: %v", err)
		}
		if err := acme.SetQuota(t.Context(), acme.User("amy").ID, tenants.Quota{MeetingLength: &length, Participants: &people}); err != nil {
			t.Fatal(err)
		}
		q, err := acme.Quota(t.Context())
		if err != nil || q.MeetingLength == nil || *q.MeetingLength != length || q.Participants == nil || *q.Participants != people || q.ConcurrentMeetings != nil {
			t.Errorf("quota %v, %v", q, err)
		}
		if got := tenantstest.Free().Clamp(q); got.MeetingLength != length || got.Participants != people {
			t.Errorf("clamped to %+v", got)
		}
		if err := acme.SetQuota(t.Context(), acme.User("amy").ID, tenants.Quota{}); err != nil {
			t.Fatal(err)
		}
		if q, err := acme.Quota(t.Context()); err != nil || q != (tenants.Quota{}) {
			t.Errorf("quota taken back: %v, %v", q, err)
		}
		zero, none := 0, time.Duration(0)
		err = acme.SetQuota(t.Context(), acme.User("amy").ID, tenants.Quota{MeetingLength: &none, Participants: &zero, ConcurrentMeetings: &zero})
		if f := tenants.Fields(err); len(f) != 3 || f["participants"] != tenants.KeyQuotaInvalid {
			t.Errorf("fields at fault: %v", f)
		}
		trail := tenants.AuditActions(t, db, acme.ID)
		if len(trail) != 4 || trail[2] != "quota.set" || trail[3] != "quota.set" {
			t.Errorf("audit: %v", trail)
		}
	})
}

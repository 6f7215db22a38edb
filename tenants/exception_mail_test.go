package tenants_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// The owners, and nobody else, are told when an exception is made, changed, ended and about to end; each once.
func TestOwnersAreToldOfExceptions(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("ada").Member("bob")
		w.Org("other").Owner("eve")
		op, err := w.Store.CreateOperator(t.Context(), opsAddress, "Olga", tenantstest.Password)
		ok(t, err)
		ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Via: tenants.ViaOperator, Operator: op.ID})
		set := func(days int) tenants.LimitException {
			t.Helper()
			x := tenants.Exception{Participants: ptr(200), Reason: "A fair", Until: clock.Now().Add(time.Duration(days) * 24 * time.Hour)}
			got, err := acme.SetException(ctx, tenants.SetExceptionInput{Exception: x, Operator: op})
			ok(t, err)
			return got
		}
		told := func(after string, want ...string) {
			t.Helper()
			mails, err := w.Store.DueMails(t.Context(), 20)
			ok(t, err)
			var got []string
			for _, m := range mails {
				if m.To != acme.User("ann").Email || m.Params["Reason"] != "A fair" || m.Params["Day"] == "" || m.Params["Path"] != "/o/"+acme.Slug+"/quotas" {
					t.Errorf("%s: %+v", after, m)
				}
				got = append(got, m.Kind)
				ok(t, w.Store.MailSent(t.Context(), m.ID))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: told %v, want %v", after, got, want)
			}
		}
		soon := func() (out []tenants.Job) {
			t.Helper()
			due, err := w.Store.DueErrands(t.Context(), 10, time.Millisecond)
			ok(t, err)
			return slices.DeleteFunc(due, func(j tenants.Job) bool { return j.Kind != tenants.ErrandExceptionSoon })
		}

		set(30)
		told("the first", "exception_set")
		second := set(10)
		told("another in its place", "exception_changed")
		clock.Advance(7*24*time.Hour + time.Minute)
		if due := soon(); len(due) != 1 || due[0].Ref != second.ID {
			t.Fatalf("due three days before: %+v", due)
		}
		ok(t, acme.TellExceptionEnds(t.Context(), second.ID))
		clock.Advance(time.Minute)
		if due := soon(); len(due) != 0 {
			t.Errorf("due again: %+v", due)
		}
		told("three days before", "exception_soon")
		ok(t, acme.EndException(ctx, second.ID))
		told("ended", "exception_ended")
		ok(t, acme.TellExceptionEnds(t.Context(), second.ID))
		told("about to end, when it has ended")

		set(2) // its first letter says the day
		told("a short one", "exception_set")
		clock.Advance(time.Hour)
		if due := soon(); len(due) != 0 {
			t.Errorf("a short one is due: %+v", due)
		}
		clock.Advance(48 * time.Hour)
		set(4)
		told("one after another's day", "exception_set")
	})
}

// What operators have set for an organization is among what it takes away.
func TestAnExportHasExceptions(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme").Owner("ann"), w.Org("other").Owner("eve")
		op, err := w.Store.CreateOperator(t.Context(), opsAddress, "Olga", tenantstest.Password)
		ok(t, err)
		ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Via: tenants.ViaOperator, Operator: op.ID})
		x := tenants.Exception{Participants: ptr(200), AuditLog: ptr(true), Reason: "A fair", Until: clock.Now().Add(time.Hour)}
		made, err := acme.SetException(ctx, tenants.SetExceptionInput{Exception: x, Operator: op})
		ok(t, err)
		lists := tenants.ExportLists()
		at := slices.IndexFunc(lists, func(l tenants.ExportList) bool { return l.Name == "exceptions" })
		if at < 0 {
			t.Fatal("it is not in the export")
		}
		rows, _, err := acme.ExportPage(t.Context(), lists[at], nil)
		ok(t, err)
		if len(rows) != 1 || len(rows[0]) != len(lists[at].Columns) {
			t.Fatalf("%+v", rows)
		}
		for name, want := range map[string]any{"id": made.ID, "people_a_meeting": 200, "audit_log": true, "sso": nil, "reason": "A fair", "operator": "Olga", "ended_at": nil} {
			if got := rows[0][slices.Index(lists[at].Columns, name)]; got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		if rows, _, err := other.ExportPage(t.Context(), lists[at], nil); err != nil || len(rows) > 0 {
			t.Errorf("another's: %+v, %v", rows, err)
		}
		if strings.Contains(strings.Join(lists[at].Columns, " "), "operator_id") {
			t.Error("it names an operator's account")
		}
	})
}

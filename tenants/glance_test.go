package tenants_test

import (
	"context"
	"testing"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAGlanceSeesWhatIsWrittenWithIt(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		globex := w.Org("globex").Owner("bob")
		ctx, done := w.Store.Glance(t.Context())
		named := func(org *tenantstest.Org, want string) {
			t.Helper()
			got, err := w.Store.OrgByID(ctx, org.ID)
			if err != nil || got.Name != want {
				t.Errorf("the organization is called %q, want %q (%v)", got.Name, want, err)
			}
		}
		people := func(org *tenantstest.Org, want string) {
			t.Helper()
			got, _, err := org.Members(ctx, tenants.MemberQuery{})
			if err != nil || len(got) != 1 || got[0].Name != want {
				t.Errorf("members %+v, want %s (%v)", got, want, err)
			}
		}
		brief, cancel := context.WithCancel(ctx)
		if _, err := w.Store.OrgByID(brief, acme.ID); err != nil {
			t.Error(err)
		}
		cancel() // a door's own end is not the page's
		named(acme, "acme")
		people(acme, "Ann")
		people(globex, "Bob")
		if _, err := acme.Role(ctx, globex.User("bob").ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a stranger's role: %v", err)
		}
		people(acme, "Ann") // after a fault
		if err := acme.RenameOrg(ctx, acme.User("ann").ID, "Acme and daughters"); err != nil {
			t.Fatal(err)
		}
		named(acme, "Acme and daughters")
		people(globex, "Bob")
		named(acme, "Acme and daughters")
		done()
		people(acme, "Ann")
		done()
	})
}

// A door inside another, or beside it, must not wait for it: neither would end.
func TestADoorInsideAGlancesDoorOpens(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, _ *clockwork.FakeClock) {
		ctx, done := db.Glance(t.Context())
		defer done()
		inner := 0
		err := db.ReadGlobal(ctx, func(*gorm.DB) error {
			beside := make(chan error)
			go func() { beside <- db.ReadGlobal(ctx, func(*gorm.DB) error { inner++; return nil }) }()
			if err := <-beside; err != nil {
				return err
			}
			return db.Global(context.WithoutCancel(ctx), func(*gorm.DB) error { inner++; return nil })
		})
		if err != nil || inner != 2 {
			t.Errorf("%d doors opened, %v", inner, err)
		}
	})
}

// That something is not there, or not for the asker, is an answer: whoever makes the page
// stands in line once.
func TestAnAnswerKeepsAGlancesSeat(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		globex := w.Org("globex").Owner("bob")
		ctx, done := w.Store.Glance(t.Context())
		defer done()
		if _, err := w.Store.OrgByID(ctx, acme.ID); err != nil {
			t.Error(err)
		}
		if _, err := acme.Role(ctx, globex.User("bob").ID); tenants.CodeOf(err) != tenants.CodeForbidden || tenants.SeatsFree(db) {
			t.Errorf("the seat was left after %v", err)
		}
		if _, err := w.Store.User(ctx, tenants.UserID(acme.ID)); tenants.CodeOf(err) != tenants.CodeNotFound || tenants.SeatsFree(db) {
			t.Errorf("the seat was left after %v", err)
		}
	})
}

// Glances that begin and end, also with faults, keep no seat; and while others keep
// theirs, a page is made all the same.
func TestGlancesLeaveTheirSeats(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		look := func(ctx context.Context) {
			t.Helper()
			if _, err := w.Store.OrgByID(ctx, acme.ID); err != nil {
				t.Error(err)
			}
		}
		for range tenants.Seats() + 1 {
			ctx, done := w.Store.Glance(t.Context())
			look(ctx)
			_ = db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Exec("SELECT nothing").Error })
			look(ctx)
			done()
			gone, cancel := context.WithCancel(t.Context())
			ctx, done = w.Store.Glance(gone)
			cancel()
			if _, err := w.Store.OrgByID(ctx, acme.ID); err == nil {
				t.Error("a page that nobody waits for is made")
			}
			done()
		}
		if !tenants.SeatsFree(db) {
			t.Error("seats are kept by pages that are done")
		}
		for range tenants.Seats() + 1 {
			ctx, done := w.Store.Glance(t.Context())
			defer done()
			look(ctx)
		}
	})
}

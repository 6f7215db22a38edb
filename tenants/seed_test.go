package tenants_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestSeedFillsAnEmptyDatabaseOnly(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		made := 0
		o := tenants.SeedOptions{Organizations: 3, People: 30, Meetings: 200, Password: tenantstest.Password, Progress: func(n int) { made = n }}
		owner, err := s.Seed(t.Context(), o)
		if err != nil || made != 3 {
			t.Fatalf("%d organizations, %v", made, err)
		}
		user, err := s.Authenticate(t.Context(), owner, tenantstest.Password, tenants.Try{})
		if err != nil || !strings.HasSuffix(owner, ".example") {
			t.Fatalf("the owner %s cannot sign in: %v", owner, err)
		}
		orgs, err := s.OrgsOf(t.Context(), user.ID)
		if err != nil || len(orgs) != 1 || orgs[0].Role != tenants.RoleOwner {
			t.Fatalf("%s owns %+v, %v", owner, orgs, err)
		}
		org := s.Org(orgs[0].Org.ID)
		found, err := org.Rooms(t.Context(), tenants.RoomList{})
		if err != nil || len(found.Rooms) < 3 {
			t.Fatalf("%d rooms, %v", len(found.Rooms), err)
		}
		last, err := org.LastMeeting(t.Context(), found.Rooms[0].ID)
		if err != nil || last.Running() || last.EndedAt.After(clock.Now()) {
			t.Errorf("the last meeting: %+v, %v", last, err)
		}
		if check, err := org.VerifyAudit(t.Context()); err != nil || check.Broken != nil {
			t.Errorf("the audit log's chain: %+v, %v", check, err)
		}
		if _, err := s.Seed(t.Context(), o); !errors.Is(err, tenants.ErrNotEmpty) {
			t.Errorf("a database that is used was filled: %v", err)
		}
		o.Force = true
		if _, err := s.Seed(t.Context(), o); err != nil {
			t.Errorf("by force: %v", err)
		}
	})
}

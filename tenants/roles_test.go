package tenants_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestWhoMayChangeWhose(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		roles := []tenants.Role{tenants.RoleOwner, tenants.RoleAdmin, tenants.RoleBilling, tenants.RoleMember}
		for _, by := range roles {
			for _, who := range roles {
				for _, to := range roles {
					org := w.Org(fmt.Sprintf("%s %s %s", by, who, to)).Owner("zed").Person("by", by).Person("who", who)
					err := org.ChangeRole(t.Context(), org.User("by").ID, org.User("who").ID, to)
					want := tenants.Code("")
					if !by.CanManage() || by == tenants.RoleAdmin && (who == tenants.RoleOwner || to == tenants.RoleOwner && who != to) {
						want = tenants.CodeForbidden
					}
					if tenants.CodeOf(err) != want {
						t.Errorf("%s makes a %s a %s: %v, want %q", by, who, to, err, want)
					}
					is, err := org.Role(t.Context(), org.User("who").ID)
					if err != nil || want == "" && is != to || want != "" && is != who {
						t.Errorf("%s made a %s a %s: now %s, %v", by, who, to, is, err)
					}
				}
				org := w.Org(fmt.Sprintf("%s out %s", by, who)).Owner("zed").Person("by", by).Person("who", who)
				err := org.RemoveMember(t.Context(), org.User("by").ID, org.User("who").ID)
				if may := by == tenants.RoleOwner || by == tenants.RoleAdmin && who != tenants.RoleOwner; (err == nil) != may {
					t.Errorf("%s removes a %s: %v", by, who, err)
				}
			}
		}
	})
}

func TestTheLastOwnerStays(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Admin("ada").Member("bob")
		ctx, ann, bob := t.Context(), acme.User("ann").ID, acme.User("bob").ID
		for what, err := range map[string]error{
			"leave": acme.Leave(ctx, ann), "demote": acme.ChangeRole(ctx, ann, ann, tenants.RoleAdmin), "remove": acme.RemoveMember(ctx, ann, ann),
		} {
			if tenants.KeyOf(err) != tenants.KeyOwnerNeeded {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := acme.HandOver(ctx, acme.User("ada").ID, bob); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("an admin hands over: %v", err)
		}
		if err := acme.HandOver(ctx, ann, bob); err != nil {
			t.Fatal(err)
		}
		if role, _ := acme.Role(ctx, bob); role != tenants.RoleOwner {
			t.Errorf("bob is %s", role)
		}
		if err := acme.Leave(ctx, ann); err != nil {
			t.Fatal(err)
		}
		if _, err := acme.Role(ctx, ann); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("ann is still there: %v", err)
		}
		got := tenants.AuditActions(t, db, acme.ID)
		if want := []string{"member.handover", "member.leave"}; !slices.Equal(got[len(got)-2:], want) {
			t.Errorf("noted: %v", got)
		}
	})
}

// TestAllOwnersWantOutAtOnce: they leave, demote each other and hand over at the same moment; one owner is left.
func TestAllOwnersWantOutAtOnce(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		for round := range 5 {
			org := w.Org(fmt.Sprintf("round %d", round))
			names := []string{"a", "b", "c", "d", "e", "f"}
			for _, name := range names {
				org.Owner(name)
			}
			var wg sync.WaitGroup
			for i, name := range names {
				me, next := org.User(name).ID, org.User(names[(i+1)%len(names)]).ID
				wg.Go(func() { _ = org.Leave(t.Context(), me) })
				wg.Go(func() { _ = org.ChangeRole(t.Context(), me, next, tenants.RoleMember) })
				wg.Go(func() { _ = org.ChangeRole(t.Context(), me, me, tenants.RoleAdmin) })
			}
			wg.Wait()
			_, owners, err := org.Members(t.Context(), tenants.MemberQuery{Role: tenants.RoleOwner})
			if err != nil || owners != 1 {
				t.Fatalf("%d owners are left, %v", owners, err)
			}
		}
	})
}

func TestListOfMembers(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("zoe").Admin("ada")
		w.Org("other").Owner("adam")
		for i := range 60 {
			acme.Member(fmt.Sprintf("m%02d", i))
		}
		list := func(q tenants.MemberQuery) ([]string, int) {
			found, total, err := acme.Members(t.Context(), q)
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			names := make([]string, len(found))
			for i, m := range found {
				names[i] = m.Name
			}
			return names, total
		}
		if names, total := list(tenants.MemberQuery{}); total != 62 || len(names) != tenants.PageSize || names[0] != "Ada" {
			t.Errorf("%d: %v", total, names)
		}
		if names, _ := list(tenants.MemberQuery{Page: 2}); len(names) != 12 || names[11] != "Zoe" {
			t.Errorf("page 2: %v", names)
		}
		if names, total := list(tenants.MemberQuery{Search: "ADA"}); total != 1 || names[0] != "Ada" {
			t.Errorf("search: %v", names)
		}
		if names, total := list(tenants.MemberQuery{Search: "M5", Role: tenants.RoleMember}); total != 10 || names[0] != "M50" {
			t.Errorf("search in a role: %v", names)
		}
		for _, wild := range []string{"%", "_", `\`, "' OR 1=1 --"} {
			if names, total := list(tenants.MemberQuery{Search: wild}); total != 0 {
				t.Errorf("%q: %v", wild, names)
			}
		}
		if names, _ := list(tenants.MemberQuery{Sort: tenants.SortRole}); names[0] != "Zoe" || names[1] != "Ada" {
			t.Errorf("by role: %v", names[:2])
		}
	})
}

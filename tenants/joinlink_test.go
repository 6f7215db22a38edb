package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestALinkHasUsesAndAnEnd(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, crowd := w.Org("acme").Owner("ann"), w.Org("crowd").Member("a").Member("b").Member("c")
		ctx, ann := t.Context(), acme.User("ann").ID
		if _, err := acme.CreateInviteLink(ctx, ann, 0, 9999); len(tenants.Fields(err)) != 2 {
			t.Errorf("%v", err)
		}
		link, err := acme.CreateInviteLink(ctx, ann, 7, 2)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []tenants.Code{"", "", tenants.CodeNotFound} {
			_, err := w.Store.AcceptInvite(ctx, link.Token, crowd.User([]string{"a", "b", "c"}[i]).ID, noLimit)
			if tenants.CodeOf(err) != want {
				t.Errorf("use %d: %v", i+1, err)
			}
		}
		second, err := acme.CreateInviteLink(ctx, ann, 1, 5)
		if err != nil {
			t.Fatal(err)
		}
		all, err := acme.InviteLinks(ctx, ann)
		if err != nil || len(all) != 1 || all[0].Token != second.Token {
			t.Fatalf("%+v, %v", all, err)
		}
		if err := acme.RevokeInviteLink(ctx, ann, second.ID); err != nil {
			t.Fatal(err)
		}
		third, err := acme.CreateInviteLink(ctx, ann, 1, 5)
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(25 * time.Hour)
		for what, token := range map[string]string{"revoked": second.Token, "old": third.Token} {
			if _, err := w.Store.AcceptInvite(ctx, token, crowd.User("c").ID, noLimit); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestPeopleOfADomainMayJoin(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		ctx, ann := t.Context(), acme.User("ann").ID
		domain, err := acme.AllowDomain(ctx, ann)
		if err != nil || domain != "acme.example" {
			t.Fatal(domain, err)
		}
		fresh := func(email string) tenants.SignedUp {
			made, err := w.Store.SignUp(ctx, tenants.SignUpInput{Name: "Fay", Email: email, Password: tenantstest.Password, Organization: "Own"})
			if err != nil {
				t.Fatal(err)
			}
			return made
		}
		fay := fresh("fay@acme.example")
		if open, err := w.Store.OpenTo(ctx, fay.User.ID); err != nil || len(open) != 0 {
			t.Errorf("an address that is not confirmed opens %v, %v", open, err)
		}
		if err := acme.JoinByDomain(ctx, fay.User.ID, 0); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("and joins: %v", err)
		}
		if _, err := w.Store.ConfirmEmail(ctx, fay.ConfirmToken); err != nil {
			t.Fatal(err)
		}
		open, err := w.Store.OpenTo(ctx, fay.User.ID)
		if err != nil || len(open) != 1 || open[0].ID != acme.ID {
			t.Fatalf("%+v, %v", open, err)
		}
		if err := acme.JoinByDomain(ctx, fay.User.ID, 1); tenants.KeyOf(err) != tenants.KeySeatsUsed {
			t.Errorf("past the seats: %v", err)
		}
		if err := acme.JoinByDomain(ctx, fay.User.ID, 2); err != nil {
			t.Fatal(err)
		}
		if open, err := w.Store.OpenTo(ctx, fay.User.ID); err != nil || len(open) != 0 {
			t.Errorf("who belongs may join again: %v, %v", open, err)
		}
		if err := acme.ForbidDomain(ctx, ann, domain); err != nil {
			t.Fatal(err)
		}
		eve := w.Org("other").Owner("eve").User("eve")
		if err := acme.JoinByDomain(ctx, eve.ID, 0); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("somebody of elsewhere: %v", err)
		}
		public := fresh("boss@gmail.com")
		if _, err := w.Store.ConfirmEmail(ctx, public.ConfirmToken); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.Org(public.Org.ID).AllowDomain(ctx, public.User.ID); tenants.Fields(err)["domain"] != tenants.KeyDomainPublic {
			t.Errorf("everybody at gmail.com: %v", err)
		}
	})
}

func TestAnInvitationIsUsedUpHoweverItsPersonJoins(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, crowd := w.Org("acme").Owner("ann"), w.Org("crowd").Member("lea")
		ctx, ann, s := t.Context(), acme.User("ann").ID, w.Store
		_, err := acme.AllowDomain(ctx, ann)
		ok(t, err)
		link, err := acme.CreateInviteLink(ctx, ann, 7, 9)
		ok(t, err)
		sent, err := acme.Invite(ctx, ann, tenants.Inviting{Base: "https://parley.example", Lang: "en", People: []tenants.InviteInput{
			{Email: "dom@acme.example", Role: tenants.RoleAdmin}, {Email: "boss@acme.example", Role: tenants.RoleOwner}, {Email: "lea@crowd.example", Role: tenants.RoleBilling},
			{Email: "new@nowhere.example", Role: tenants.RoleAdmin}, {Email: "idp@acme.example"}, {Email: "made@acme.example", Role: tenants.RoleAdmin}, {Email: "other@acme.example"},
		}})
		if err != nil || len(sent) != 7 {
			t.Fatal(sent, err)
		}
		const all = 8 // every seat: the owner's, and one for each who is invited
		fresh := func(email string) tenants.UserID {
			made, err := s.SignUp(ctx, tenants.SignUpInput{Name: "Fay", Email: email, Password: tenantstest.Password, Organization: "Own"})
			ok(t, err)
			_, err = s.ConfirmEmail(ctx, made.ConfirmToken)
			ok(t, err)
			return made.User.ID
		}
		for _, way := range []struct {
			name string
			join func() (tenants.UserID, error)
			role tenants.Role
		}{
			{"by the domain", func() (tenants.UserID, error) {
				dom := fresh("dom@acme.example")
				return dom, acme.JoinByDomain(ctx, dom, all)
			}, tenants.RoleAdmin},
			{"by the domain, who was to own it", func() (tenants.UserID, error) {
				boss := fresh("boss@acme.example")
				return boss, acme.JoinByDomain(ctx, boss, all)
			}, tenants.RoleAdmin},
			{"by a link", func() (tenants.UserID, error) {
				_, err := s.AcceptInvite(ctx, link.Token, crowd.User("lea").ID, seats(all))
				return crowd.User("lea").ID, err
			}, tenants.RoleBilling},
			{"by a link, with an address that nobody has confirmed", func() (tenants.UserID, error) {
				made, err := s.SignUpInvited(ctx, link.Token, tenants.SignUpInput{Name: "New", Email: "new@nowhere.example", Password: tenantstest.Password}, seats(all))
				return made.User.ID, err
			}, tenants.RoleMember},
			{"by the organization's own sign-in", func() (tenants.UserID, error) {
				made, err := s.Newcomer(ctx, tenants.NewcomerInput{
					Identity: tenants.Identity{Issuer: "https://login.example", Subject: "9"}, Name: "Ida", Email: "idp@acme.example", Confirmed: true, Join: acme.ID, Seats: all,
				})
				return made.User.ID, err
			}, tenants.RoleMember},
			{"by the operator", func() (tenants.UserID, error) {
				made, err := s.CreateUser(ctx, tenants.CreateUserInput{Org: acme.ID, Email: "made@acme.example", Name: "Max", Password: tenantstest.Password, Role: tenants.RoleMember})
				return made.ID, err
			}, tenants.RoleMember},
		} {
			who, err := way.join()
			if err != nil {
				t.Fatalf("%s: %v", way.name, err)
			}
			if role, err := acme.Role(ctx, who); err != nil || role != way.role {
				t.Errorf("%s: %q, %v", way.name, role, err)
			}
			if used, err := acme.SeatsUsed(ctx); err != nil || used != all {
				t.Errorf("%s: %d seats are used, %v", way.name, used, err)
			}
		}
		open, n, err := acme.Invitations(ctx, tenants.InviteQuery{State: tenants.InviteOpen})
		if err != nil || n != 1 || open[0].Email != "other@acme.example" {
			t.Errorf("open: %+v, %v", open, err)
		}
		if _, n, err := acme.Invitations(ctx, tenants.InviteQuery{State: tenants.InviteAccepted}); err != nil || n != 6 {
			t.Errorf("%d accepted, %v", n, err)
		}
	})
}

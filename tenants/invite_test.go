package tenants_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func noLimit(context.Context, tenants.OrgID) (int, error) { return 0, nil }

func seats(n int) tenants.SeatsOf {
	return func(context.Context, tenants.OrgID) (int, error) { return n, nil }
}

// invited sends invitations and gives the tokens of their mails, by address.
func invited(t *testing.T, org *tenantstest.Org, by string, emails ...string) map[string]string {
	t.Helper()
	in := tenants.Inviting{Base: "https://parley.example", Lang: "en"}
	for _, email := range emails {
		in.People = append(in.People, tenants.InviteInput{Email: email})
	}
	out, err := org.Invite(t.Context(), org.User(by).ID, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range out {
		if p.Fault != "" {
			t.Fatalf("%+v", p)
		}
	}
	return tokens(t, org.Store)
}

func tokens(t *testing.T, store *tenants.Store) map[string]string {
	t.Helper()
	mails, err := store.DueMails(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range mails {
		_, out[m.To], _ = strings.Cut(m.Params["Link"], "/invite/")
		if err := store.MailSent(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestThreeHundredAreInvitedInOneGo(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Admin("ada").Member("bob")
		var csv strings.Builder
		csv.WriteString("name,email,role\n")
		for i := range 297 {
			fmt.Fprintf(&csv, "Person %d,p%d@acme.example,member\n", i, i)
		}
		csv.WriteString("Bob again,BOB@acme.example,member\nTwice,p7@acme.example,member\nBoss,boss@acme.example,chief\nOwn,own@acme.example,owner\nNo,no at acme,member\n")
		people, err := tenants.ReadPeopleCSV([]byte(csv.String()))
		if err != nil {
			t.Fatal(err)
		}
		in := tenants.Inviting{People: people, Base: "https://parley.example", Lang: "en"}
		ada := acme.User("ada").ID
		checked, err := acme.CheckInvites(t.Context(), ada, in)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{tenants.KeyInviteMember, tenants.KeyInviteTwice, tenants.KeyRoleInvalid, tenants.KeyRoleOwner, tenants.KeyEmailInvalid}
		var faults []string
		for _, p := range checked[297:] {
			faults = append(faults, p.Fault)
		}
		if !reflect.DeepEqual(faults, want) {
			t.Errorf("faults %v, want %v", faults, want)
		}
		if _, n, _ := acme.Invitations(t.Context(), tenants.InviteQuery{}); n != 0 {
			t.Fatalf("checking sent %d", n)
		}
		sent, err := acme.Invite(t.Context(), ada, in)
		if err != nil || !reflect.DeepEqual(sent, checked) {
			t.Fatalf("sending judged otherwise than checking: %v", err)
		}
		open, n, err := acme.Invitations(t.Context(), tenants.InviteQuery{State: tenants.InviteOpen})
		if err != nil || n != 297 || len(open) != tenants.PageSize {
			t.Fatalf("%d invitations, %v", n, err)
		}
		if mails := tokens(t, acme.Store); len(mails) != 297 || mails["p0@acme.example"] == "" {
			t.Errorf("%d mails", len(mails))
		}
		again, err := acme.CheckInvites(t.Context(), ada, tenants.Inviting{People: people[:1]})
		if err != nil || again[0].Fault != tenants.KeyInviteOpen {
			t.Errorf("a second time: %+v, %v", again, err)
		}
		for _, by := range []string{"bob"} {
			if _, err := acme.Invite(t.Context(), acme.User(by).ID, in); tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("%s invites: %v", by, err)
			}
		}
	})
}

func TestAnInvitationIsAcceptedOnceByWhomItIsFor(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		other := w.Org("other").Owner("eve").Owner("guy")
		ctx := t.Context()
		token := invited(t, acme, "ann", "eve@other.example")["eve@other.example"]
		offer, err := w.Store.Invite(ctx, token)
		if err != nil || offer.Org.ID != acme.ID || offer.Email != "eve@other.example" || offer.Role != tenants.RoleMember {
			t.Fatalf("%+v, %v", offer, err)
		}
		if _, err := w.Store.AcceptInvite(ctx, token, other.User("guy").ID, noLimit); tenants.KeyOf(err) != tenants.KeyInviteOther {
			t.Errorf("somebody else accepts: %v", err)
		}
		if _, err := w.Store.AcceptInvite(ctx, token, other.User("eve").ID, seats(2)); tenants.KeyOf(err) != "" && err != nil {
			t.Fatalf("eve accepts: %v", err)
		}
		if role, err := acme.Role(ctx, other.User("eve").ID); err != nil || role != tenants.RoleMember {
			t.Errorf("eve is %q, %v", role, err)
		}
		for what, err := range map[string]error{
			"used":    func() error { _, err := w.Store.Invite(ctx, token); return err }(),
			"made up": func() error { _, err := w.Store.Invite(ctx, "nothing"); return err }(),
			"empty":   func() error { _, err := w.Store.Invite(ctx, ""); return err }(),
		} {
			if tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}

		// Signing up with it confirms the address; resending voids the link before, withdrawing and time void it too.
		first := invited(t, acme, "ann", "new@acme.example")["new@acme.example"]
		open, _, err := acme.Invitations(ctx, tenants.InviteQuery{})
		if err != nil || len(open) != 1 {
			t.Fatalf("%+v, %v", open, err)
		}
		if err := acme.ResendInvite(ctx, acme.User("ann").ID, open[0].ID, tenants.Inviting{Base: "x"}); err != nil {
			t.Fatal(err)
		}
		second := tokens(t, w.Store)["new@acme.example"]
		if _, err := w.Store.Invite(ctx, first); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("the first link after a second one: %v", err)
		}
		if _, err := w.Store.SignUpInvited(ctx, second, tenants.SignUpInput{Name: "New", Password: "short"}, noLimit); tenants.Fields(err)["password"] == "" {
			t.Errorf("a short password: %v", err)
		}
		made, err := w.Store.SignUpInvited(ctx, second, tenants.SignUpInput{Name: "New", Password: tenantstest.Password, Email: "evil@other.example"}, noLimit)
		if err != nil || made.User.Email != "new@acme.example" || made.User.ConfirmedAt != nil && made.ConfirmToken != "" {
			t.Fatalf("%+v, %v", made, err)
		}
		if user, err := w.Store.User(ctx, made.User.ID); err != nil || user.ConfirmedAt == nil {
			t.Errorf("the address is not confirmed: %v", err)
		}

		gone := invited(t, acme, "ann", "gone@acme.example")["gone@acme.example"]
		open, _, _ = acme.Invitations(ctx, tenants.InviteQuery{Search: "gone"})
		if err := acme.WithdrawInvite(ctx, acme.User("ann").ID, open[0].ID); err != nil {
			t.Fatal(err)
		}
		late := invited(t, acme, "ann", "late@acme.example")["late@acme.example"]
		clock.Advance(15 * 24 * time.Hour)
		for what, token := range map[string]string{"withdrawn": gone, "expired": late} {
			if _, err := w.Store.AcceptInvite(ctx, token, made.User.ID, noLimit); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		invited(t, acme, "ann", "late@acme.example") // an expired one makes room
	})
}

func TestSeatsRunOut(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		in := tenants.Inviting{Seats: 3, People: []tenants.InviteInput{{Email: "a@x.example"}, {Email: "b@x.example"}, {Email: "c@x.example"}}}
		out, err := acme.Invite(t.Context(), acme.User("ann").ID, in)
		if err != nil || out[0].Fault != "" || out[1].Fault != "" || out[2].Fault != tenants.KeySeatsUsed {
			t.Fatalf("%+v, %v", out, err)
		}
		if used, err := acme.SeatsUsed(t.Context()); err != nil || used != 3 {
			t.Errorf("%d seats used, %v", used, err)
		}
		// A link does not get past the limit, however many come at once.
		link, err := acme.CreateInviteLink(t.Context(), acme.User("ann").ID, 7, 100)
		if err != nil {
			t.Fatal(err)
		}
		people := w.Org("crowd")
		var wg sync.WaitGroup
		for i := range 8 {
			name := fmt.Sprintf("p%d", i)
			people.Member(name)
			who := people.User(name).ID
			wg.Go(func() { _, _ = w.Store.AcceptInvite(t.Context(), link.Token, who, seats(6)) })
		}
		wg.Wait()
		if n, err := acme.MemberCount(t.Context()); err != nil || n != 4 {
			t.Errorf("%d members, %v", n, err)
		}
	})
}

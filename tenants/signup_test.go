package tenants_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func ann() tenants.SignUpInput {
	return tenants.SignUpInput{Name: "Ann Otter", Email: "Ann@Harbour.example", Password: tenantstest.Password, Organization: "Harbour Crew"}
}

func TestSignUpMakesAnOwnerAndAnOrganization(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		got, err := s.SignUp(t.Context(), ann())
		if err != nil {
			t.Fatal(err)
		}
		if got.User.Email != "ann@harbour.example" || got.User.ConfirmedAt != nil || got.Org.Slug != "harbour-crew" || got.ConfirmToken == "" {
			t.Errorf("signed up as %+v", got)
		}
		if role, err := s.Org(got.Org.ID).Role(t.Context(), got.User.ID); err != nil || role != tenants.RoleOwner {
			t.Errorf("role is %q, %v", role, err)
		}
		if orgs, err := s.OrgsOf(t.Context(), got.User.ID); err != nil || len(orgs) != 1 || orgs[0].Org != got.Org {
			t.Errorf("belongs to %+v, %v", orgs, err)
		}
		if key, err := s.Org(got.Org.ID).InternalKey(t.Context()); err != nil || len(key.Secret) != 43 {
			t.Errorf("own media key: %+v, %v", key, err)
		}
		if found, err := s.OrgBySlug(t.Context(), "harbour-crew"); err != nil || found != got.Org {
			t.Errorf("found by slug: %+v, %v", found, err)
		}
		if found, err := s.UserByEmail(t.Context(), " ANN@harbour.example"); err != nil || found != got.User {
			t.Errorf("found by address: %+v, %v", found, err)
		}
	})
}

func TestSignUpNamesEveryFieldAtFault(t *testing.T) {
	s := tenantstest.New(t, tenantstest.Open(t, tenantstest.SQLitePath(t))).Store
	with := func(change func(*tenants.SignUpInput)) tenants.SignUpInput {
		in := ann()
		change(&in)
		return in
	}
	tests := map[string]struct {
		in   tenants.SignUpInput
		want map[string]string
	}{
		"nothing filled in": {tenants.SignUpInput{}, map[string]string{
			"name": tenants.KeyNameEmpty, "email": tenants.KeyEmailInvalid,
			"password": tenants.KeyPasswordShort, "organization": tenants.KeyOrganizationEmpty,
		}},
		"invisible name":      {with(func(in *tenants.SignUpInput) { in.Name = " \u200b\u202e\t" }), map[string]string{"name": tenants.KeyNameEmpty}},
		"long name":           {with(func(in *tenants.SignUpInput) { in.Name = strings.Repeat("ä", 81) }), map[string]string{"name": tenants.KeyNameLong}},
		"long organization":   {with(func(in *tenants.SignUpInput) { in.Organization = strings.Repeat("x", 81) }), map[string]string{"organization": tenants.KeyOrganizationLong}},
		"no address":          {with(func(in *tenants.SignUpInput) { in.Email = "ann" }), map[string]string{"email": tenants.KeyEmailInvalid}},
		"address with a name": {with(func(in *tenants.SignUpInput) { in.Email = "Ann <ann@harbour.example>" }), map[string]string{"email": tenants.KeyEmailInvalid}},
		"two addresses":       {with(func(in *tenants.SignUpInput) { in.Email = "ann@harbour.example,bob@harbour.example" }), map[string]string{"email": tenants.KeyEmailInvalid}},
		"line break":          {with(func(in *tenants.SignUpInput) { in.Email = "ann@harbour.example\r\nBcc: all@harbour.example" }), map[string]string{"email": tenants.KeyEmailInvalid}},
		"nine characters":     {with(func(in *tenants.SignUpInput) { in.Password = "äöüäöüäöü" }), map[string]string{"password": tenants.KeyPasswordShort}},
		"a book":              {with(func(in *tenants.SignUpInput) { in.Password = strings.Repeat("otters. ", 100) }), map[string]string{"password": tenants.KeyPasswordLong}},
		"a common password":   {with(func(in *tenants.SignUpInput) { in.Password = "Qwertyuiop" }), map[string]string{"password": tenants.KeyPasswordCommon}},
		"a word and a year":   {with(func(in *tenants.SignUpInput) { in.Password = "Dragon2026!" }), map[string]string{"password": tenants.KeyPasswordCommon}},
		"one key held down":   {with(func(in *tenants.SignUpInput) { in.Password = "zzzzzzzzzzzz" }), map[string]string{"password": tenants.KeyPasswordCommon}},
		"a piece repeated":    {with(func(in *tenants.SignUpInput) { in.Password = "foofoofoofo" }), map[string]string{"password": tenants.KeyPasswordCommon}},
		"the address":         {with(func(in *tenants.SignUpInput) { in.Password = "ann@HARBOUR.example" }), map[string]string{"password": tenants.KeyPasswordPersonal}},
		"the name and a year": {with(func(in *tenants.SignUpInput) { in.Name = "Annabelle Otter"; in.Password = "annabelleotter2026!" }), map[string]string{"password": tenants.KeyPasswordPersonal}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.SignUp(t.Context(), tt.in)
			if got := tenants.Fields(err); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("fields at fault: %v, want %v (%v)", got, tt.want, err)
			}
			if tenants.CodeOf(err) != tenants.CodeInvalid {
				t.Errorf("code %q, want invalid", tenants.CodeOf(err))
			}
		})
	}
}

func TestOfManyWhoSignUpWithOneAddressOneGetsIn(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		errs := together(12, func(i int) error {
			in := ann()
			in.Organization = fmt.Sprintf("Crew %d", i)
			_, err := s.SignUp(t.Context(), in)
			return err
		})
		in := 0
		for _, err := range errs {
			switch {
			case err == nil:
				in++
			case tenants.CodeOf(err) != tenants.CodeTaken || tenants.Fields(err)["email"] != tenants.KeyEmailTaken:
				t.Errorf("refused with %v, want that the address is taken", err)
			}
		}
		if in != 1 {
			t.Errorf("%d signed up with one address", in)
		}
		left := 0 // nothing is left of those who did not get in
		for i := range 12 {
			if _, err := s.OrgBySlug(t.Context(), fmt.Sprintf("crew-%d", i)); err == nil {
				left++
			}
		}
		if left != 1 {
			t.Errorf("%d organizations stand, want 1", left)
		}
	})
}

func TestOrganizationsOfOneNameGetSlugsOfTheirOwn(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		var mu sync.Mutex
		slugs := map[string]bool{}
		for i, err := range together(10, func(i int) error {
			in := ann()
			in.Email = fmt.Sprintf("ann%d@harbour.example", i)
			got, err := s.SignUp(t.Context(), in)
			mu.Lock()
			slugs[got.Org.Slug] = true
			mu.Unlock()
			return err
		}) {
			if err != nil {
				t.Errorf("sign up %d: %v", i, err)
			}
		}
		if len(slugs) != 10 || !slugs["harbour-crew"] || !slugs["harbour-crew-2"] {
			t.Errorf("slugs: %v", slugs)
		}
	})
}

func TestAuthenticateHasOneAnswerForBothFaults(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		up, err := s.SignUp(t.Context(), ann())
		if err != nil {
			t.Fatal(err)
		}
		if who, err := s.Authenticate(t.Context(), "ANN@harbour.example ", tenantstest.Password, tenants.Try{}); err != nil || who != up.User {
			t.Errorf("signed in as %+v, %v", who, err)
		}
		for _, try := range [][2]string{
			{"ann@harbour.example", tenantstest.Password + "!"}, {"ann@harbour.example", ""}, {"bob@harbour.example", tenantstest.Password},
			{"not an address", "x"}, {"ann@harbour.example", strings.Repeat("x", 10_000)},
		} {
			_, err := s.Authenticate(t.Context(), try[0], try[1], tenants.Try{})
			if tenants.CodeOf(err) != tenants.CodeUnauthorized || tenants.KeyOf(err) != tenants.KeySignIn {
				t.Errorf("%v: %v", try, err)
			}
		}
	})
}

func TestConfirmationIsGoodOnceAndForItsAddress(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		up, err := s.SignUp(t.Context(), ann())
		if err != nil {
			t.Fatal(err)
		}
		refused := func(when, token string) {
			t.Helper()
			if _, err := s.ConfirmEmail(t.Context(), token); tenants.KeyOf(err) != tenants.KeyConfirmToken {
				t.Errorf("%s: %v, want a refusal", when, err)
			}
		}
		refused("no token", "")
		refused("made up", "AAAA")
		second, err := s.ResendConfirmation(t.Context(), up.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		refused("replaced", up.ConfirmToken)

		ok := 0
		for _, err := range together(8, func(int) error { _, err := s.ConfirmEmail(t.Context(), second); return err }) {
			if err == nil {
				ok++
			}
		}
		if ok != 1 {
			t.Errorf("one token confirmed %d times", ok)
		}
		if who, _ := s.User(t.Context(), up.User.ID); who.ConfirmedAt == nil || !who.ConfirmedAt.Equal(tenantstest.Start) {
			t.Errorf("confirmed at %v", who.ConfirmedAt)
		}

		third, err := s.ResendConfirmation(t.Context(), up.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		tenants.ChangeEmail(t, db, up.User.ID, "other@harbour.example")
		refused("the address is another one now", third)

		fourth, err := s.ResendConfirmation(t.Context(), up.User.ID)
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(48 * time.Hour)
		refused("expired", fourth)
	})
}

func TestOperatorsAndMembersByHand(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("Acme & Söhne").Admin("ann")
		if acme.Slug != "acme-sohne" {
			t.Errorf("slug %q", acme.Slug)
		}
		_, err := w.Store.CreateUser(t.Context(), tenants.CreateUserInput{Org: acme.ID, Email: acme.User("ann").Email, Name: "Ann", Password: tenantstest.Password, Role: tenants.RoleMember})
		if tenants.CodeOf(err) != tenants.CodeTaken {
			t.Errorf("the same address again: %v", err)
		}
		_, err = w.Store.CreateUser(t.Context(), tenants.CreateUserInput{Org: "0190b7a4-0000-7000-8000-000000000000", Email: "x@acme.example", Name: "X", Password: tenantstest.Password, Role: tenants.RoleMember})
		if tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("no such organization: %v", err)
		}
		_, err = w.Store.CreateUser(t.Context(), tenants.CreateUserInput{Org: acme.ID, Email: "x", Name: "X", Password: tenantstest.Password, Role: "king"})
		if f := tenants.Fields(err); f["role"] != tenants.KeyRoleInvalid || f["email"] != tenants.KeyEmailInvalid {
			t.Errorf("fields at fault: %v", f)
		}
		if op, err := w.Store.CreateOperator(t.Context(), "op@parley.example", "Olga", tenantstest.Password); err != nil || op.Email != "op@parley.example" {
			t.Errorf("operator %+v, %v", op, err)
		}
		if _, err := w.Store.CreateOperator(t.Context(), "OP@parley.example", "Olga", tenantstest.Password); tenants.CodeOf(err) != tenants.CodeTaken {
			t.Errorf("the same operator again: %v", err)
		}
	})
}

// together runs fn n times at once.
func together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

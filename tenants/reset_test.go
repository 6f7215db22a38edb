package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

const fresh = "a heron on the jetty"

// newStore opens a store whose passwords cost little.
func newStore(db *tenants.DB, clock clockwork.Clock) *tenants.Store {
	return tenants.New(db, tenants.Options{Clock: clock, Secret: [32]byte{1}, PasswordCost: tenants.PasswordCost{MemoryKiB: 64, Passes: 1}})
}

// person signs somebody up.
func person(t *testing.T, s *tenants.Store, email string) tenants.User {
	t.Helper()
	up, err := s.SignUp(t.Context(), tenants.SignUpInput{Name: "Ann Okafor", Email: email, Password: tenantstest.Password, Organization: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	return up.User
}

func signIn(t *testing.T, s *tenants.Store, user tenants.UserID) tenants.SignInID {
	t.Helper()
	in, err := s.StartSignIn(t.Context(), tenants.StartSignInInput{User: user, Browser: "Firefox", Network: "203.0.113.0/24", Device: "laptop", Method: tenants.ByPassword})
	if err != nil {
		t.Fatal(err)
	}
	return in.ID
}

func alive(t *testing.T, s *tenants.Store, id tenants.SignInID) bool {
	t.Helper()
	_, _, _, err := s.SignedIn(t.Context(), id)
	if err != nil && tenants.CodeOf(err) != tenants.CodeNotFound {
		t.Fatal(err)
	}
	return err == nil
}

func fits(s *tenants.Store, t *testing.T, email, password string) bool {
	_, err := s.Authenticate(t.Context(), email, password, tenants.Try{})
	return err == nil
}

func TestANewPasswordByMail(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann := person(t, s, "ann@harbour.example")
		inside := signIn(t, s, ann.ID)
		forgot := func() string {
			t.Helper()
			mail, err := s.ForgotPassword(t.Context(), " Ann@harbour.example")
			if err != nil {
				t.Fatal(err)
			}
			return mail.Token
		}
		void := func(why, token string) {
			t.Helper()
			if _, err := s.ResetPassword(t.Context(), token, fresh); tenants.Fields(err)["token"] != tenants.KeyConfirmToken {
				t.Errorf("%s: %v", why, err)
			}
		}

		older, newer := forgot(), forgot()
		void("the older of two", older)
		if _, err := s.ResetPassword(t.Context(), newer, "short"); tenants.Fields(err)["password"] != tenants.KeyPasswordShort {
			t.Errorf("a short password: %v", err)
		}
		if _, err := s.ResetPassword(t.Context(), newer, fresh); err != nil {
			t.Fatalf("a good link after a bad password: %v", err)
		}
		void("a second time", newer)
		if !fits(s, t, "ann@harbour.example", fresh) || fits(s, t, "ann@harbour.example", tenantstest.Password) {
			t.Error("the new password does not fit, or the old one still does")
		}
		if alive(t, s, inside) {
			t.Error("who was signed in still is")
		}
		if who, err := s.User(t.Context(), ann.ID); err != nil || who.ConfirmedAt == nil {
			t.Errorf("the address is not confirmed: %v", err)
		}
		void("made up", "no such token")

		clock.Advance(2 * time.Hour)
		late := forgot()
		clock.Advance(30 * time.Minute)
		void("after half an hour", late)

		moved := forgot()
		tenants.ChangeEmail(t, db, ann.ID, "ann@elsewhere.example")
		void("after the address changed", moved)
	})
}

func TestMailsForANewPasswordAreFew(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		person(t, s, "ann@harbour.example")
		sent := 0
		for range 20 {
			if _, err := s.ForgotPassword(t.Context(), "ann@harbour.example"); err == nil {
				sent++
			}
		}
		if sent < 2 || sent > 4 {
			t.Errorf("%d mails in one go", sent)
		}
		clock.Advance(3 * time.Hour)
		if _, err := s.ForgotPassword(t.Context(), "ann@harbour.example"); err != nil {
			t.Errorf("hours later: %v", err)
		}
	})
}

func TestChangingThePassword(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann := person(t, s, "ann@harbour.example")
		here, there := signIn(t, s, ann.ID), signIn(t, s, ann.ID)
		change := func(present, next string) error {
			return s.SetPassword(t.Context(), tenants.SetPasswordInput{User: ann.ID, Present: present, New: next, Keep: here})
		}
		if err := change("not this one at all", fresh); tenants.Fields(err)["present"] != tenants.KeyPasswordWrong {
			t.Errorf("a wrong present password: %v", err)
		}
		if err := change(tenantstest.Password, "annokafor2026"); tenants.Fields(err)["password"] != tenants.KeyPasswordPersonal {
			t.Errorf("a name as a password: %v", err)
		}
		mail, err := s.ForgotPassword(t.Context(), "ann@harbour.example")
		if err != nil {
			t.Fatal(err)
		}
		if err := change(tenantstest.Password, fresh); err != nil {
			t.Fatal(err)
		}
		if !alive(t, s, here) || alive(t, s, there) {
			t.Error("this browser is signed out, or another still in")
		}
		if _, err := s.ResetPassword(t.Context(), mail.Token, "an otter on the jetty"); err == nil {
			t.Error("a mail from before still sets a password")
		}
		for range 8 {
			err = change("not this one at all", "an otter on the jetty")
		}
		if tenants.CodeOf(err) != tenants.CodeHeld {
			t.Errorf("guessing the present password: %v", err)
		}
	})
}

func TestChangingTheAddress(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann, ben := person(t, s, "ann@harbour.example"), person(t, s, "ben@harbour.example")
		begin := func(to string) tenants.AddressChange {
			t.Helper()
			clock.Advance(3 * time.Hour)
			c, err := s.ChangeAddress(t.Context(), tenants.ChangeAddressInput{User: ann.ID, New: to, Password: tenantstest.Password})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		address := func() string {
			t.Helper()
			who, err := s.User(t.Context(), ann.ID)
			if err != nil {
				t.Fatal(err)
			}
			return who.Email
		}
		if _, err := s.ChangeAddress(t.Context(), tenants.ChangeAddressInput{User: ann.ID, New: "ann@new.example", Password: "not hers at all"}); err == nil {
			t.Fatal("without the password")
		}
		if c := begin(ben.Email); c.MoveToken != "" || c.StayToken == "" {
			t.Error("another's address can be taken, or gives another answer")
		}

		stopped := begin("ann@new.example")
		if address() != "ann@harbour.example" {
			t.Error("it changed before the new address confirmed")
		}
		inside := signIn(t, s, ann.ID)
		if _, err := s.KeepAddress(t.Context(), stopped.StayToken); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ConfirmAddress(t.Context(), stopped.MoveToken); err == nil || address() != "ann@harbour.example" || alive(t, s, inside) {
			t.Errorf("the old address could not stop it: %v", err)
		}

		done := begin("ann@new.example")
		if waiting, err := s.WaitingAddress(t.Context(), ann.ID); err != nil || waiting != "ann@new.example" {
			t.Errorf("waiting: %q, %v", waiting, err)
		}
		if _, err := s.ConfirmAddress(t.Context(), done.StayToken); err == nil {
			t.Error("the old address's mail confirmed the new one")
		}
		if _, err := s.ConfirmAddress(t.Context(), done.MoveToken); err != nil || address() != "ann@new.example" {
			t.Fatalf("confirm: %v, now %s", err, address())
		}
		clock.Advance(6 * 24 * time.Hour)
		if _, err := s.KeepAddress(t.Context(), done.StayToken); err != nil || address() != "ann@harbour.example" {
			t.Errorf("undo within seven days: %v, now %s", err, address())
		}

		late := begin("ann@new.example")
		clock.Advance(24 * time.Hour)
		if _, err := s.ConfirmAddress(t.Context(), late.MoveToken); err == nil {
			t.Error("a day later it still works")
		}
		raced := begin("shared@new.example")
		person(t, s, "shared@new.example")
		if _, err := s.ConfirmAddress(t.Context(), raced.MoveToken); tenants.Fields(err)["email"] != tenants.KeyEmailTaken {
			t.Errorf("somebody else took it meanwhile: %v", err)
		}
	})
}

package tenants_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestAnUnknownAddressCausesTheSameWork compares what is done, not how long it
// takes: statement by statement, hash by hash.
func TestAnUnknownAddressCausesTheSameWork(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		person(t, s, "ann@harbour.example")
		work := tenants.Watch(t, db)
		work.Take(s)
		try := func(email, device string) ([]string, int64, error) {
			_, err := s.Authenticate(t.Context(), email, "not the password", tenants.Try{Network: "203.0.113.9", Device: device})
			statements, hashes := work.Take(s)
			return statements, hashes, err
		}
		for _, device := range []string{"", "laptop"} {
			for round := range 9 { // from the first failure into the hold
				known, knownHashes, knownErr := try("ann@harbour.example", device)
				unknown, unknownHashes, unknownErr := try("nobody@harbour.example", device)
				if !slices.Equal(known, unknown) || knownHashes != unknownHashes || tenants.CodeOf(knownErr) != tenants.CodeOf(unknownErr) {
					t.Errorf("round %d: known %v, %d hashes, %v; unknown %v, %d hashes, %v", round, known, knownHashes, knownErr, unknown, unknownHashes, unknownErr)
				}
				if round == 0 && device == "" && (knownHashes != 1 || len(known) < 4) {
					t.Errorf("a try caused %d hashes and %v", knownHashes, known)
				}
			}
			clock.Advance(24 * time.Hour)
		}
	})
}

func TestAnAccountIsHeldAfterFiveFailures(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann := person(t, s, "ann@harbour.example")
		try := func(password string, from tenants.Try) error {
			_, err := s.Authenticate(t.Context(), ann.Email, password, from)
			return err
		}
		stranger := tenants.Try{Network: "198.51.100.7"}
		for i := range 5 {
			if err := try("wrong", stranger); tenants.CodeOf(err) != tenants.CodeUnauthorized {
				t.Fatalf("failure %d: %v", i+1, err)
			}
		}
		err := try(tenantstest.Password, tenants.Try{Network: "203.0.113.9"})
		held, ok := errors.AsType[*tenants.Error](err)
		if !ok || held.Code != tenants.CodeHeld || !held.Until.Equal(clock.Now().Add(time.Minute)) {
			t.Fatalf("the right password while held: %v", err)
		}
		clock.Advance(time.Minute)
		if err := try("wrong", stranger); tenants.CodeOf(err) != tenants.CodeUnauthorized {
			t.Fatalf("after the hold: %v", err)
		}
		clock.Advance(time.Minute)
		if err := try(tenantstest.Password, stranger); tenants.CodeOf(err) != tenants.CodeHeld {
			t.Errorf("the second hold is not longer: %v", err)
		}
		clock.Advance(time.Minute)
		if err := try(tenantstest.Password, stranger); err != nil {
			t.Errorf("when it is over: %v", err)
		}
		for range 4 { // a success cleared the count
			if err := try("wrong", stranger); tenants.CodeOf(err) != tenants.CodeUnauthorized {
				t.Errorf("after a success: %v", err)
			}
		}
	})
}

// TestAStrangerKeepsNobodyOut holds the account for browsers that its owner never
// used.
func TestAStrangerKeepsNobodyOut(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann := person(t, s, "ann@harbour.example")
		signIn(t, s, ann.ID) // on the device "laptop"
		for range 9 {
			_, _ = s.Authenticate(t.Context(), ann.Email, "wrong", tenants.Try{Network: "198.51.100.7"})
		}
		if _, err := s.Authenticate(t.Context(), ann.Email, tenantstest.Password, tenants.Try{Network: "198.51.100.7", Device: "laptop"}); err != nil {
			t.Errorf("her own laptop: %v", err)
		}
		if _, err := s.Authenticate(t.Context(), ann.Email, tenantstest.Password, tenants.Try{Network: "203.0.113.9", Device: "another"}); tenants.CodeOf(err) != tenants.CodeHeld {
			t.Errorf("a browser never seen: %v", err)
		}
		mail, err := s.ForgotPassword(t.Context(), ann.Email)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ResetPassword(t.Context(), mail.Token, fresh); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Authenticate(t.Context(), ann.Email, fresh, tenants.Try{Network: "203.0.113.9"}); err != nil {
			t.Errorf("after a new password by mail: %v", err)
		}
	})
}

func TestOnePasswordForManyAccounts(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		spray := func(network func(i int) string, email func(i int) string, n int) (held int) {
			for i := range n {
				_, err := s.Authenticate(t.Context(), email(i), "summer in the city", tenants.Try{Network: network(i)})
				if tenants.CodeOf(err) == tenants.CodeHeld {
					held++
				}
			}
			return held
		}
		one := func(int) string { return "198.51.100.7" }
		many := func(i int) string { return fmt.Sprintf("198.51.%d.%d", i/250, i%250) }
		person := func(i int) string { return fmt.Sprintf("person%d@harbour.example", i) }
		if held := spray(one, person, 60); held < 8 {
			t.Errorf("from one network 60 accounts, %d held", held)
		}
		clock.Advance(2 * time.Hour)
		if held := spray(many, person, 230); held < 20 {
			t.Errorf("from many networks 230 accounts of one organization, %d held", held)
		}
		clock.Advance(2 * time.Hour)
		if held := spray(many, func(i int) string { return fmt.Sprintf("person%d@gmail.com", i) }, 230); held != 0 {
			t.Errorf("people of a mail provider have nothing to do with one another: %d held", held)
		}
	})
}

func TestTriesAtOnceAreCountedBeforeTheyAreMade(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann := person(t, s, "ann@harbour.example")
		var wg sync.WaitGroup
		var tried atomic.Int64
		for range 40 {
			wg.Go(func() {
				if _, err := s.Authenticate(t.Context(), ann.Email, "wrong", tenants.Try{}); tenants.CodeOf(err) == tenants.CodeUnauthorized {
					tried.Add(1)
				}
			})
		}
		wg.Wait()
		if n := tried.Load(); n != 5 {
			t.Errorf("of 40 tries at once %d were made, want 5", n)
		}
	})
}

func TestSignInsEnd(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann, ben := person(t, s, "ann@harbour.example"), person(t, s, "ben@harbour.example")
		idle, used := signIn(t, s, ann.ID), signIn(t, s, ann.ID)
		for range 6 {
			clock.Advance(10 * 24 * time.Hour)
			if !alive(t, s, used) && clock.Since(tenantstest.Start) < tenants.SignInAbsolute {
				t.Fatalf("a sign-in that is used ended after %s", clock.Since(tenantstest.Start))
			}
		}
		if alive(t, s, idle) || alive(t, s, used) {
			t.Error("a sign-in outlived its time")
		}
		one, two, three := signIn(t, s, ann.ID), signIn(t, s, ann.ID), signIn(t, s, ann.ID)
		if err := s.EndSignIn(t.Context(), ben.ID, one); err != nil || !alive(t, s, one) {
			t.Errorf("somebody else ended it: %v", err)
		}
		if err := s.EndSignIn(t.Context(), ann.ID, one); err != nil || alive(t, s, one) {
			t.Errorf("end one: %v", err)
		}
		if all, n, err := s.SignIns(t.Context(), ann.ID, "", 1); err != nil || len(all) != 2 || n != 2 {
			t.Errorf("%d of %d are listed, %v", len(all), n, err)
		}
		if err := s.EndOtherSignIns(t.Context(), ann.ID, three); err != nil || alive(t, s, two) || !alive(t, s, three) {
			t.Errorf("end the others: %v", err)
		}
	})
}

func TestSignInsAreListedAPageAtATimeAndForgotten(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann, ben := person(t, s, "ann@harbour.example"), person(t, s, "ben@harbour.example")
		here := signIn(t, s, ann.ID)
		var newest tenants.SignInID
		for range 44 {
			clock.Advance(time.Minute)
			newest = signIn(t, s, ann.ID)
		}
		clock.Advance(time.Minute)
		signIn(t, s, ben.ID)
		seen := map[tenants.SignInID]bool{}
		for page, want := range []int{20, 20, 5} {
			some, n, err := s.SignIns(t.Context(), ann.ID, here, page+1)
			if err != nil || n != 45 || len(some) != want {
				t.Fatalf("page %d: %d of %d, %v", page+1, len(some), n, err)
			}
			if page == 0 && (some[0].ID != here || some[1].ID != newest) {
				t.Errorf("the one that asks is not the first, or the newest not the next: %+v", some[:2])
			}
			for _, in := range some {
				seen[in.ID] = true
			}
		}
		if len(seen) != 45 {
			t.Errorf("the pages show %d sign-ins", len(seen))
		}
		if some, _, err := s.SignIns(t.Context(), ann.ID, here, 99); err != nil || len(some) != 5 {
			t.Errorf("past the last page: %d, %v", len(some), err)
		}

		clock.Advance(tenants.SignInsKept - time.Minute)
		recent := signIn(t, s, ben.ID)
		for _, step := range []struct{ ann, ben int }{{1, 2}, {0, 1}} { // Ann's newest is there yet, then neither it nor Ben's old one
			if err := s.ForgetSignIns(t.Context()); err != nil {
				t.Fatal(err)
			}
			for who, want := range map[tenants.UserID]int{ann.ID: step.ann, ben.ID: step.ben} {
				if all, err := s.AllSignIns(t.Context(), who); err != nil || len(all) != want {
					t.Errorf("%d are still noted, want %d, %v", len(all), want, err)
				}
			}
			clock.Advance(2 * time.Minute)
		}
		if !alive(t, s, recent) {
			t.Error("a new sign-in was forgotten")
		}
	})
}

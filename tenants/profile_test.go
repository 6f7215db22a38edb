package tenants_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestNicknames(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		ann, ben := person(t, s, "ann@harbour.example"), person(t, s, "ben@harbour.example")
		take := func(who tenants.User, nickname string) error {
			_, err := s.SetProfile(t.Context(), who.ID, tenants.ProfileInput{Name: who.Name, Nickname: nickname})
			return err
		}
		if err := take(ann, " @Annalise "); err != nil {
			t.Fatal(err)
		}
		if who, err := s.User(t.Context(), ann.ID); err != nil || who.Nickname != "annalise" {
			t.Errorf("nickname %q, %v", who.Nickname, err)
		}
		for _, alike := range []string{"annalise", "ANNALISE", "anna1ise", "ａｎｎａｌｉｓｅ"} {
			if err := take(ben, alike); tenants.Fields(err)["nickname"] != tenants.KeyNicknameTaken {
				t.Errorf("%q: %v", alike, err)
			}
		}
		for _, bad := range []string{"an", "-ann", "ann.", "ann lise", "ann/../ben", "аnnalise", "<script>", "annalise-of-the-harbour-and-of-the-sea"} {
			if err := take(ben, bad); tenants.Fields(err)["nickname"] != tenants.KeyNicknameInvalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := take(ann, "lighthouse"); err != nil {
			t.Fatal(err)
		}
		if err := take(ben, "annalise"); tenants.Fields(err)["nickname"] != tenants.KeyNicknameTaken {
			t.Errorf("one just given up: %v", err)
		}
		if err := take(ann, "annalise"); err != nil {
			t.Errorf("take it back: %v", err)
		}
		if err := take(ann, ""); err != nil {
			t.Fatal(err)
		}
		clock.Advance(90 * 24 * time.Hour)
		if err := take(ben, "annalise"); err != nil {
			t.Errorf("after its rest: %v", err)
		}
		if err := take(ann, "annalise"); tenants.Fields(err)["nickname"] != tenants.KeyNicknameTaken {
			t.Errorf("the one before, when another has it: %v", err)
		}
		_, err := s.SetProfile(t.Context(), ann.ID, tenants.ProfileInput{TimeZone: "Middle/Earth", Nickname: "!"})
		if f := tenants.Fields(err); len(f) != 3 || f["zone"] != tenants.KeyTimeZone || f["name"] != tenants.KeyNameEmpty {
			t.Errorf("faults %v", f)
		}
	})
}

func TestANicknameIsTakenOnce(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := newStore(db, clock)
		var people []tenants.User
		for _, email := range []string{"a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"} {
			people = append(people, person(t, s, email))
		}
		var got atomic.Int64
		var wg sync.WaitGroup
		for _, who := range people {
			wg.Go(func() {
				_, err := s.SetProfile(t.Context(), who.ID, tenants.ProfileInput{Name: who.Name, Nickname: "lighthouse"})
				switch {
				case err == nil:
					got.Add(1)
				case tenants.Fields(err)["nickname"] != tenants.KeyNicknameTaken:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := got.Load(); n != 1 {
			t.Errorf("%d people have it", n)
		}
	})
}

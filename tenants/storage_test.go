package tenants_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// A picture counts where it is shown: in every organization of the person, and nowhere when it is hidden.
func TestWhatAnOrganizationKeeps(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ctx, s, ann, bob := t.Context(), w.Store, acme.User("ann").ID, acme.User("bob").ID
		second, err := s.FoundOrg(ctx, ann, "Second")
		ok(t, err)
		kept := func(what string, org tenants.OrgID, want tenants.Stored) {
			t.Helper()
			used, err := s.Org(org).StorageUsed(ctx)
			ok(t, err)
			if used != want {
				t.Errorf("%s: %+v, want %+v", what, used, want)
			}
		}
		sizeOf := func(who tenants.UserID, hash string) int64 {
			t.Helper()
			_, data, err := s.Picture(ctx, who, who, hash)
			ok(t, err)
			return int64(len(data))
		}
		kept("nothing", acme.ID, tenants.Stored{})
		hash, err := s.SetPicture(ctx, ann, photo(t, 64), nil)
		ok(t, err)
		hers := sizeOf(ann, hash)
		kept("Ann's", acme.ID, tenants.Stored{Pictures: hers})
		kept("Ann's, in her other organization", second.ID, tenants.Stored{Pictures: hers})
		hash, err = s.SetPicture(ctx, bob, photo(t, 64), nil) // the very same picture: each person's counts
		ok(t, err)
		kept("both", acme.ID, tenants.Stored{Pictures: hers + sizeOf(bob, hash)})
		ok(t, s.SetShown(ctx, ann, tenants.ShownInput{Findable: tenants.FoundByOrganization}, nil))
		kept("a hidden one", acme.ID, tenants.Stored{Pictures: hers})
		kept("a hidden one, in her other organization", second.ID, tenants.Stored{})
		ok(t, s.RemovePicture(ctx, bob))
		kept("one that is gone", acme.ID, tenants.Stored{})
		ok(t, acme.SetLogo(ctx, ann, pngOf(t, 4, 4), tenants.StorageLimit{}))
		used, err := acme.StorageUsed(ctx)
		if err != nil || used.Logo == 0 || used.Total() != used.Logo {
			t.Errorf("a logo: %+v, %v", used, err)
		}
	})
}

// One organization that is full refuses a picture, says which one it is and by what; what was there stays.
func TestAPictureThatFindsNoRoom(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ctx, s, ann, bob := t.Context(), w.Store, acme.User("ann").ID, acme.User("bob").ID
		second, err := s.FoundOrg(ctx, ann, "Second")
		ok(t, err)
		before, err := s.SetPicture(ctx, ann, photo(t, 16), nil)
		ok(t, err)
		used, err := acme.StorageUsed(ctx)
		ok(t, err)
		limits := func(acmes, seconds int64) map[tenants.OrgID]tenants.StorageLimit {
			return map[tenants.OrgID]tenants.StorageLimit{acme.ID: {Most: acmes, By: tenants.ByOrganization}, second.ID: {Most: seconds, By: tenants.ByPlan}}
		}
		refused := func(what string, err error, org string, by tenants.Source) {
			t.Helper()
			fault, is := errors.AsType[*tenants.StorageFault](err)
			if !is || fault.Organization != org || fault.Limit.By != by || tenants.CodeOf(err) != tenants.CodeLimited || tenants.Fields(err)["picture"] != tenants.KeyStorageFull {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = s.SetPicture(ctx, ann, photo(t, 32), limits(1, 0))
		refused("by Acme", err, "acme", tenants.ByOrganization)
		_, err = s.SetPicture(ctx, ann, photo(t, 32), limits(1<<20, 1))
		refused("by the other one", err, "Second", tenants.ByPlan)
		if _, _, err := s.Picture(ctx, bob, ann, before); err != nil {
			t.Errorf("the picture before is gone: %v", err)
		}
		now, err := s.SetPicture(ctx, ann, photo(t, 16), limits(used.Total(), used.Total())) // what is replaced makes room
		if err != nil || now != before {
			t.Errorf("a picture in place of the same: %v", err)
		}
		_, err = s.SetPicture(ctx, bob, photo(t, 16), map[tenants.OrgID]tenants.StorageLimit{acme.ID: {Most: used.Total(), By: tenants.ByPlan}})
		refused("another person's", err, "acme", tenants.ByPlan)

		hide, show := tenants.ShownInput{Findable: tenants.FoundByOrganization}, tenants.ShownInput{Findable: tenants.FoundByOrganization, Picture: true}
		ok(t, s.SetShown(ctx, ann, hide, limits(1, 1)))
		_, err = s.SetPicture(ctx, ann, photo(t, 32), limits(1, 1)) // shown to nobody
		ok(t, err)
		refused("shown again", s.SetShown(ctx, ann, show, limits(1, 0)), "acme", tenants.ByOrganization)
		ok(t, s.SetShown(ctx, ann, show, limits(1<<20, 0)))
		ok(t, s.SetShown(ctx, ann, show, limits(1, 1))) // shows already: nothing is added
		ok(t, s.RemovePicture(ctx, ann))
	})
}

// Many who take the last room at the same moment, each by showing a picture again: one of them gets it.
func TestTheLastRoomIsTakenOnce(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, s := w.Org("acme").Owner("ann"), w.Store
		_, err := s.SetPicture(t.Context(), acme.User("ann").ID, photo(t, 16), nil)
		ok(t, err)
		one, err := acme.StorageUsed(t.Context())
		ok(t, err)
		people := []string{"bob", "eve", "gil", "kim"}
		for _, name := range people {
			who := acme.Member(name).User(name).ID
			ok(t, s.SetShown(t.Context(), who, tenants.ShownInput{Findable: tenants.FoundByOrganization}, nil))
			_, err := s.SetPicture(t.Context(), who, photo(t, 16), nil)
			ok(t, err)
		}
		limits := map[tenants.OrgID]tenants.StorageLimit{acme.ID: {Most: 2 * one.Total(), By: tenants.ByOrganization}}
		release := heldBack(t, db)
		faults := make([]error, len(people))
		var all sync.WaitGroup
		for i, name := range people {
			who := acme.User(name).ID
			all.Go(func() {
				faults[i] = s.SetShown(t.Context(), who, tenants.ShownInput{Findable: tenants.FoundByOrganization, Picture: true}, limits)
			})
		}
		release(len(people))
		all.Wait()
		let := 0
		for _, err := range faults {
			if err == nil {
				let++
			} else if tenants.Fields(err)["picture"] != tenants.KeyStorageFull {
				t.Error(err)
			}
		}
		if used, err := acme.StorageUsed(t.Context()); err != nil || let != 1 || used.Total() != 2*one.Total() {
			t.Errorf("%d of %d got in, %+v stored, %v", let, len(people), used, err)
		}
	})
}

// heldBack keeps everybody from changing a person, and lets them go once so many wait. SQLite lets one at a time in by itself.
func heldBack(t *testing.T, db *tenants.DB) (release func(waiting int)) {
	t.Helper()
	if db.Dialect() == "sqlite" {
		return func(int) {}
	}
	handle := tenants.Handle(t, db)
	tx, err := handle.BeginTx(t.Context(), nil)
	ok(t, err)
	_, err = tx.ExecContext(t.Context(), "SELECT id FROM users FOR UPDATE")
	ok(t, err)
	return func(waiting int) {
		deadline, now := time.Now().Add(2*time.Minute), 0
		for now < waiting {
			if time.Now().After(deadline) {
				t.Fatalf("%d of %d wait for each other", now, waiting)
			}
			ok(t, handle.QueryRowContext(t.Context(), "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())").Scan(&now))
		}
		ok(t, tx.Rollback())
	}
}

// Owners and admins are told at 80 per cent, and when something does not fit; once a month each, in their languages.
func TestStorageIsTold(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("ada").Member("bob")
		ctx, s, ada := t.Context(), w.Store, acme.User("ada")
		_, err := s.SetProfile(ctx, ada.ID, tenants.ProfileInput{Name: "ada", Language: "de"})
		ok(t, err)
		_, err = s.SetPicture(ctx, acme.User("bob").ID, photo(t, 64), nil)
		ok(t, err)
		used, err := acme.StorageUsed(ctx)
		ok(t, err)
		told := func(what string, most int64, refused bool, kind string) {
			t.Helper()
			news, err := acme.TellOfStorage(ctx, "https://parley.example", "en", tenants.StorageLimit{Most: most, By: tenants.ByOrganization}, refused)
			ok(t, err)
			mails, err := s.DueMails(ctx, 100)
			ok(t, err)
			if news != (kind != "") || (kind == "") != (len(mails) == 0) || kind != "" && len(mails) != 2 {
				t.Errorf("%s: %v, %+v", what, news, mails)
			}
			for _, m := range mails {
				lang := map[bool]string{true: "de", false: "en"}[m.To == ada.Email]
				if m.Kind != kind || m.Lang != lang || m.Params["Organization"] != "acme" || m.Params["Lift"] != "organization" || m.Params["Link"] != "https://parley.example/o/acme/quotas" {
					t.Errorf("%s: %+v", what, m)
				}
				ok(t, s.MailSent(ctx, m.ID))
			}
		}
		told("no limit", 0, false, "")
		told("plenty of room", used.Total()*2, false, "")
		told("nearly", used.Total()*10/9, false, "storage_near")
		told("nearly, again", used.Total()*10/9, false, "")
		told("refused", used.Total()*10/9, true, "storage_used")
		told("full, again", used.Total(), false, "")
		clock.Advance(31 * 24 * time.Hour)
		told("full, a month later", used.Total(), false, "storage_used")
	})
}

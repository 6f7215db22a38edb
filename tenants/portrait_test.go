package tenants_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// photo is a picture file.
func photo(t *testing.T, side int) []byte {
	t.Helper()
	var file bytes.Buffer
	ok(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, side, side))))
	return file.Bytes()
}

func TestAPictureShowsToColleaguesOnly(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		other := w.Org("other").Owner("eve")
		ann, bob, eve, s := acme.User("ann"), acme.User("bob"), other.User("eve"), w.Store
		hash, err := s.SetPicture(t.Context(), ann.ID, photo(t, 64), nil)
		ok(t, err)
		sees := func(viewer tenants.UserID, name string) bool {
			t.Helper()
			kind, data, err := s.Picture(t.Context(), viewer, ann.ID, name)
			if err == nil && (kind != "image/jpeg" || len(data) == 0) {
				t.Errorf("%s, %d bytes", kind, len(data))
			}
			if err != nil && tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Error(err)
			}
			return err == nil
		}
		if !sees(ann.ID, hash) || !sees(bob.ID, hash) || sees(eve.ID, hash) || sees("", hash) || sees(bob.ID, "") || sees(bob.ID, hash[:60]+"0000") {
			t.Error("the picture shows to another person than it should")
		}
		ok(t, s.SetShown(t.Context(), ann.ID, tenants.ShownInput{Findable: tenants.FoundByOrganization}, nil))
		if !sees(ann.ID, hash) || sees(bob.ID, hash) {
			t.Error("a picture that is not shown any more")
		}
		if found, _, err := acme.Members(t.Context(), tenants.MemberQuery{Search: "ann"}); err != nil || len(found) != 1 || found[0].Picture != "" {
			t.Errorf("members %+v, %v", found, err)
		}
		ok(t, s.SetShown(t.Context(), ann.ID, tenants.ShownInput{Findable: tenants.FoundByOrganization, Picture: true}, nil))

		// Two people with the same picture: it goes when neither has it any more.
		same, err := s.SetPicture(t.Context(), bob.ID, photo(t, 64), nil)
		ok(t, err)
		if same != hash {
			t.Errorf("the same picture has another name: %s, %s", same, hash)
		}
		ok(t, s.RemovePicture(t.Context(), bob.ID))
		ok(t, s.RemovePicture(t.Context(), bob.ID))
		if !sees(bob.ID, hash) {
			t.Error("Ann's picture went with Bob's")
		}
		_, err = s.SetPicture(t.Context(), ann.ID, []byte("<svg onload=alert(1)>"), nil)
		if tenants.Fields(err)["picture"] != tenants.KeyPicture || !sees(ann.ID, hash) {
			t.Errorf("a broken picture: %v", err)
		}
		ok(t, s.RemovePicture(t.Context(), ann.ID))
		if sees(ann.ID, hash) {
			t.Error("a removed picture shows")
		}
	})
}

func TestColleaguesSeeWhatOneShows(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ann, bob, s := acme.User("ann"), acme.User("bob"), w.Store
		_, err := s.SetProfile(t.Context(), ann.ID, tenants.ProfileInput{Name: "Ann", Nickname: "annabel", TimeZone: "Europe/Berlin"})
		ok(t, err)
		_, err = s.SetPicture(t.Context(), ann.ID, photo(t, 8), nil)
		ok(t, err)
		find := func(viewer tenants.UserID, words string) []tenants.Colleague {
			t.Helper()
			found, n, err := acme.Colleagues(t.Context(), viewer, words, 1)
			ok(t, err)
			if n != len(found) {
				t.Errorf("%d, and %d in all", len(found), n)
			}
			return found
		}
		if c := find(bob.ID, "@ANNA"); len(c) != 1 || c[0].Nickname != "annabel" || c[0].Email != "" || c[0].TimeZone != "" || c[0].Picture == "" {
			t.Errorf("at first: %+v", c)
		}
		if c := find(bob.ID, ann.Email); len(c) != 0 {
			t.Errorf("an address finds %+v", c)
		}
		ok(t, s.SetShown(t.Context(), ann.ID, tenants.ShownInput{Findable: tenants.FoundByOrganization, Email: true, TimeZone: true}, nil))
		if c := find(bob.ID, "ann"); len(c) != 1 || c[0].Email != ann.Email || c[0].TimeZone != "Europe/Berlin" || c[0].Picture != "" {
			t.Errorf("the other way round: %+v", c)
		}
		ok(t, s.SetShown(t.Context(), ann.ID, tenants.ShownInput{Findable: tenants.FoundByNobody}, nil))
		if c := find(bob.ID, ""); len(c) != 1 || c[0].ID != bob.ID {
			t.Errorf("who wants to be found by nobody: %+v", c)
		}
		if c := find(ann.ID, "ann"); len(c) != 1 || c[0].Email != ann.Email || c[0].Picture == "" {
			t.Errorf("oneself: %+v", c)
		}
		stranger := w.Org("other").Owner("eve").User("eve")
		if _, _, err := acme.Colleagues(t.Context(), stranger.ID, "", 1); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a stranger: %v", err)
		}
	})
}

func TestFacesInAMeeting(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		eve := w.Org("other").Owner("eve").User("eve")
		ann, bob, s := acme.User("ann"), acme.User("bob"), w.Store
		room := acme.Room("ann", "Standup")
		for _, who := range []tenants.User{ann, bob, eve} {
			_, err := s.SetPicture(t.Context(), who.ID, photo(t, 8), nil)
			ok(t, err)
			_, err = acme.Enter(t.Context(), tenants.EnterInput{Room: room.ID, Identity: "p-" + who.Name, Name: who.Name, User: who.ID, Limits: tenantstest.Free(), Plan: "Free"})
			ok(t, err)
		}
		ok(t, s.SetShown(t.Context(), ann.ID, tenants.ShownInput{Findable: tenants.FoundByOrganization}, nil))
		names := func(viewer tenants.UserID) (out string) {
			t.Helper()
			all, err := acme.Faces(t.Context(), room.ID, viewer)
			ok(t, err)
			for _, f := range all {
				out += f.Identity + " "
			}
			return out
		}
		if got := names(bob.ID); got != "p-Bob " {
			t.Errorf("Bob sees %q", got)
		}
		if got := names(ann.ID); got != "p-Ann p-Bob " {
			t.Errorf("Ann sees %q", got)
		}
	})
}

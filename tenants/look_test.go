package tenants_test

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHowAnOrganizationLooks(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("ada").Member("bob").Person("bill", tenants.RoleBilling)
		ctx, free := t.Context(), tenants.StorageLimit{}
		for _, who := range []string{"bob", "bill"} {
			by := acme.User(who).ID
			_, _, colour := acme.SetColour(ctx, by, "#1c7ed6")
			for what, err := range map[string]error{"rename": acme.RenameOrg(ctx, by, "Bobs"), "colour": colour, "logo": acme.SetLogo(ctx, by, pngOf(t, 4, 4), free)} {
				if tenants.CodeOf(err) != tenants.CodeForbidden {
					t.Errorf("%s by %s: %v", what, who, err)
				}
			}
		}
		ada := acme.User("ada").ID
		if err := acme.RenameOrg(ctx, ada, " "); tenants.Fields(err)["organization"] != tenants.KeyOrganizationEmpty {
			t.Errorf("a name of nothing: %v", err)
		}
		if err := acme.RenameOrg(ctx, ada, "Acme  & Daughters"); err != nil {
			t.Fatal(err)
		}
		if _, adjusted, err := acme.SetColour(ctx, ada, "#1c7ed6"); err != nil || adjusted {
			t.Fatal(adjusted, err)
		}
		if err := acme.SetLogo(ctx, ada, pngOf(t, 600, 300), free); err != nil {
			t.Fatal(err)
		}
		org, err := w.Store.OrgBySlug(ctx, "acme")
		if err != nil || org.Name != "Acme & Daughters" || org.Colour != "#1c7ed6" || org.LogoID == "" {
			t.Fatalf("%+v, %v", org, err)
		}
		file, err := w.Store.Logo(ctx, org.LogoID)
		if err != nil {
			t.Fatal(err)
		}
		if head, err := png.DecodeConfig(bytes.NewReader(file)); err != nil || head.Width != tenants.LogoSide || head.Height != 128 {
			t.Errorf("%+v, %v", head, err)
		}
		if err := acme.SetLogo(ctx, ada, []byte("<svg>"), free); tenants.Fields(err)["logo"] != tenants.KeyLogoUnreadable {
			t.Errorf("a logo that is none: %v", err)
		}
		used, err := acme.StorageUsed(ctx)
		if err != nil || used.Logo != int64(len(file)) {
			t.Errorf("%d bytes stored of a file of %d, %v", used, len(file), err)
		}
		if err := acme.SetLogo(ctx, ada, pngOf(t, 300, 300), tenants.StorageLimit{Most: 10}); tenants.Fields(err)["logo"] != tenants.KeyStorageFull {
			t.Errorf("a logo that does not fit: %v", err)
		}
		if _, err := w.Store.Logo(ctx, org.LogoID); err != nil {
			t.Errorf("the logo before is gone: %v", err)
		}
		if err := acme.SetLogo(ctx, ada, pngOf(t, 600, 300), tenants.StorageLimit{Most: used.Logo}); err != nil { // what is replaced makes room
			t.Errorf("a logo that fits in place of another: %v", err)
		}
		if err := acme.SetLogo(ctx, ada, nil, tenants.StorageLimit{Most: 1}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{org.LogoID, "", "made up", "\x00"} {
			if _, err := w.Store.Logo(ctx, id); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("logo %q: %v", id, err)
			}
		}
		want := []string{"organization.rename", "organization.colour", "organization.logo.set", "organization.logo.set", "organization.logo.remove"}
		if got := tenants.AuditActions(t, db, acme.ID); !slices.Equal(got[len(got)-len(want):], want) {
			t.Errorf("noted: %v", got)
		}
	})
}

func TestOneMoreOrganization(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		ann := w.Org("acme").Owner("ann").User("ann")
		org, err := w.Store.FoundOrg(t.Context(), ann.ID, "Acme")
		if err != nil || org.Slug == "acme" {
			t.Fatalf("%+v, %v", org, err)
		}
		all, err := w.Store.OrgsOf(t.Context(), ann.ID)
		if err != nil || len(all) != 2 || all[1].Org.ID != org.ID || all[1].Role != tenants.RoleOwner {
			t.Fatalf("%+v, %v", all, err)
		}
		if _, err := w.Store.FoundOrg(t.Context(), "0190b7a4-0000-7000-8000-000000000000", "Ghosts"); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("an organization of nobody: %v", err)
		}
		if _, err := w.Store.FoundOrg(t.Context(), ann.ID, "  "); tenants.Fields(err)["organization"] == "" {
			t.Errorf("an organization without a name: %v", err)
		}
	})
}

package tenants_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAPIKeyLivesAndEnds(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ann, ctx := acme.User("ann").ID, t.Context()
		scopes := []tenants.APIScope{tenants.ScopeUsageRead, tenants.ScopeRoomsRead, tenants.ScopeRoomsRead}
		key, err := acme.CreateAPIKey(ctx, ann, " reports ", scopes)
		if err != nil || !strings.HasPrefix(key.Token, "parley_"+key.ID+"_") || key.Label != "reports" {
			t.Fatalf("%+v, %v", key, err)
		}
		opens := func(token string) bool {
			t.Helper()
			org, found, err := w.Store.APIKeyOf(ctx, token)
			if err != nil && tenants.CodeOf(err) != tenants.CodeUnauthorized {
				t.Fatal(err)
			}
			return err == nil && org == acme.ID && found.May(tenants.ScopeRoomsRead) && !found.May(tenants.ScopeRoomsWrite) && len(found.Scopes) == 2
		}
		if !opens(key.Token) {
			t.Fatal("a new key opens nothing")
		}
		for _, bad := range []string{"", "parley_", key.ID, key.Token[:len(key.Token)-1], key.Token + "A", strings.ToUpper(key.Token), "parley_" + key.ID + "_", "parley_" + key.ID + "_" + strings.Repeat("A", 43), "parley_AK00000000000000_x", key.Token + "\x00"} {
			if opens(bad) {
				t.Errorf("%q opens", bad)
			}
		}
		next, err := acme.RotateAPIKey(ctx, ann, key.ID, 2*time.Hour)
		if err != nil || next.Token == key.Token || len(next.Scopes) != 2 || next.Label != "reports" {
			t.Fatalf("%+v, %v", next, err)
		}
		clock.Advance(2*time.Hour - time.Second)
		if !opens(key.Token) || !opens(next.Token) {
			t.Error("both keys should open while the old one lives on")
		}
		clock.Advance(time.Second)
		if opens(key.Token) || !opens(next.Token) {
			t.Error("the old key should have ended, and the new one not")
		}
		if _, err := acme.RotateAPIKey(ctx, ann, key.ID, 0); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("a key that has ended is rotated: %v", err)
		}
		if err := acme.RevokeAPIKey(ctx, ann, next.ID); err != nil || opens(next.Token) {
			t.Errorf("a revoked key opens; %v", err)
		}
		if err := acme.RevokeAPIKey(ctx, ann, next.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("twice revoked: %v", err)
		}
		actions := strings.Join(tenants.AuditActions(t, db, acme.ID), " ")
		if !strings.Contains(actions, "apikey.create apikey.rotate apikey.revoke") {
			t.Errorf("noted: %s", actions)
		}
	})
}

func TestAPIKeyRules(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann").Member("bob")
		ann, bob, ctx := acme.User("ann").ID, acme.User("bob").ID, t.Context()
		if _, err := acme.CreateAPIKey(ctx, ann, "", nil); len(tenants.Fields(err)) != 2 {
			t.Errorf("an empty form: %v", err)
		}
		if _, err := acme.CreateAPIKey(ctx, ann, "x", []tenants.APIScope{"everything"}); tenants.Fields(err)["scopes"] == "" {
			t.Errorf("a made-up scope: %v", err)
		}
		if _, err := acme.CreateAPIKey(ctx, bob, "x", tenants.APIScopes()); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member makes a key: %v", err)
		}
		if _, err := acme.MakeKey(ctx, bob, "x"); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member makes a media key: %v", err)
		}
		var last error
		for range 101 {
			_, last = acme.CreateAPIKey(ctx, ann, "x", tenants.APIScopes())
		}
		if tenants.CodeOf(last) != tenants.CodeLimited {
			t.Errorf("the 101st key: %v", last)
		}
		keys, err := acme.APIKeys(ctx, ann)
		if err != nil || len(keys) != 100 || keys[0].Token != "" {
			t.Errorf("%d keys, %v", len(keys), err)
		}
		if err := acme.APIKeyUsed(ctx, keys[0], "192.0.2.7"); err != nil {
			t.Fatal(err)
		}
		keys, err = acme.APIKeys(ctx, ann)
		if err != nil || keys[0].LastUsedAt == nil || !keys[0].LastUsedAt.Equal(clock.Now()) || keys[0].LastUsedFrom != "192.0.2.7" {
			t.Errorf("last use: %+v, %v", keys[0], err)
		}
	})
}

func TestMediaKeyRotates(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		ann, ctx := acme.User("ann").ID, t.Context()
		old, err := acme.MakeKey(ctx, ann, "robot")
		if err != nil {
			t.Fatal(err)
		}
		next, err := acme.RotateKey(ctx, ann, old.ID, 100*24*time.Hour)
		if err != nil || next.Label != "robot" || next.Secret == "" || next.Secret == old.Secret {
			t.Fatalf("%+v, %v", next, err)
		}
		works := func(id string) bool {
			_, _, err := w.Store.MediaKey(ctx, id)
			return err == nil
		}
		clock.Advance(7*24*time.Hour - time.Second)
		if !works(old.ID) || !works(next.ID) {
			t.Error("both should work for a week")
		}
		clock.Advance(time.Second)
		if works(old.ID) || !works(next.ID) {
			t.Error("after a week only the new one should work")
		}
		if err := acme.EndKey(ctx, ann, next.ID); err != nil || works(next.ID) {
			t.Errorf("a revoked key works; %v", err)
		}
		internal, err := acme.InternalKey(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := acme.EndKey(ctx, ann, internal.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("the web tier's own key is revoked from a page: %v", err)
		}
	})
}

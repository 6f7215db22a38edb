package tenants_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestMediaKeys(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme"), w.Org("other")
		key, err := acme.CreateKey(t.Context(), " my app ")
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^PK[0-9a-hjkmnp-tv-z]{14}$`).MatchString(key.ID) || len(key.Secret) != 43 || key.Label != "my app" {
			t.Errorf("key %+v", key)
		}
		org, secret, err := w.Store.MediaKey(t.Context(), key.ID)
		if err != nil || org != acme.ID || string(secret) != key.Secret {
			t.Errorf("found %s %q, %v", org, secret, err)
		}
		second, err := acme.CreateKey(t.Context(), "next")
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := acme.Keys(t.Context()); err != nil || len(keys) != 2 || keys[0].Secret != "" {
			t.Errorf("keys %+v, %v", keys, err)
		}
		if keys, err := other.Keys(t.Context()); err != nil || len(keys) != 0 {
			t.Errorf("another's keys %+v, %v", keys, err)
		}
		if err := acme.RevokeKey(t.Context(), key.ID); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{key.ID, "", "PK", "PK00000000000000", "pk" + second.ID[2:], second.ID + "x", "PK\x00000000000000"} {
			if _, _, err := w.Store.MediaKey(t.Context(), id); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("key %q: %v", id, err)
			}
		}
		internal, err := acme.InternalKey(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := acme.RevokeKey(t.Context(), internal.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("revoke our own key: %v", err)
		}
		if org, _, err := w.Store.MediaKey(t.Context(), internal.ID); err != nil || org != acme.ID {
			t.Errorf("our own key: %s, %v", org, err)
		}
	})
}

// TestSecretsLieSealed looks into the table.
func TestSecretsLieSealed(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme"), w.Org("other")
		mine, err1 := acme.CreateKey(t.Context(), "a")
		theirs, err2 := other.CreateKey(t.Context(), "b")
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		var row, foreign tenants.KeyRow
		find := func(org tenants.OrgID, id string, into *tenants.KeyRow) {
			if err := db.ReadOrg(t.Context(), org, func(tx *gorm.DB) error { return tx.Where("id = ?", id).Take(into).Error }); err != nil {
				t.Fatal(err)
			}
		}
		find(acme.ID, mine.ID, &row)
		find(other.ID, theirs.ID, &foreign)
		if bytes.Contains(row.Sealed, []byte(mine.Secret)) || len(row.Sealed) != 12+43+16 {
			t.Errorf("it lies there as %q", row.Sealed)
		}
		put := func(sealed []byte) {
			if err := db.InOrg(t.Context(), acme.ID, func(tx *gorm.DB) error {
				return tx.Model(&tenants.KeyRow{}).Where("id = ?", mine.ID).Update("sealed", sealed).Error
			}); err != nil {
				t.Fatal(err)
			}
		}
		flipped := bytes.Clone(row.Sealed)
		flipped[20] ^= 1
		for name, sealed := range map[string][]byte{"another's": foreign.Sealed, "changed": flipped, "cut": row.Sealed[:5], "nothing": {}} {
			put(sealed)
			if _, secret, err := w.Store.MediaKey(t.Context(), mine.ID); err == nil {
				t.Errorf("%s seal opened to %q", name, secret)
			}
		}
		put(row.Sealed)
		moved := tenants.New(db, tenants.Options{Clock: clock, Secret: [32]byte{9}})
		if _, _, err := moved.MediaKey(t.Context(), mine.ID); tenants.CodeOf(err) != tenants.CodeInternal {
			t.Errorf("under another installation secret: %v", err)
		}
		if _, secret, err := w.Store.MediaKey(t.Context(), mine.ID); err != nil || string(secret) != mine.Secret {
			t.Errorf("under ours: %q, %v", secret, err)
		}
	})
}

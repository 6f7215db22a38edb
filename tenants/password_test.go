package tenants

import (
	"testing"

	"github.com/alexedwards/argon2id"
)

// TestAnUnknownAddressCostsAsMuch looks at what an unknown address is compared
// with: a hash of the same cost, which fits nothing.
func TestAnUnknownAddressCostsAsMuch(t *testing.T) {
	h := newHasher(PasswordCost{})
	sample, err := h.hash("an otter in the harbour")
	if err != nil {
		t.Fatal(err)
	}
	want, salt, key, err := argon2id.DecodeHash(sample)
	if err != nil {
		t.Fatal(err)
	}
	got, decoySalt, decoyKey, err := argon2id.DecodeHash(h.decoy)
	if err != nil || *got != *want || len(decoySalt) != len(salt) || len(decoyKey) != len(key) {
		t.Errorf("decoy %+v, %v; a real one is %+v", got, err, want)
	}
	if want.Memory < 19*1024 || want.Iterations < 2 {
		t.Errorf("hashed with %+v: too cheap", want)
	}
	if ok, err := h.fits("an otter in the harbour", ""); ok || err != nil {
		t.Errorf("an unknown address let somebody in: %t, %v", ok, err)
	}
	if ok, err := h.fits("an otter in the harbour", sample); !ok || err != nil {
		t.Errorf("the right password: %t, %v", ok, err)
	}
	if ok, err := h.fits("an otter in the harbou", sample); ok || err != nil {
		t.Errorf("a wrong password: %t, %v", ok, err)
	}
}

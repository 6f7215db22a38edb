package sfutest

import (
	"context"
	"fmt"
	"time"

	"parley/sfu"
)

// Key is a signing key of a tenant.
type Key struct {
	Tenant string
	Secret []byte
}

// Keys is a keyring in memory, by key id.
type Keys map[string]Key

// Key implements sfu.Keyring.
func (k Keys) Key(_ context.Context, id string) (string, []byte, error) {
	key, ok := k[id]
	if !ok {
		return "", nil, fmt.Errorf("key %q: %w", id, sfu.ErrUnknownKey)
	}
	return key.Tenant, key.Secret, nil
}

// Token signs a grant with the key of that id. It panics when it cannot, which
// only a mistake in a test can cause.
func (k Keys) Token(id string, grant sfu.Grant, now time.Time) string {
	token, err := sfu.SignToken(id, k[id].Secret, grant, now)
	if err != nil {
		panic(err)
	}
	return token
}

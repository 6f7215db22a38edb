package tenants

import (
	"context"
	"errors"
)

// ErrNoTenant is the fault of a statement on an organization's table outside of
// any organization.
var ErrNoTenant = errors.New("tenants: a statement on an organization's table without an organization")

// ErrForeignTenant is the fault of a row that names another organization than
// the one it is written in.
var ErrForeignTenant = errors.New("tenants: a row of another organization")

// ErrReadOnly is the fault of a statement that writes where only reading is
// allowed.
var ErrReadOnly = errors.New("tenants: a write through a door for reading")

// scope is whose rows a transaction may touch: those of a tenant, or those that
// carry a known value, or none that belong to an organization.
type scope struct {
	tenant OrgID
	knows  Capability
	value  string
}

// setting is how the scope is told to PostgreSQL.
func (s scope) setting() (name, value string) {
	switch {
	case s.tenant != "":
		return "tenant_id", string(s.tenant)
	case s.knows != "":
		return string(s.knows), s.value
	}
	return "", ""
}

type scopeKey struct{}

func withScope(ctx context.Context, s scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

func scopeOf(ctx context.Context) scope {
	s, _ := ctx.Value(scopeKey{}).(scope)
	return s
}

package tenants_test

import (
	"context"
	"errors"

	"parley/tenants"
)

// policyCrossings are the [crossings] of policies and of what they leave to people.
func policyCrossings() map[string]crossing {
	return map[string]crossing{
		"Policies": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			p, err := mine.Policies(ctx)
			if err == nil && p != tenants.DefaultPolicies() {
				return errors.New("it showed another's policies")
			}
			return err
		},
		"SetPolicies": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetPolicies(ctx, o.ann, tenants.Policies{Share: tenants.Members, Chat: tenants.Members}))
		},
		"RuledPlaces": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.RuledPlaces(ctx, o.ann)
			return nothing(len(found), err)
		},
	}
}

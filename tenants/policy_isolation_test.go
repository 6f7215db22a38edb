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
			return refused(mine.SetPolicies(ctx, o.ann, tenants.Policies{Waiting: tenants.GuestsWait, Share: tenants.Members, Chat: tenants.Members}))
		},
		"StillWaits": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.StillWaits(ctx, tenants.EnterInput{Room: o.room.ID, Identity: "guest"})
			return refused(err)
		},
		"Waiters": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Waiters(ctx, o.ann, o.room.ID)
			return refused(err)
		},
		"AnswerWaiters": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.AnswerWaiters(ctx, o.ann, o.room.ID, []string{"guest"}, true))
		},
		"RuledPlaces": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.RuledPlaces(ctx, o.ann)
			return nothing(len(found), err)
		},
	}
}

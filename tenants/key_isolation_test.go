package tenants_test

import (
	"context"
	"errors"

	"parley/tenants"
)

// keyCrossings are the [crossings] of media keys and of the organization's own sign-in.
func keyCrossings() map[string]crossing {
	return map[string]crossing{
		"CreateKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateKey(ctx, "mine")
			return err // what others have is compared below
		},
		"InternalKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			key, err := mine.InternalKey(ctx)
			if err != nil || key.ID != o.own.ID {
				return err
			}
			return errors.New("two organizations share a key")
		},
		"Keys": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			keys, err := mine.Keys(ctx)
			for _, k := range keys {
				if k.ID == o.key.ID {
					return errors.New("it showed another's key")
				}
			}
			return err
		},
		"SSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.SSO(ctx)
			return refused(err)
		},
		"SSOClient": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.SSOClient(ctx)
			return refused(err)
		},
		"SetSSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetSSO(ctx, o.ann, tenants.SetSSOInput{Issuer: "https://login.example", ClientID: "x", Secret: "x", Domains: "x.example"}))
		},
		"RemoveSSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RemoveSSO(ctx, o.ann))
		},
		"RevokeKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RevokeKey(ctx, o.key.ID))
		},
	}
}

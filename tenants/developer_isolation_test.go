package tenants_test

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
)

// developerCrossings are the [crossings] of what admins and developers see.
func developerCrossings(refused func(error) error) map[string]func(context.Context, *tenants.Scoped, other) error {
	return map[string]func(context.Context, *tenants.Scoped, other) error{
		"Audit": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Audit(ctx, o.ann, tenants.AuditFilter{Limit: 100})
			return refused(err)
		},
		"CreateAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateAPIKey(ctx, o.ann, "x", tenants.APIScopes())
			return refused(err)
		},
		"RotateAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RotateAPIKey(ctx, o.ann, o.api.ID, time.Hour)
			return refused(err)
		},
		"RevokeAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RevokeAPIKey(ctx, o.ann, o.api.ID))
		},
		"APIKeys": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.APIKeys(ctx, o.ann)
			return refused(err)
		},
		"APIKeyUsed": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.APIKeyUsed(ctx, o.api, "203.0.113.1") // the row is compared
		},
		"MakeKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.MakeKey(ctx, o.ann, "x")
			return refused(err)
		},
		"RotateKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RotateKey(ctx, o.ann, o.spare.ID, time.Hour)
			return refused(err)
		},
		"EndKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EndKey(ctx, o.ann, o.spare.ID))
		},
		"VerifyAudit": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			ours, err := mine.VerifyAudit(ctx)
			theirs, err2 := o.VerifyAudit(ctx)
			if err := errors.Join(err, err2); err != nil || ours.Head != theirs.Head && ours.Broken == nil {
				return err
			}
			return errors.New("two organizations share a chain")
		},
	}
}

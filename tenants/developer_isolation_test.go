package tenants_test

import (
	"context"
	"errors"

	"parley/tenants"
)

// developerCrossings are the [crossings] of what admins and developers see.
func developerCrossings(refused func(error) error) map[string]func(context.Context, *tenants.Scoped, other) error {
	return map[string]func(context.Context, *tenants.Scoped, other) error{
		"Audit": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Audit(ctx, o.ann, tenants.AuditFilter{Limit: 100})
			return refused(err)
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

package tenants_test

import (
	"context"

	"parley/tenants"
)

// lifeCrossings are the [crossings] of tests, export and end of an organization.
func lifeCrossings() map[string]crossing {
	return map[string]crossing{
		"StartIsolationRun": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.StartIsolationRun(ctx, o.ann)
			return refused(err)
		},
		"IsolationRuns": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.IsolationRuns(ctx, o.ann)
			return refused(err)
		},
		"IsolationRun": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.IsolationRun(ctx, o.run.ID)
			return refused(err)
		},
		"IsolationProgress": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.IsolationProgress(ctx, o.run.ID, 1, 2))
		},
		"FinishIsolationRun": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.FinishIsolationRun(ctx, o.run.ID, false, tenants.IsolationReport{}))
		},
		"Marks": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Marks(ctx, o.ann)
			return refused(err)
		},
	}
}

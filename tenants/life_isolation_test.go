package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
		"AskExport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.AskExport(ctx, tenants.AskExportInput{By: o.ann})
			return refused(err)
		},
		"Exports": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Exports(ctx, o.ann)
			return refused(err)
		},
		"TakeExport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.TakeExport(ctx, o.ann, o.export.ID)
			return refused(err)
		},
		"ExportPart": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.ExportPart(ctx, o.ann, o.export.ID, 0)
			return refused(err)
		},
		"ExportPage": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			for _, list := range tenants.ExportLists() {
				rows, _, err := mine.ExportPage(ctx, list, nil)
				if err != nil {
					return err
				}
				for _, text := range []string{string(o.ann), string(o.room.ID), string(o.meeting.ID), o.api.ID, o.spare.ID, o.hook.ID} {
					if strings.Contains(fmt.Sprint(rows), text) {
						return fmt.Errorf("%s shows %s", list.Name, text)
					}
				}
			}
			return nil
		},
		"BeginExport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.BeginExport(ctx, o.export.ID)
			return refused(err)
		},
		"PutExportPart": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.PutExportPart(ctx, o.export.ID, 0, []byte("x")))
		},
		"FinishExport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.FinishExport(ctx, o.export.ID, false))
		},
		"DropExport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.DropExport(ctx, o.export.ID)
		},
		"Deletion": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			if got, err := mine.Deletion(ctx); err == nil && got.AskedBy == o.ann {
				return errors.New("it showed another's")
			}
			return nil
		},
		"DeleteOrg": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.DeleteOrg(ctx, tenants.DeleteOrgInput{By: o.ann, Typed: "acme"})
			return refused(err)
		},
		"KeepOrg": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.KeepOrg(ctx, tenants.DeleteOrgInput{By: o.ann}))
		},
		"SettleRenewal": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			_, err := mine.SettleRenewal(ctx, true)
			return err
		},
		"RoomsInUse": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			rooms, err := mine.RoomsInUse(ctx)
			for _, r := range rooms {
				if r.ID == o.room.ID {
					return errors.New("it shows another's room")
				}
			}
			return err
		},
		"InUse": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			used, err := mine.InUse(ctx)
			if err == nil && used.Meetings > 0 {
				return errors.New("it counted another's")
			}
			return err
		},
		"Marks": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Marks(ctx, o.ann)
			return refused(err)
		},
	}
}

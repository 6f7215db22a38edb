package tenants

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
)

// exportBatch is how many rows of an export are in memory at once.
const exportBatch = 500

// ExportList is one table of an export.
type ExportList struct {
	Name    string // of the files, without their endings
	Columns []string

	page func(tx *gorm.DB, after ExportPlace, now time.Time) (rows [][]any, next ExportPlace, err error)
}

// ExportPlace is a place in a list; nil is its beginning, and its end.
type ExportPlace []any

// ExportPage gives some rows of a list from a place on, and the place after them.
// A cell is nil, a string, a bool, an int, an int64, a float64 or a time. It is
// for who makes an export that somebody asked for.
func (o *Scoped) ExportPage(ctx context.Context, list ExportList, after ExportPlace) (rows [][]any, next ExportPlace, err error) {
	err = o.read(ctx, "read "+list.Name+" for an export", func(tx *gorm.DB) error {
		rows, next, err = list.page(tx, after, o.store.now())
		return err
	})
	return rows, next, err
}

// ExportLists are the tables of an export. None holds a secret of the
// organization's, nor a hash of one. What people sealed in an encrypted meeting is
// in them as it is kept, for their browsers alone can open it.
func ExportLists() []ExportList {
	var all []ExportList
	for _, some := range [][]ExportList{peopleLists(), meetingLists(), ruleLists(), exceptionLists(), programLists(), {auditList()}} {
		all = append(all, some...)
	}
	return all
}

// listOf is a list in the order of columns that no two rows share, which at reads
// from a row.
func listOf[R any](name, columns, keys string, at func(R) []any, cells func(*gorm.DB, []R) ([][]any, error)) ExportList {
	holes := strings.TrimSuffix(strings.Repeat("?, ", strings.Count(keys, ",")+1), ", ")
	return ExportList{Name: name, Columns: strings.Fields(columns), page: func(tx *gorm.DB, after ExportPlace, _ time.Time) ([][]any, ExportPlace, error) {
		var rows []R
		q := tx.Order(keys).Limit(exportBatch)
		if after != nil {
			q = q.Where(fmt.Sprintf("(%s) > (%s)", keys, holes), after...)
		}
		if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
			return nil, nil, err
		}
		out, err := cells(tx, rows)
		if len(rows) < exportBatch {
			return out, nil, err
		}
		return out, at(rows[len(rows)-1]), err
	}}
}

// whole is a list that is short enough to be read in one go.
func whole(name, columns string, read func(tx *gorm.DB, now time.Time) ([][]any, error)) ExportList {
	return ExportList{Name: name, Columns: strings.Fields(columns), page: func(tx *gorm.DB, _ ExportPlace, now time.Time) ([][]any, ExportPlace, error) {
		rows, err := read(tx, now)
		return rows, nil, err
	}}
}

// each makes a row of cells of each row.
func each[R any](cells func(R) []any) func(*gorm.DB, []R) ([][]any, error) {
	return func(_ *gorm.DB, rows []R) ([][]any, error) {
		out := make([][]any, len(rows))
		for i, r := range rows {
			out[i] = cells(r)
		}
		return out, nil
	}
}

// orNull is a cell of what may be missing.
func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	switch v := any(*v).(type) {
	case time.Time:
		return v.UTC()
	case UserID:
		return string(v)
	}
	return *v
}

// minutes is a length as a cell, to a tenth.
func minutesCell(d time.Duration) any { return float64((d+3*time.Second)/(6*time.Second)) / 10 }

// minutesOrNull is a length that may be missing, as a cell.
func minutesOrNull(d *time.Duration) any {
	if d == nil {
		return nil
	}
	return minutesCell(*d)
}

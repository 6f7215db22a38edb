package tenants_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestTheORMKeepsEveryStatementInside tries the ways around that GORM offers.
func TestTheORMKeepsEveryStatementInside(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		theirs := populated(t, w)
		mine := w.Org("mine").Owner("eve")
		own := mine.Room("eve", "Mine")

		reads := map[string]func(tx *gorm.DB, out *[]tenants.RoomRow) error{
			"all": func(tx *gorm.DB, out *[]tenants.RoomRow) error { return tx.Find(out).Error },
			"or": func(tx *gorm.DB, out *[]tenants.RoomRow) error {
				return tx.Where("name = ?", "x").Or("1 = 1").Find(out).Error
			},
			"only or":        func(tx *gorm.DB, out *[]tenants.RoomRow) error { return tx.Or("1 = 1").Find(out).Error },
			"or in a string": func(tx *gorm.DB, out *[]tenants.RoomRow) error { return tx.Where("1 = 0\nOR\n1 = 1").Find(out).Error },
			"not":            func(tx *gorm.DB, out *[]tenants.RoomRow) error { return tx.Not("1 = 0").Find(out).Error },
			"unscoped":       func(tx *gorm.DB, out *[]tenants.RoomRow) error { return tx.Unscoped().Find(out).Error },
			"used twice": func(tx *gorm.DB, out *[]tenants.RoomRow) error {
				var n int64
				q := tx.Model(&tenants.RoomRow{}).Where("1 = 0")
				return errors.Join(q.Count(&n).Error, q.Or("1 = 1").Find(out).Error)
			},
			"subquery": func(tx *gorm.DB, out *[]tenants.RoomRow) error {
				return tx.Where("id IN (?)", tx.Session(&gorm.Session{NewDB: true}).Model(&tenants.RoomRow{}).Select("id")).Find(out).Error
			},
		}
		for name, read := range reads {
			var rows []tenants.RoomRow
			err := db.ReadOrg(t.Context(), mine.ID, func(tx *gorm.DB) error { return read(tx, &rows) })
			if err != nil || len(rows) > 1 || len(rows) == 1 && rows[0].ID != own.ID {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
			}
		}

		var n int64
		if err := db.ReadOrg(t.Context(), mine.ID, func(tx *gorm.DB) error { return tx.Model(&tenants.RoomRow{}).Count(&n).Error }); err != nil || n != 1 {
			t.Errorf("count: %d, %v", n, err)
		}

		refused := map[string]struct {
			want error
			do   func(tx *gorm.DB) error
		}{
			"a row of another": {tenants.ErrForeignTenant, func(tx *gorm.DB) error { return tx.Create(rowIn(theirs.ID)).Error }},
			"one of many":      {tenants.ErrForeignTenant, func(tx *gorm.DB) error { return tx.Create([]*tenants.RoomRow{rowIn(""), rowIn(theirs.ID)}).Error }},
			"give a row away": {tenants.ErrForeignTenant, func(tx *gorm.DB) error {
				return tx.Model(&tenants.RoomRow{}).Where("id = ?", string(own.ID)).Update("tenant_id", string(theirs.ID)).Error
			}},
			"create unscoped": {tenants.ErrUnguarded, func(tx *gorm.DB) error { return tx.Unscoped().Create(rowIn(theirs.ID)).Error }},
			"create from a map": {tenants.ErrUnguarded, func(tx *gorm.DB) error {
				return tx.Model(&tenants.RoomRow{}).Create(map[string]any{"tenant_id": string(theirs.ID)}).Error
			}},
			"SQL by hand":          {tenants.ErrUnguarded, func(tx *gorm.DB) error { return tx.Exec("DELETE FROM rooms").Error }},
			"SQL after savepoint":  {tenants.ErrUnguarded, func(tx *gorm.DB) error { return tx.Exec("SAVEPOINT x; DELETE FROM rooms").Error }},
			"reading by hand":      {tenants.ErrUnguarded, func(tx *gorm.DB) error { return tx.Raw("SELECT * FROM rooms").Scan(&[]tenants.RoomRow{}).Error }},
			"a row by hand":        {tenants.ErrUnguarded, func(tx *gorm.DB) error { var id string; return rowErr(tx.Raw("SELECT id FROM rooms"), &id) }},
			"a table with no type": {tenants.ErrUnguarded, func(tx *gorm.DB) error { var n int64; return tx.Table("rooms").Count(&n).Error }},
			"without its name": {tenants.ErrNoTenant, func(tx *gorm.DB) error {
				return tx.WithContext(tenants.WithoutScope(tx.Statement.Context)).Find(&[]tenants.RoomRow{}).Error
			}},
			"with no context": {tenants.ErrNoTenant, func(tx *gorm.DB) error {
				return tx.WithContext(context.Background()).Delete(&tenants.RoomRow{}, "id = ?", string(own.ID)).Error
			}},
		}
		for name, tt := range refused {
			err := db.InOrg(t.Context(), mine.ID, func(tx *gorm.DB) error { return tt.do(tx) })
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
		}

		writes := map[string]func(tx *gorm.DB) *gorm.DB{
			"update": func(tx *gorm.DB) *gorm.DB {
				return tx.Model(&tenants.RoomRow{}).Where("id = ?", string(theirs.room.ID)).Update("name", "x")
			},
			"update all but none": func(tx *gorm.DB) *gorm.DB {
				return tx.Model(&tenants.RoomRow{}).Where("id <> ?", string(own.ID)).Or("id = ?", string(theirs.room.ID)).Update("name", "x")
			},
			"delete": func(tx *gorm.DB) *gorm.DB {
				return tx.Where("id = ?", string(theirs.room.ID)).Delete(&tenants.RoomRow{})
			},
			"delete unscoped": func(tx *gorm.DB) *gorm.DB {
				return tx.Unscoped().Where("1 = 0").Or("id = ?", string(theirs.room.ID)).Delete(&tenants.RoomRow{})
			},
		}
		for name, write := range writes {
			err := db.InOrg(t.Context(), mine.ID, func(tx *gorm.DB) error {
				got := write(tx)
				if got.RowsAffected != 0 {
					t.Errorf("%s: changed %d rows of another organization", name, got.RowsAffected)
				}
				return got.Error
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestKnowingShowsOnlyRowsThatCarryTheValue(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		theirs := populated(t, w)
		theirs.Room("ann", "Second")
		var rooms []tenants.RoomRow
		err := db.Knowing(t.Context(), tenants.KnowsRoomCode, theirs.room.Code, func(tx *gorm.DB) error {
			return tx.Where("1 = 0").Or("1 = 1").Find(&rooms).Error
		})
		if err != nil || len(rooms) != 1 || rooms[0].ID != theirs.room.ID {
			t.Errorf("a code showed %d rooms, %v", len(rooms), err)
		}
		denied := map[string]func(tx *gorm.DB) error{
			"another table":  func(tx *gorm.DB) error { return tx.Find(&[]tenants.MeetingRow{}).Error },
			"another column": func(tx *gorm.DB) error { return tx.Find(&[]tenants.MembershipRow{}).Error },
			"writing": func(tx *gorm.DB) error {
				return tx.Model(&tenants.RoomRow{}).Where("id = ?", string(theirs.room.ID)).Update("name", "x").Error
			},
			"deleting": func(tx *gorm.DB) error { return tx.Where("1 = 1").Delete(&tenants.RoomRow{}).Error },
			"creating": func(tx *gorm.DB) error { return tx.Create(rowIn(theirs.ID)).Error },
		}
		for name, do := range denied {
			err := db.Knowing(t.Context(), tenants.KnowsRoomCode, theirs.room.Code, do)
			if !errors.Is(err, tenants.ErrNoTenant) && !errors.Is(err, tenants.ErrReadOnly) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.Knowing(t.Context(), tenants.KnowsRoomCode, "", func(*gorm.DB) error { return nil }); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("knowing nothing: %v", err)
		}
		if err := db.ReadGlobal(t.Context(), func(tx *gorm.DB) error { return tx.Find(&[]tenants.RoomRow{}).Error }); !errors.Is(err, tenants.ErrNoTenant) {
			t.Errorf("rooms outside of any organization: %v", err)
		}
	})
}

func rowIn(org tenants.OrgID) *tenants.RoomRow {
	code := tenants.NewCode()
	return &tenants.RoomRow{Tenant: tenants.TenantID(org), ID: tenants.RoomID("0190b7a4-0000-7000-8000-000000000001"), Name: "x", Code: code, MediaName: code, CreatedAt: tenantstest.Start}
}

func rowErr(tx *gorm.DB, into *string) error {
	row := tx.Row()
	if tx.Error != nil || row == nil {
		return tx.Error
	}
	return row.Scan(into)
}

package tenants

import (
	"context"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// RoomByCode finds the room that a code or a link names, in whatever
// organization. An archived room is as unknown as one that never was.
func (s *Store) RoomByCode(ctx context.Context, code string) (Organization, Room, error) {
	code, err := ParseCode(code)
	if err != nil {
		return Organization{}, Room{}, err
	}
	var room roomRow
	var org orgRow
	err = s.db.Knowing(ctx, KnowsRoomCode, code, func(tx *gorm.DB) error {
		if err := first(tx.Where("archived_at IS NULL"), &room, "room"); err != nil {
			return err
		}
		return first(tx.Where("id = ?", string(room.Tenant)), &org, "organization")
	})
	if err != nil {
		return Organization{}, Room{}, wrap(err, "find a room by its code")
	}
	return org.organization(), room.room(), nil
}

// RoomByID finds a room of the organization, archived or not.
func (o *Scoped) RoomByID(ctx context.Context, id RoomID) (Room, error) {
	var row roomRow
	err := o.read(ctx, "find a room", func(tx *gorm.DB) error {
		var err error
		row, err = findRoom(tx, id)
		return err
	})
	return row.room(), err
}

// RoomByMediaName finds the room that media nodes and tokens know by this name,
// archived or not.
func (o *Scoped) RoomByMediaName(ctx context.Context, mediaName string) (Room, error) {
	if !storable(mediaName) {
		return Room{}, notFound("room")
	}
	var row roomRow
	err := o.read(ctx, "find a room by its media name", func(tx *gorm.DB) error {
		return first(tx.Where("media_name = ?", mediaName), &row, "room")
	})
	return row.room(), err
}

// CreateRoom makes a room with a new code. Any member may. Without a name it is
// called by its code.
func (o *Scoped) CreateRoom(ctx context.Context, by UserID, name string) (Room, error) {
	row, err := o.newRoom(name)
	if err != nil {
		return Room{}, err
	}
	row.MediaName, row.CreatedBy = row.Code, &by
	err = o.write(ctx, "create a room", func(tx *gorm.DB) error {
		if _, err := roleOf(tx, by); err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "room.create", string(row.ID), row.Name)
	})
	if err != nil {
		return Room{}, err
	}
	return row.room(), nil
}

// RenameRoom gives a room another name. Who manages the organization may, and
// who made the room.
func (o *Scoped) RenameRoom(ctx context.Context, by UserID, id RoomID, name string) (Room, error) {
	name, fault := checkName(name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		return Room{}, fault
	}
	var row roomRow
	err := o.write(ctx, "rename a room", func(tx *gorm.DB) error {
		var err error
		if row, err = ownRoom(tx, by, id); err != nil {
			return err
		}
		row.Name = name
		if err := tx.Model(&roomRow{}).Where("id = ?", string(id)).Update("name", name).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "room.rename", string(id), name)
	})
	if err != nil {
		return Room{}, err
	}
	return row.room(), nil
}

// ArchiveRoom takes a room away; its link leads nowhere then. It is refused
// while people meet in it.
func (o *Scoped) ArchiveRoom(ctx context.Context, by UserID, id RoomID) error {
	return o.write(ctx, "archive a room", func(tx *gorm.DB) error {
		if _, err := ownRoom(tx, by, id); err != nil {
			return err
		}
		now := o.store.now()
		sitting, err := running(tx, id, now)
		if err != nil {
			return err
		}
		if sitting.open() {
			return &Error{Code: CodeTaken, Key: KeyRoomBusy}
		}
		if err := tx.Model(&roomRow{}).Where("id = ?", string(id)).Update("archived_at", now).Error; err != nil {
			return err
		}
		return record(tx, now, by, "room.archive", string(id), "")
	})
}

// EnsureRoom finds or makes the room that an SDK token names. It comes back from
// the archive unless people made it: then it stays away.
func (o *Scoped) EnsureRoom(ctx context.Context, mediaName string) (Room, error) {
	if mediaName == "" || len(mediaName) > mediaNameMax || !storable(mediaName) {
		return Room{}, invalid("room", KeyMediaNameInvalid)
	}
	fresh, err := o.newRoom(truncate(cleanName(mediaName), nameMax))
	if err != nil {
		return Room{}, err
	}
	fresh.MediaName = mediaName
	var row roomRow
	err = o.write(ctx, "find or create a room by name", func(tx *gorm.DB) error {
		if err := o.exists(tx); err != nil {
			return err
		}
		once := clause.OnConflict{Columns: []clause.Column{{Name: "tenant_id"}, {Name: "media_name"}}, DoNothing: true}
		if err := tx.Clauses(once).Create(&fresh).Error; err != nil {
			return err
		}
		if err := first(tx.Where("media_name = ?", mediaName), &row, "room"); err != nil || row.ArchivedAt == nil {
			return err
		}
		if row.CreatedBy != nil {
			return notFound("room")
		}
		row.ArchivedAt = nil
		return tx.Model(&roomRow{}).Where("id = ?", string(row.ID)).Update("archived_at", nil).Error
	})
	if err != nil {
		return Room{}, err
	}
	return row.room(), nil
}

// newRoom fills in what every new room has.
func (o *Scoped) newRoom(name string) (roomRow, error) {
	id, err := newID()
	if err != nil {
		return roomRow{}, err
	}
	row := roomRow{Tenant: TenantID(o.org), ID: RoomID(id), Code: newCode(), Name: cleanName(name), CreatedAt: o.store.now()}
	switch {
	case row.Name == "":
		row.Name = row.Code
	case utf8.RuneCountInString(row.Name) > nameMax:
		return roomRow{}, invalid("name", KeyNameLong)
	}
	return row, nil
}

func findRoom(tx *gorm.DB, id RoomID) (roomRow, error) {
	var row roomRow
	if err := parseID(id); err != nil {
		return row, err
	}
	return row, first(tx.Where("id = ?", string(id)), &row, "room")
}

// ownRoom finds and locks a room that this person may change.
func ownRoom(tx *gorm.DB, by UserID, id RoomID) (roomRow, error) {
	role, err := roleOf(tx, by)
	if err != nil {
		return roomRow{}, err
	}
	row, err := findRoom(forUpdate(tx), id)
	if err != nil {
		return roomRow{}, err
	}
	if !role.CanManage() && (row.CreatedBy == nil || *row.CreatedBy != by) {
		return roomRow{}, forbidden("another's room")
	}
	if row.ArchivedAt != nil {
		return roomRow{}, notFound("room")
	}
	return row, nil
}

// forUpdate locks the rows that are read until the transaction ends. SQLite
// needs no such words: there the transaction has the whole file.
func forUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// truncate cuts a text to n characters.
func truncate(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return strings.TrimSpace(string(runes[:n]))
	}
	return s
}

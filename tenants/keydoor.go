package tenants

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// KeyDoor is what an organization's program may do with its API key. Each method
// asks for a scope of the key and gets [CodeForbidden] without it; what is
// changed is noted in the audit log under the key.
type KeyDoor struct {
	org *Scoped
	key APIKey
}

// As opens the organization to the holder of one of its API keys, as
// [Store.APIKeyOf] gave it.
func (o *Scoped) As(key APIKey) *KeyDoor { return &KeyDoor{org: o, key: key} }

// ErrScope is the cause of a fault of a key that lacks a scope, whose name
// stands before it.
var ErrScope = errors.New("the API key does not have this scope")

func (d *KeyDoor) needs(scope APIScope) error {
	if d.key.May(scope) {
		return nil
	}
	return &Error{Code: CodeForbidden, Key: KeyScopeMissing, Err: wrap(ErrScope, string(scope))}
}

func (d *KeyDoor) write(ctx context.Context, scope APIScope, tried string, fn func(tx *gorm.DB, now time.Time) error) error {
	if err := d.needs(scope); err != nil {
		return err
	}
	origin := originOf(ctx)
	origin.Via = ViaKey + d.key.ID
	return d.org.write(WithOrigin(ctx, origin), tried, func(tx *gorm.DB) error { return fn(tx, d.org.store.now()) })
}

func (d *KeyDoor) read(ctx context.Context, scope APIScope, tried string, fn func(tx *gorm.DB, now time.Time) error) error {
	if err := d.needs(scope); err != nil {
		return err
	}
	return d.org.read(ctx, tried, func(tx *gorm.DB) error { return fn(tx, d.org.store.now()) })
}

// Slice is a part of a long list: what comes after a place, at most so many.
type Slice struct {
	After string // the id of the last one seen; "" = from the beginning
	Limit int    // 1 to 200
}

const sliceMax = 200

func (s Slice) limit() int { return min(max(s.Limit, 1), sliceMax) }

// RoomQuery picks rooms.
type RoomQuery struct {
	Slice
	Archived bool // also those that were put away
}

// Rooms lists rooms, newest first. more says that there are others after them.
func (d *KeyDoor) Rooms(ctx context.Context, q RoomQuery) (out []RoomSummary, more bool, err error) {
	err = d.read(ctx, ScopeRoomsRead, "list rooms for a program", func(tx *gorm.DB, now time.Time) error {
		var rows []roomRow
		s := tx.Order("id DESC").Limit(q.limit() + 1)
		if q.After != "" {
			if parseID(q.After) != nil {
				return invalid("cursor", KeyCursorInvalid)
			}
			s = s.Where("id < ?", q.After)
		}
		if !q.Archived {
			s = s.Where("archived_at IS NULL")
		}
		if err := s.Find(&rows).Error; err != nil {
			return err
		}
		more = len(rows) > q.limit()
		out, err = d.summaries(tx, rows[:min(len(rows), q.limit())], now)
		return err
	})
	return out, more, err
}

func (d *KeyDoor) summaries(tx *gorm.DB, rows []roomRow, now time.Time) ([]RoomSummary, error) {
	live, err := allRunning(tx, now)
	if err != nil {
		return nil, err
	}
	return summarize(rows, live, nil, now), nil
}

// Room finds a room, put away or not.
func (d *KeyDoor) Room(ctx context.Context, id RoomID) (out RoomSummary, err error) {
	err = d.read(ctx, ScopeRoomsRead, "find a room for a program", func(tx *gorm.DB, now time.Time) error {
		row, err := findRoom(tx, id)
		if err != nil {
			return err
		}
		all, err := d.summaries(tx, []roomRow{row}, now)
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

// CreateRoom makes a room that belongs to who made the key.
func (d *KeyDoor) CreateRoom(ctx context.Context, name string) (Room, error) {
	name, fault := checkName(name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		return Room{}, fault
	}
	row, err := d.org.newRoom(name)
	if err != nil {
		return Room{}, err
	}
	row.MediaName, row.CreatedBy = row.Code, &d.key.CreatedBy
	err = d.write(ctx, ScopeRoomsWrite, "create a room for a program", func(tx *gorm.DB, now time.Time) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, now, "", "room.create", string(row.ID), name)
	})
	if err != nil {
		return Room{}, err
	}
	return row.room(), nil
}

// RenameRoom gives a room another name.
func (d *KeyDoor) RenameRoom(ctx context.Context, id RoomID, name string) (Room, error) {
	name, fault := checkName(name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		return Room{}, fault
	}
	var row roomRow
	err := d.write(ctx, ScopeRoomsWrite, "rename a room for a program", func(tx *gorm.DB, now time.Time) error {
		var err error
		if row, err = keptRoom(tx, id); err != nil {
			return err
		}
		row.Name = name
		if err := tx.Model(&roomRow{}).Where("id = ?", string(id)).Update("name", name).Error; err != nil {
			return err
		}
		return record(tx, now, "", "room.rename", string(id), name)
	})
	if err != nil {
		return Room{}, err
	}
	return row.room(), nil
}

// ArchiveRoom puts a room away, unless people meet in it.
func (d *KeyDoor) ArchiveRoom(ctx context.Context, id RoomID) error {
	return d.write(ctx, ScopeRoomsWrite, "archive a room for a program", func(tx *gorm.DB, now time.Time) error {
		if _, err := keptRoom(tx, id); err != nil {
			return err
		}
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
		return record(tx, now, "", "room.archive", string(id), "")
	})
}

// keptRoom finds and locks a room that was not put away.
func keptRoom(tx *gorm.DB, id RoomID) (roomRow, error) {
	row, err := findRoom(forUpdate(tx), id)
	if err == nil && row.ArchivedAt != nil {
		err = notFound("room")
	}
	return row, err
}

// Member is a person of the organization, as its own people see them.
type Member struct {
	ID    UserID
	Name  string
	Email string
	Role  Role
	Since time.Time
}

// Members lists the organization's people, by id.
func (d *KeyDoor) Members(ctx context.Context, q Slice) (out []Member, more bool, err error) {
	err = d.read(ctx, ScopeMembersRead, "list members for a program", func(tx *gorm.DB, _ time.Time) error {
		s := tx.Order("user_id").Limit(q.limit() + 1)
		if q.After != "" {
			if parseID(q.After) != nil {
				return invalid("cursor", KeyCursorInvalid)
			}
			s = s.Where("user_id > ?", q.After)
		}
		var rows []membershipRow
		if err := s.Find(&rows).Error; err != nil {
			return err
		}
		more = len(rows) > q.limit()
		out, err = membersOf(tx, rows[:min(len(rows), q.limit())])
		return err
	})
	return out, more, err
}

// Member finds one person of the organization.
func (d *KeyDoor) Member(ctx context.Context, id UserID) (out Member, err error) {
	err = d.read(ctx, ScopeMembersRead, "find a member for a program", func(tx *gorm.DB, _ time.Time) error {
		if err := parseID(id); err != nil {
			return err
		}
		var row membershipRow
		if err := first(tx.Where("user_id = ?", string(id)), &row, "member"); err != nil {
			return err
		}
		all, err := membersOf(tx, []membershipRow{row})
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

func membersOf(tx *gorm.DB, rows []membershipRow) ([]Member, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = string(r.UserID)
	}
	var people []userRow
	if len(ids) > 0 {
		if err := tx.Where("id IN ?", ids).Find(&people).Error; err != nil {
			return nil, err
		}
	}
	byID := make(map[UserID]userRow, len(people))
	for _, p := range people {
		byID[p.ID] = p
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		p := byID[r.UserID]
		out[i] = Member{ID: r.UserID, Name: p.Name, Email: p.Email, Role: r.Role, Since: r.CreatedAt.UTC()}
	}
	return out, nil
}

// KeptAnswer is what a request with an idempotency key was answered.
type KeptAnswer struct {
	Status int
	Body   []byte
}

// answerMemory is how long answers are kept, and answerPatience how long a first
// request may be at work before another may take over.
const (
	answerMemory   = 24 * time.Hour
	answerPatience = time.Minute
)

// Recall looks whether a request with this idempotency key was answered before.
// fresh says that it was not and that the caller now has to do the work and
// [KeyDoor.Keep] the answer, or [KeyDoor.Forget] that there was a request.
// Faults: [CodeTaken] while the first one is at work, [CodeInvalid] when that
// key came with another request.
func (d *KeyDoor) Recall(ctx context.Context, idem, request string) (answer KeptAnswer, fresh bool, err error) {
	err = d.org.write(ctx, "look for an answer that was given", func(tx *gorm.DB) error {
		now := d.org.store.now()
		old := tx.Where("created_at < ? OR (status = 0 AND created_at < ?)", now.Add(-answerMemory), now.Add(-answerPatience))
		if err := old.Delete(&answerRow{}).Error; err != nil {
			return err
		}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).
			Create(&answerRow{KeyID: d.key.ID, Idem: idem, Request: hashToken(request), Body: []byte{}, CreatedAt: now})
		if made.Error != nil || made.RowsAffected == 1 {
			fresh = true
			return made.Error
		}
		var row answerRow
		if err := first(tx.Where("key_id = ? AND idem = ?", d.key.ID, idem), &row, "answer"); err != nil {
			return err
		}
		switch {
		case row.Request != hashToken(request):
			return invalid("Idempotency-Key", KeyIdempotencyReused)
		case row.Status == 0:
			return &Error{Code: CodeTaken, Field: "Idempotency-Key", Key: KeyIdempotencyBusy}
		}
		answer = KeptAnswer{Status: row.Status, Body: row.Body}
		return nil
	})
	return answer, fresh, err
}

// Keep remembers the answer to a request for a day.
func (d *KeyDoor) Keep(ctx context.Context, idem string, a KeptAnswer) error {
	return d.org.write(ctx, "keep an answer", func(tx *gorm.DB) error {
		return tx.Model(&answerRow{}).Where("key_id = ? AND idem = ?", d.key.ID, idem).
			Updates(map[string]any{"status": a.Status, "body": a.Body}).Error
	})
}

// Forget lets the request be sent again: it did not succeed.
func (d *KeyDoor) Forget(ctx context.Context, idem string) error {
	return d.org.write(ctx, "forget a request", func(tx *gorm.DB) error {
		return tx.Where("key_id = ? AND idem = ?", d.key.ID, idem).Delete(&answerRow{}).Error
	})
}

type answerRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	KeyID     string   `gorm:"primaryKey"`
	Idem      string   `gorm:"primaryKey"`
	Request   string
	Status    int
	Body      []byte
	CreatedAt time.Time
}

func (answerRow) TableName() string { return "api_answers" }

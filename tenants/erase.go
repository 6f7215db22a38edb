package tenants

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"gorm.io/gorm"
)

// ownTables are the tables of this package that belong to organizations, in the
// order in which an organization's rows can go: what points at a row goes before
// it. A test fails when a new table is not here.
var ownTables = []string{
	"support_accesses", "limit_exceptions", "isolation_runs", "export_parts", "exports",
	"webhook_deliveries", "webhook_events", "webhook_endpoints", "api_answers", "api_keys",
	"quality_minutes", "waiting_lines", "waiting", "room_bans", "chat_reactions", "chat_file_parts", "chat_files", "chat_messages", "participants", "meetings", "node_events", "rooms", "media_keys",
	"sso_settings", "sso_domains", "org_logos", "invitations", "invite_links", "join_domains",
	"policies", "sticker_rules", "emoji", "person_quotas", "quota_notices", "quotas", "storage_locks", "memberships",
	"audit", "audit_heads", "deletions",
}

// ownedRow is a row of which nothing counts but whose it is.
type ownedRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey"`
}

// eraseRows takes everything of the transaction's organization away, itself too:
// the rows of the other packages' tables first. The audit log lets its rows go
// only in a transaction that erases.
func (s *Store) eraseRows(tx *gorm.DB, also []string) error {
	// The scope limits each statement; here the organization is spelled out as well, for what goes is gone.
	org, now := string(scopeOf(tx.Statement.Context).tenant), s.now()
	if err := tx.Where("tenant_id = ?", org).Delete(&deletionRow{}).Error; err != nil {
		return err
	}
	if err := tx.Create(&deletionRow{AskedBy: nobody, AskedAt: now, DueAt: now, ErasingAt: &now}).Error; err != nil {
		return err
	}
	for _, tables := range [][]string{also, ownTables} {
		for _, table := range tables {
			if err := tx.Table(table).Where("tenant_id = ?", org).Delete(&ownedRow{}).Error; err != nil {
				return wrap(err, "empty "+table)
			}
		}
	}
	if err := tx.Where("org_id = ?", org).Delete(&jobRow{}).Error; err != nil {
		return err
	}
	return tx.Where("id = ?", org).Delete(&orgRow{}).Error
}

// EraseProbe takes a throw-away organization away, and its people. Also are the
// tables of other packages that belong to organizations. Doing it again does
// nothing; an organization that people made is not touched.
func (s *Store) EraseProbe(ctx context.Context, org OrgID, also ...string) error {
	return wrap(s.db.InOrg(ctx, org, func(tx *gorm.DB) error {
		var marks int64 // the job that stands for it since it was made
		if err := ofJob(tx.Model(&jobRow{}), Job{ErrandProbe, org, probeRef}).Count(&marks).Error; err != nil || marks == 0 {
			return err
		}
		var people []string
		if err := tx.Model(&membershipRow{}).Where("tenant_id = ?", string(org)).Pluck("user_id", &people).Error; err != nil {
			return err
		}
		if err := s.eraseRows(tx, also); err != nil || len(people) == 0 {
			return err
		}
		return tx.Where("id IN ?", people).Delete(&userRow{}).Error
	}), "take a throw-away organization away")
}

// EraseOrg erases an organization whose day has come: every row of its, also in
// other packages' tables, which also names. What is left says that there was one,
// and where its audit log ended. Its people stay, with their other organizations;
// owners and admins get a mail. It gives the rooms in which somebody met at that
// moment, which are to be closed on their media nodes. [CodeNotFound] when it is
// gone or stays, [CodeTaken] when its day has not come.
func (s *Store) EraseOrg(ctx context.Context, id OrgID, also ...string) (met []Room, err error) {
	o := s.Org(id)
	err = o.write(ctx, "erase an organization", func(tx *gorm.DB) error {
		var org orgRow
		if err := first(forUpdate(tx).Where("id = ?", string(id)), &org, "organization"); err != nil {
			return err
		}
		var row deletionRow
		if err := first(forUpdate(tx), &row, "deletion"); err != nil {
			return err
		}
		now := s.now()
		if now.Before(row.DueAt) {
			return &Error{Code: CodeTaken, Err: errors.New("its day has not come")}
		}
		if met, err = roomsInUse(tx, now); err != nil {
			return err
		}
		if err := o.tellOfDeletion(tx, "deletion_done", org, row, ""); err != nil {
			return err
		}
		if err := record(tx, now, "", "organization.erase", string(id), ""); err != nil {
			return err
		}
		head, err := lockHead(tx)
		if err != nil {
			return err
		}
		left := erasureRow{OrgID: id, AskedAt: row.AskedAt, ErasedAt: now, Entries: head.Seq, Head: hex.EncodeToString(head.Hash)}
		if err := tx.Create(&left).Error; err != nil {
			return err
		}
		return s.eraseRows(tx, also)
	})
	return met, err
}

// RoomsInUse are the rooms in which people may be meeting, whatever is known of
// it: a media node that has lost us goes on for as long as the meeting may last.
func (o *Scoped) RoomsInUse(ctx context.Context) (out []Room, err error) {
	err = o.read(ctx, "find rooms in use", func(tx *gorm.DB) error {
		out, err = roomsInUse(tx, o.store.now())
		return err
	})
	return out, err
}

// longestMeeting is longer than any meeting is.
const longestMeeting = 3 * 24 * time.Hour

func roomsInUse(tx *gorm.DB, now time.Time) ([]Room, error) {
	const late = `id IN (SELECT running.room_id FROM meetings AS running WHERE running.tenant_id = rooms.tenant_id AND (running.ended_at IS NULL OR running.started_at > ?))`
	var rows []roomRow
	err := tx.Where(late, now.Add(-longestMeeting)).Find(&rows).Error
	out := make([]Room, len(rows))
	for i, r := range rows {
		out[i] = r.room()
	}
	return out, err
}

// Erasure is what is left of an organization that was erased.
type Erasure struct {
	AskedAt, ErasedAt time.Time
	Entries           int64  // of its audit log
	Head              string // hex of the last hash
}

// Erasure says what is left of an organization; [CodeNotFound] when none by that
// id was erased.
func (s *Store) Erasure(ctx context.Context, id OrgID) (Erasure, error) {
	if err := parseID(id); err != nil {
		return Erasure{}, err
	}
	var row erasureRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return first(tx.Where("org_id = ?", string(id)), &row, "erasure") })
	return Erasure{AskedAt: row.AskedAt.UTC(), ErasedAt: row.ErasedAt.UTC(), Entries: row.Entries, Head: row.Head}, wrap(err, "look what is left of an organization")
}

type erasureRow struct {
	OrgID    OrgID `gorm:"primaryKey"`
	AskedAt  time.Time
	ErasedAt time.Time
	Entries  int64
	Head     string
}

func (erasureRow) TableName() string { return "erasures" }

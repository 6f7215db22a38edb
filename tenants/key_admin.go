package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// mediaKeysMax is how many media keys of its programs an organization may have
// alive at once.
const mediaKeysMax = 100

// MakeKey is [Scoped.CreateKey] for a person: only who manages the organization
// may.
func (o *Scoped) MakeKey(ctx context.Context, by UserID, label string) (MediaKey, error) {
	label, fault := checkName(label, "media_label", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		return MediaKey{}, fault
	}
	var key MediaKey
	err := o.write(ctx, "create a media key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		if err := roomForKey(tx, o.store.now()); err != nil {
			return err
		}
		var err error
		if key, err = o.store.insertKey(tx, o.org, label, false); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "key.create", key.ID, label)
	})
	return key, err
}

// RotateKey makes a media key of the same name and lets the old one live for a
// while yet, at most a week.
func (o *Scoped) RotateKey(ctx context.Context, by UserID, id string, keep time.Duration) (MediaKey, error) {
	var key MediaKey
	err := o.write(ctx, "rotate a media key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		now := o.store.now()
		old, err := liveKey(tx, id, now)
		if err != nil {
			return err
		}
		if err := roomForKey(tx, now); err != nil {
			return err
		}
		until := rotatedUntil(now, keep, old.ExpiresAt)
		if err := tx.Model(&keyRow{}).Where("id = ?", id).Update("expires_at", until).Error; err != nil {
			return err
		}
		if key, err = o.store.insertKey(tx, o.org, old.Label, false); err != nil {
			return err
		}
		return record(tx, now, by, "key.rotate", id, "replaced by "+key.ID+", valid until "+until.Format(time.RFC3339))
	})
	return key, err
}

// EndKey is [Scoped.RevokeKey] for a person: only who manages the organization
// may.
func (o *Scoped) EndKey(ctx context.Context, by UserID, id string) error {
	return o.write(ctx, "revoke a media key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		now := o.store.now()
		row, err := liveKey(tx, id, now)
		if err != nil {
			return err
		}
		if err := tx.Model(&keyRow{}).Where("id = ?", id).Update("revoked_at", now).Error; err != nil {
			return err
		}
		return record(tx, now, by, "key.revoke", id, row.Label)
	})
}

// liveKey finds and locks a key of the organization's programs that works.
func liveKey(tx *gorm.DB, id string, now time.Time) (keyRow, error) {
	var row keyRow
	if !isKeyID(id) {
		return row, notFound("key")
	}
	q := forUpdate(tx).Where("id = ? AND NOT internal", id).Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", now)
	return row, first(q, &row, "key")
}

func roomForKey(tx *gorm.DB, now time.Time) error {
	var live int64
	alive := tx.Model(&keyRow{}).Where("NOT internal AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", now)
	if err := alive.Count(&live).Error; err != nil {
		return err
	}
	if live >= mediaKeysMax {
		return &Error{Code: CodeLimited, Key: KeyTooManyKeys}
	}
	return nil
}

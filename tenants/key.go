package tenants

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// keyPrefix and the symbols after it make a media key's id.
const (
	keyPrefix  = "PK"
	keySymbols = 14
)

// MediaKey finds whose key this is, and its secret. A revoked key is as unknown
// as one that never was; one of an organization that is suspended is [CodeForbidden]
// with a [SuspendedFault].
func (s *Store) MediaKey(ctx context.Context, keyID string) (OrgID, []byte, error) {
	if !isKeyID(keyID) {
		return "", nil, notFound("key")
	}
	var row keyRow
	err := s.db.Knowing(ctx, KnowsKeyID, keyID, func(tx *gorm.DB) error {
		if err := first(tx.Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", s.now()), &row, "key"); err != nil {
			return err
		}
		return orgOpen(tx, OrgID(row.Tenant))
	})
	if err != nil {
		return "", nil, wrap(err, "find a media key")
	}
	secret, err := s.unseal(row)
	return OrgID(row.Tenant), secret, wrap(err, "open media key "+keyID)
}

// CreateKey makes a key for the organization's own programs. Several may live at
// once, so that one can be changed for another without a gap.
func (o *Scoped) CreateKey(ctx context.Context, label string) (MediaKey, error) {
	label, fault := checkName(label, "label", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		return MediaKey{}, fault
	}
	var key MediaKey
	err := o.write(ctx, "create a media key", func(tx *gorm.DB) error {
		if err := o.exists(tx); err != nil {
			return err
		}
		var err error
		if key, err = o.store.insertKey(tx, o.org, label, false); err != nil {
			return err
		}
		return record(tx, o.store.now(), "", "key.create", key.ID, label)
	})
	return key, err
}

// InternalKey is the key with which the web tier signs tokens for the
// organization's rooms.
func (o *Scoped) InternalKey(ctx context.Context) (MediaKey, error) {
	var row keyRow
	err := o.read(ctx, "find the organization's own media key", func(tx *gorm.DB) error {
		return first(tx.Where("internal AND revoked_at IS NULL"), &row, "key")
	})
	if err != nil {
		return MediaKey{}, err
	}
	secret, err := o.store.unseal(row)
	if err != nil {
		return MediaKey{}, wrap(err, "open the organization's own media key")
	}
	return row.key(string(secret)), nil
}

// Keys lists the organization's keys without their secrets, newest first.
func (o *Scoped) Keys(ctx context.Context) ([]MediaKey, error) {
	var rows []keyRow
	err := o.read(ctx, "list media keys", func(tx *gorm.DB) error {
		return tx.Where("NOT internal").Order("created_at DESC, id").Find(&rows).Error
	})
	out := make([]MediaKey, len(rows))
	for i, r := range rows {
		out[i] = r.key("")
	}
	return out, err
}

// RevokeKey makes a key of the organization's programs useless at once.
func (o *Scoped) RevokeKey(ctx context.Context, id string) error {
	if !isKeyID(id) {
		return notFound("key")
	}
	return o.write(ctx, "revoke a media key", func(tx *gorm.DB) error {
		now := o.store.now()
		got := tx.Model(&keyRow{}).Where("id = ? AND NOT internal AND revoked_at IS NULL", id).Update("revoked_at", now)
		if got.Error != nil {
			return got.Error
		}
		if got.RowsAffected == 0 {
			return notFound("key")
		}
		return record(tx, now, "", "key.revoke", id, "")
	})
}

// isKeyID tells what cannot be a key's id before the database is asked.
func isKeyID(s string) bool {
	return strings.HasPrefix(s, keyPrefix) && len(s) == len(keyPrefix)+keySymbols &&
		strings.Trim(s[len(keyPrefix):], alphabet) == ""
}

// insertKey makes a key; tx must be inside the organization.
func (s *Store) insertKey(tx *gorm.DB, org OrgID, label string, internal bool) (MediaKey, error) {
	id, secret := keyPrefix+randomSymbols(keySymbols), randomToken(32)
	row := keyRow{
		ID: id, Label: label, Internal: internal, CreatedAt: s.now(),
		Sealed: s.sealer.seal([]byte(secret), keyOwner(org, id)),
	}
	if err := tx.Create(&row).Error; err != nil {
		return MediaKey{}, err
	}
	return row.key(secret), nil
}

func (s *Store) unseal(row keyRow) ([]byte, error) {
	return s.sealer.open(row.Sealed, keyOwner(OrgID(row.Tenant), row.ID))
}

func keyOwner(org OrgID, id string) string { return fmt.Sprintf("%s/%s", org, id) }

// exists tells a made-up organization from one of ours, before a foreign key
// does.
func (o *Scoped) exists(tx *gorm.DB) error {
	return first(tx.Where("id = ?", string(o.org)), &orgRow{}, "organization")
}

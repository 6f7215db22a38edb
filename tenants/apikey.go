package tenants

import (
	"context"
	"crypto/subtle"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// APIScope is one thing that a program with an API key may do.
type APIScope string

// The scopes.
const (
	ScopeRoomsRead     APIScope = "rooms:read"
	ScopeRoomsWrite    APIScope = "rooms:write"
	ScopeMeetingsRead  APIScope = "meetings:read"
	ScopeMeetingsWrite APIScope = "meetings:write" // end a meeting
	ScopeMembersRead   APIScope = "members:read"
	ScopeUsageRead     APIScope = "usage:read"
)

// APIScopes are all scopes, in the order in which they are offered.
func APIScopes() []APIScope {
	return []APIScope{ScopeRoomsRead, ScopeRoomsWrite, ScopeMeetingsRead, ScopeMeetingsWrite, ScopeMembersRead, ScopeUsageRead}
}

// APIKey lets an organization's program use our API.
type APIKey struct {
	ID           string // "AK" and 14 symbols
	Token        string // the whole secret, only right after it was made
	Label        string
	Scopes       []APIScope
	CreatedBy    UserID
	CreatedAt    time.Time
	ExpiresAt    *time.Time // nil = until it is revoked
	RevokedAt    *time.Time
	LastUsedAt   *time.Time
	LastUsedFrom string // IP address
}

// Live reports whether the key opens anything at a moment.
func (k APIKey) Live(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// May reports whether the key has a scope.
func (k APIKey) May(scope APIScope) bool { return slices.Contains(k.Scopes, scope) }

const (
	apiTokenPrefix = "parley_" // found by scanners for secrets
	apiKeyPrefix   = "AK"
	apiKeysMax     = 100 // that live at once in an organization
	// rotateMax is how long an old key may live on beside the one that takes its place.
	rotateMax = 7 * 24 * time.Hour
	// usedEvery is how exact the time of a key's last use is.
	usedEvery = time.Minute
)

// CreateAPIKey makes a key. Its token is in the answer and nowhere else: only a
// hash is kept. Who manages the organization may.
func (o *Scoped) CreateAPIKey(ctx context.Context, by UserID, label string, scopes []APIScope) (APIKey, error) {
	label, faults := checkAPIKey(label, scopes)
	if err := faults.orNil(); err != nil {
		return APIKey{}, err
	}
	var key APIKey
	err := o.write(ctx, "create an API key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		var err error
		if key, err = o.store.insertAPIKey(tx, by, label, scopes); err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "apikey.create", key.ID, label+": "+joinScopes(scopes))
	})
	return key, err
}

func checkAPIKey(label string, scopes []APIScope) (string, Errors) {
	var faults Errors
	label, fault := checkName(label, "label", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		faults = append(faults, fault)
	}
	known := APIScopes()
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s APIScope) bool { return !slices.Contains(known, s) }) {
		faults = append(faults, invalid("scopes", KeyScopesInvalid))
	}
	return label, faults
}

func (s *Store) insertAPIKey(tx *gorm.DB, by UserID, label string, scopes []APIScope) (APIKey, error) {
	var live int64
	now := s.now()
	alive := tx.Model(&apiKeyRow{}).Where("revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", now)
	if err := alive.Count(&live).Error; err != nil {
		return APIKey{}, err
	}
	if live >= apiKeysMax {
		return APIKey{}, &Error{Code: CodeLimited, Key: KeyTooManyKeys}
	}
	id := apiKeyPrefix + randomSymbols(keySymbols)
	token := apiTokenPrefix + id + "_" + randomToken(32)
	row := apiKeyRow{ID: id, Label: label, Scopes: joinScopes(scopes), Hash: hashToken(token), CreatedBy: by, CreatedAt: now}
	if err := tx.Create(&row).Error; err != nil {
		return APIKey{}, err
	}
	key := row.key()
	key.Token = token
	return key, nil
}

// RotateAPIKey makes a key of the same name and scopes, and lets the old one live
// for a while yet, at most a week.
func (o *Scoped) RotateAPIKey(ctx context.Context, by UserID, id string, keep time.Duration) (APIKey, error) {
	var key APIKey
	err := o.write(ctx, "rotate an API key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		now := o.store.now()
		old, err := liveAPIKey(tx, id, now)
		if err != nil {
			return err
		}
		until := rotatedUntil(now, keep, old.ExpiresAt)
		if err := tx.Model(&apiKeyRow{}).Where("id = ?", id).Update("expires_at", until).Error; err != nil {
			return err
		}
		if key, err = o.store.insertAPIKey(tx, by, old.Label, old.key().Scopes); err != nil {
			return err
		}
		return record(tx, now, by, "apikey.rotate", id, "replaced by "+key.ID+", valid until "+until.Format(time.RFC3339))
	})
	return key, err
}

// rotatedUntil is when an old key ends: soon, and never later than it would have.
func rotatedUntil(now time.Time, keep time.Duration, already *time.Time) time.Time {
	until := now.Add(min(max(keep, 0), rotateMax))
	if already != nil && already.Before(until) {
		return already.UTC()
	}
	return until
}

// RevokeAPIKey makes a key useless at once.
func (o *Scoped) RevokeAPIKey(ctx context.Context, by UserID, id string) error {
	return o.write(ctx, "revoke an API key", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		now := o.store.now()
		row, err := liveAPIKey(tx, id, now)
		if err != nil {
			return err
		}
		if err := tx.Model(&apiKeyRow{}).Where("id = ?", id).Update("revoked_at", now).Error; err != nil {
			return err
		}
		return record(tx, now, by, "apikey.revoke", id, row.Label)
	})
}

func liveAPIKey(tx *gorm.DB, id string, now time.Time) (apiKeyRow, error) {
	var row apiKeyRow
	if !isAPIKeyID(id) {
		return row, notFound("API key")
	}
	return row, first(forUpdate(tx).Where("id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", id, now), &row, "API key")
}

// APIKeys lists the keys of the organization, newest first, also those that are
// over, for a month.
func (o *Scoped) APIKeys(ctx context.Context, by UserID) ([]APIKey, error) {
	var rows []apiKeyRow
	err := o.read(ctx, "list API keys", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		recent := o.store.now().Add(-keyMemory)
		return tx.Where("(revoked_at IS NULL OR revoked_at > ?) AND (expires_at IS NULL OR expires_at > ?)", recent, recent).
			Order("created_at DESC, id").Find(&rows).Error
	})
	out := make([]APIKey, len(rows))
	for i, r := range rows {
		out[i] = r.key()
	}
	return out, err
}

// keyMemory is how long keys that are over stay on the list.
const keyMemory = 30 * 24 * time.Hour

// APIKeyOf finds whose token this is and what it may do. A token that was never
// made, was revoked or has run out gets [CodeUnauthorized].
func (s *Store) APIKeyOf(ctx context.Context, token string) (OrgID, APIKey, error) {
	refused := &Error{Code: CodeUnauthorized, Key: KeyAPIKeyInvalid}
	id, _, ok := strings.Cut(strings.TrimPrefix(token, apiTokenPrefix), "_")
	if !ok || !strings.HasPrefix(token, apiTokenPrefix) || !isAPIKeyID(id) || len(token) > 200 {
		return "", APIKey{}, refused
	}
	var row apiKeyRow
	err := s.db.Knowing(ctx, KnowsAPIKey, id, func(tx *gorm.DB) error { return first(tx, &row, "API key") })
	switch {
	case CodeOf(err) == CodeNotFound:
		return "", APIKey{}, refused
	case err != nil:
		return "", APIKey{}, wrap(err, "find an API key")
	case subtle.ConstantTimeCompare([]byte(row.Hash), []byte(hashToken(token))) != 1 || !row.key().Live(s.now()):
		return "", APIKey{}, refused
	}
	org, err := s.OrgByID(ctx, OrgID(row.Tenant))
	if err == nil {
		err = org.Open()
	}
	return org.ID, row.key(), err
}

// APIKeyUsed notes when and from where a key was used last; not for each of many
// requests in a row.
func (o *Scoped) APIKeyUsed(ctx context.Context, key APIKey, from string) error {
	now := o.store.now()
	if key.LastUsedAt != nil && now.Sub(*key.LastUsedAt) < usedEvery && key.LastUsedFrom == from {
		return nil
	}
	return o.write(ctx, "note that an API key was used", func(tx *gorm.DB) error {
		return tx.Model(&apiKeyRow{}).Where("id = ?", key.ID).Updates(map[string]any{"last_used_at": now, "last_used_by": from}).Error
	})
}

func isAPIKeyID(s string) bool {
	return strings.HasPrefix(s, apiKeyPrefix) && len(s) == len(apiKeyPrefix)+keySymbols && strings.Trim(s[len(apiKeyPrefix):], alphabet) == ""
}

func joinScopes(scopes []APIScope) string {
	parts := make([]string, 0, len(scopes))
	for _, known := range APIScopes() { // in one order, each once
		if slices.Contains(scopes, known) {
			parts = append(parts, string(known))
		}
	}
	return strings.Join(parts, " ")
}

// manages refuses who does not manage the organization of the transaction.
func manages(tx *gorm.DB, by UserID) error {
	role, err := roleOf(tx, by)
	if err != nil {
		return err
	}
	if !role.CanManage() {
		return forbidden("only owners and admins may")
	}
	return nil
}

type apiKeyRow struct {
	Tenant     TenantID `gorm:"column:tenant_id;primaryKey" known:"api_key=id"`
	ID         string   `gorm:"primaryKey"`
	Label      string
	Scopes     string
	Hash       string
	CreatedBy  UserID
	CreatedAt  time.Time
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time
	LastUsedBy string
}

func (apiKeyRow) TableName() string { return "api_keys" }

func (r apiKeyRow) key() APIKey {
	k := APIKey{
		ID: r.ID, Label: r.Label, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: utc(r.ExpiresAt),
		RevokedAt: utc(r.RevokedAt), LastUsedAt: utc(r.LastUsedAt), LastUsedFrom: r.LastUsedBy,
	}
	for name := range strings.FieldsSeq(r.Scopes) {
		k.Scopes = append(k.Scopes, APIScope(name))
	}
	return k
}

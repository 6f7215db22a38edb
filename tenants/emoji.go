package tenants

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"
)

// The bounds of an organization's own emoji.
const (
	EmojiMost  = 200      // in one organization
	EmojiSide  = 128      // pixels of the longer side
	EmojiBytes = 64 << 10 // of the picture as it is kept
)

// emojiName is what stands between the colons.
var emojiName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{1,31}$`)

// Emoji is a small picture of an organization's own, by the name :name:.
type Emoji struct {
	ID        string // random: who knows it may see the picture
	Name      string // without colons
	MediaType string // image/png or image/svg+xml
	Bytes     int64
	MadeAt    time.Time
}

// File is the name of the picture in an address.
func (e Emoji) File() string {
	if e.MediaType == "image/svg+xml" {
		return e.ID + ".svg"
	}
	return e.ID + ".png"
}

// EmojiInput is a new emoji. The picture has been drawn anew by the caller, as a
// PNG or as an SVG that can do nothing.
type EmojiInput struct {
	Name      string // as typed, with colons or without
	MediaType string
	Data      []byte
}

func (in EmojiInput) check() (EmojiInput, error) {
	var faults Errors
	in.Name = strings.ToLower(strings.Trim(strings.TrimSpace(in.Name), ":"))
	if !emojiName.MatchString(in.Name) {
		faults = append(faults, invalid("name", KeyEmojiName))
	}
	switch {
	case len(in.Data) == 0 || in.MediaType != "image/png" && in.MediaType != "image/svg+xml":
		faults = append(faults, invalid("picture", KeyEmojiPicture))
	case len(in.Data) > EmojiBytes:
		faults = append(faults, invalid("picture", KeyEmojiLarge))
	}
	return in, faults.orNil()
}

// Emoji lists the organization's own, by name.
func (o *Scoped) Emoji(ctx context.Context) (out []Emoji, err error) {
	err = o.read(ctx, "list emoji", func(tx *gorm.DB) error {
		var rows []emojiRow
		if err := tx.Select("tenant_id", "id", "name", "media_type", "LENGTH(data) AS bytes", "made_at").Order("name").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			out = append(out, r.emoji())
		}
		return nil
	})
	return out, err
}

// AddEmoji keeps a new one, where it fits beside what else the organization keeps.
// Who manages the organization may. Faults are those of the fields "name" and
// "picture".
func (o *Scoped) AddEmoji(ctx context.Context, by UserID, in EmojiInput, limit StorageLimit) (Emoji, error) {
	in, err := in.check()
	if err != nil {
		return Emoji{}, err
	}
	row := emojiRow{ID: randomToken(16), Name: in.Name, MediaType: in.MediaType, Data: in.Data, MadeAt: o.store.now()}
	err = o.manage(ctx, "add an emoji", by, func(tx *gorm.DB, org orgRow) error {
		var all, same int64
		if err := tx.Model(&emojiRow{}).Count(&all).Error; err != nil {
			return err
		}
		if all >= EmojiMost {
			return &Error{Code: CodeLimited, Field: "name", Key: KeyEmojiMany}
		}
		if err := tx.Model(&emojiRow{}).Where("name = ?", row.Name).Count(&same).Error; err != nil {
			return err
		}
		if same > 0 {
			return &Error{Code: CodeTaken, Field: "name", Key: KeyEmojiTaken}
		}
		if err := storageFree(tx, org, "picture", int64(len(row.Data)), limit, nobody); err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, row.MadeAt, by, "emoji.add", row.ID, ":"+row.Name+":")
	})
	row.Bytes = int64(len(row.Data))
	return row.emoji(), err
}

// RemoveEmoji takes one away. Who manages the organization may.
func (o *Scoped) RemoveEmoji(ctx context.Context, by UserID, id string) error {
	if len(id) > 64 || !storable(id) {
		return notFound("emoji")
	}
	return o.manage(ctx, "remove an emoji", by, func(tx *gorm.DB, _ orgRow) error {
		var row emojiRow
		if err := first(tx.Where("id = ?", id), &row, "emoji"); err != nil {
			return err
		}
		if err := tx.Where("id = ?", id).Delete(&emojiRow{}).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "emoji.remove", id, ":"+row.Name+":")
	})
}

// EmojiPicture gives a picture by its id, of whatever organization: guests in a
// meeting see it as well.
func (s *Store) EmojiPicture(ctx context.Context, id string) (mediaType string, data []byte, err error) {
	if len(id) > 64 || !storable(id) {
		return "", nil, notFound("emoji")
	}
	var row emojiRow
	err = s.db.Knowing(ctx, KnowsEmojiID, id, func(tx *gorm.DB) error {
		return first(tx.Select("tenant_id", "id", "media_type", "data"), &row, "emoji")
	})
	return row.MediaType, row.Data, wrap(err, "find an emoji")
}

type emojiRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey" known:"emoji_id=id"`
	ID        string   `gorm:"primaryKey"`
	Name      string
	MediaType string
	Data      []byte
	MadeAt    time.Time
	Bytes     int64 `gorm:"->;-:migration"`
}

func (emojiRow) TableName() string { return "emoji" }

func (r emojiRow) emoji() Emoji {
	return Emoji{ID: r.ID, Name: r.Name, MediaType: r.MediaType, Bytes: r.Bytes, MadeAt: r.MadeAt.UTC()}
}

// Packs of stickers that an organization lets be sent in its meetings.
const (
	PacksAll  = "all"
	PacksSome = "some" // those that are named
	PacksNone = "none" // its own emoji only
)

// StickerRule says which packs may be sent in an organization's meetings.
type StickerRule struct {
	Which string   // PacksAll, PacksSome or PacksNone
	Packs []string // ids, with PacksSome
}

// Allows reports whether stickers of a pack may be sent.
func (r StickerRule) Allows(pack string) bool {
	if r.Which == PacksSome {
		for _, id := range r.Packs {
			if id == pack {
				return true
			}
		}
		return false
	}
	return r.Which == PacksAll
}

// String is for the audit log.
func (r StickerRule) String() string {
	if r.Which == PacksSome {
		return fmt.Sprintf("packs %s", strings.Join(r.Packs, " "))
	}
	return "packs " + r.Which
}

// packID is how packs are called, who we know nothing else about.
var packID = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

const packsMost = 200

func (r StickerRule) check() error {
	known := r.Which == PacksAll || r.Which == PacksSome || r.Which == PacksNone
	if !known || len(r.Packs) > packsMost || r.Which != PacksSome && len(r.Packs) > 0 {
		return invalid("packs", KeyPolicyInvalid)
	}
	for _, id := range r.Packs {
		if !packID.MatchString(id) {
			return invalid("packs", KeyPolicyInvalid)
		}
	}
	return nil
}

// StickerRule is what the organization's admins have set; all packs until then.
func (o *Scoped) StickerRule(ctx context.Context) (rule StickerRule, err error) {
	err = o.read(ctx, "read the rule for stickers", func(tx *gorm.DB) error {
		rule, err = stickerRuleOf(tx)
		return err
	})
	return rule, err
}

func stickerRuleOf(tx *gorm.DB) (StickerRule, error) {
	var rows []stickerRuleRow
	if err := tx.Where("id = ?", policiesID).Find(&rows).Error; err != nil || len(rows) == 0 {
		return StickerRule{Which: PacksAll}, err
	}
	return StickerRule{Which: rows[0].Which, Packs: strings.Fields(rows[0].Packs)}, nil
}

// SetStickerRule replaces the rule. Who manages the organization may.
func (o *Scoped) SetStickerRule(ctx context.Context, by UserID, rule StickerRule) error {
	if err := rule.check(); err != nil {
		return err
	}
	return o.manage(ctx, "set the rule for stickers", by, func(tx *gorm.DB, _ orgRow) error {
		before, err := stickerRuleOf(tx)
		if err != nil || before.String() == rule.String() {
			return err
		}
		now := o.store.now()
		if err := tx.Where("id = ?", policiesID).Delete(&stickerRuleRow{}).Error; err != nil {
			return err
		}
		row := stickerRuleRow{ID: policiesID, Which: rule.Which, Packs: strings.Join(rule.Packs, " "), ChangedAt: now}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return record(tx, now, by, "stickers.set", policiesID, before.String()+" → "+rule.String())
	})
}

type stickerRuleRow struct {
	Tenant    TenantID `gorm:"column:tenant_id;primaryKey"`
	ID        string   `gorm:"primaryKey"`
	Which     string
	Packs     string    // ids, separated by blanks
	ChangedAt time.Time `gorm:"column:updated_at"`
}

func (stickerRuleRow) TableName() string { return "sticker_rules" }

package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/billing/stickers"
	"parley/tenants"
)

// PackState is where a pack of stickers stands.
type PackState string

// The states of a pack.
const (
	PackDraft     PackState = "draft"     // the operator works on it
	PackListed    PackState = "listed"    // in the shop
	PackWithdrawn PackState = "withdrawn" // not sold any more; who owns it keeps it
)

// Pack is a set of stickers that belongs together, as it is sold.
type Pack struct {
	ID       string
	Name     string // as the operator wrote it; "" = the message [Pack.Key] of the catalogue
	Cents    int64  // what it costs once, in minor units; 0 = free
	Currency string // ISO 4217, lower case
	State    PackState
	Stickers []Sticker
}

// Key is the message catalogue id of the name of a pack that came with the product.
func (p Pack) Key() string { return "sticker.pack." + p.ID }

// Free reports whether everybody may send it.
func (p Pack) Free() bool { return p.State == PackListed && p.Cents == 0 }

// Sticker finds one of the pack's by its name.
func (p Pack) Sticker(name string) (Sticker, bool) {
	for _, s := range p.Stickers {
		if s.Name == name {
			return s, true
		}
	}
	return Sticker{}, false
}

// Sticker is one drawing of a pack.
type Sticker struct {
	Pack, Name string
	Alt        string // what it shows, as the operator wrote it; "" = the message [Sticker.Key]
	Hash       string // SHA-256 of the picture, in hex: its address
	MediaType  string // image/svg+xml or image/png
}

// Key is the message catalogue id of what a sticker that came with the product shows.
func (s Sticker) Key() string { return "sticker." + s.Pack + "." + s.Name }

// File is the name of the picture in an address.
func (s Sticker) File() string {
	if s.MediaType == mediaPNG {
		return s.Hash + ".png"
	}
	return s.Hash + ".svg"
}

const (
	mediaSVG = "image/svg+xml"
	mediaPNG = "image/png"
)

type packRow struct {
	ID        string `gorm:"primaryKey"`
	Name      string
	Cents     int64
	Currency  string
	State     PackState
	MadeAt    time.Time
	ChangedAt time.Time
}

// TableName is where it lies.
func (packRow) TableName() string { return "sticker_packs" }

func (r packRow) pack() Pack {
	return Pack{ID: r.ID, Name: r.Name, Cents: r.Cents, Currency: r.Currency, State: r.State}
}

type stickerRow struct {
	PackID   string `gorm:"primaryKey"`
	Name     string `gorm:"primaryKey"`
	Position int
	Alt      string
	Hash     string
}

// TableName is where it lies.
func (stickerRow) TableName() string { return "stickers" }

type stickerPictureRow struct {
	Hash      string `gorm:"primaryKey"`
	MediaType string
	Data      []byte
	MadeAt    time.Time
}

// TableName is where it lies.
func (stickerPictureRow) TableName() string { return "sticker_pictures" }

// Packs lists all packs with their stickers, drafts too: free ones first, then by
// price and id.
func (s *Service) Packs(ctx context.Context) (all []Pack, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		all, err = packsIn(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("billing: read the packs: %w", err)
	}
	return all, nil
}

func packsIn(tx *gorm.DB) ([]Pack, error) {
	var packs []packRow
	if err := tx.Order("cents, id").Find(&packs).Error; err != nil {
		return nil, err
	}
	var rows []stickerRow
	if err := tx.Order("pack_id, position, name").Find(&rows).Error; err != nil {
		return nil, err
	}
	var kinds []stickerPictureRow
	if err := tx.Select("hash", "media_type").Find(&kinds).Error; err != nil {
		return nil, err
	}
	media := make(map[string]string, len(kinds))
	for _, k := range kinds {
		media[k.Hash] = k.MediaType
	}
	of := map[string][]Sticker{}
	for _, r := range rows {
		of[r.PackID] = append(of[r.PackID], Sticker{Pack: r.PackID, Name: r.Name, Alt: r.Alt, Hash: r.Hash, MediaType: media[r.Hash]})
	}
	out := make([]Pack, len(packs))
	for i, r := range packs {
		out[i] = r.pack()
		out[i].Stickers = of[r.ID]
	}
	return out, nil
}

// packNamed finds a pack, without its stickers.
func (s *Service) packNamed(ctx context.Context, id string) (Pack, error) {
	var row packRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Take(&row, "id = ?", id).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Pack{}, fault(tenants.CodeNotFound, KeyPackUnknown, ErrPackUnknown)
	}
	if err != nil {
		return Pack{}, fmt.Errorf("billing: read the pack %q: %w", id, err)
	}
	return row.pack(), nil
}

// StickerPicture gives a picture by its hash, for everybody who knows it.
func (s *Service) StickerPicture(ctx context.Context, hash string) (mediaType string, data []byte, err error) {
	var row stickerPictureRow
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Take(&row, "hash = ?", hash).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil, fault(tenants.CodeNotFound, KeyPackUnknown, ErrPackUnknown)
	}
	if err != nil {
		return "", nil, fmt.Errorf("billing: read a sticker: %w", err)
	}
	return row.MediaType, row.Data, nil
}

// packCurrency is that of the prices in the packs that come with the product.
const packCurrency = "usd"

// SeedPacks puts the packs that come with the product into the shop, each the first
// time that the program has it. What the operator made of one since stays.
func (s *Service) SeedPacks(ctx context.Context) error {
	ours, err := stickers.Packs()
	if err != nil {
		return err
	}
	for _, pack := range ours {
		err := s.db.Global(ctx, func(tx *gorm.DB) error { return s.seedPack(tx, pack) })
		if err != nil {
			return fmt.Errorf("billing: put the pack %s into the shop: %w", pack.ID, err)
		}
	}
	return nil
}

func (s *Service) seedPack(tx *gorm.DB, pack stickers.Pack) error {
	now := s.now()
	row := packRow{ID: pack.ID, Cents: int64(pack.Cents), Currency: packCurrency, State: PackListed, MadeAt: now, ChangedAt: now}
	made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if made.Error != nil || made.RowsAffected == 0 {
		return made.Error
	}
	for i, one := range pack.Stickers {
		if err := s.keepSticker(tx, stickerRow{PackID: pack.ID, Name: one.Name, Position: i + 1}, mediaSVG, one.SVG); err != nil {
			return err
		}
	}
	return nil
}

// keepSticker writes a sticker and, where there is none like it, its picture.
func (s *Service) keepSticker(tx *gorm.DB, row stickerRow, mediaType string, data []byte) error {
	row.Hash = stickers.Address(data)
	picture := stickerPictureRow{Hash: row.Hash, MediaType: mediaType, Data: data, MadeAt: s.now()}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&picture).Error; err != nil {
		return err
	}
	return tx.Create(&row).Error
}

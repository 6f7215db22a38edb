package billing

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"parley/tenants"
)

// The bounds of what an operator makes.
const (
	PackStickersMost = 60        // in one pack
	PackCentsMost    = 100_00    // what a pack may cost
	PackCentsLeast   = 50        // Stripe takes no less
	StickerSide      = 320       // pixels of the longer side of a drawn one
	StickerBytes     = 192 << 10 // of a picture as it is kept
	packNameMost     = 60        // characters
	stickerAltMost   = 120
)

var (
	packSlug    = regexp.MustCompile(`[^a-z0-9]+`)
	stickerSlug = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
)

// packID makes the id of a pack from its name.
func packID(name string) string {
	return strings.Trim(packSlug.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

func packPrice(cents int64) error {
	if cents != 0 && (cents < PackCentsLeast || cents > PackCentsMost) {
		return packFault("price", KeyPackPrice)
	}
	return nil
}

func packFault(field, key string) error {
	return &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: key}
}

// MakePack makes a pack that nobody sees yet. Its id follows from the name, and
// stays. Cents may be 0: everybody has it then, once it is listed.
func (s *Service) MakePack(ctx context.Context, name string, cents int64) (Pack, error) {
	name = strings.Join(strings.Fields(name), " ")
	id := packID(name)
	switch {
	case id == "" || len(id) > 40 || utf8.RuneCountInString(name) > packNameMost:
		return Pack{}, packFault("name", KeyPackName)
	case packPrice(cents) != nil:
		return Pack{}, packPrice(cents)
	}
	row := packRow{ID: id, Name: name, Cents: cents, Currency: packCurrency, State: PackDraft, MadeAt: s.now(), ChangedAt: s.now()}
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "pack.make", id, name)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Pack{}, &tenants.Error{Code: tenants.CodeTaken, Field: "name", Key: KeyPackTaken}
	}
	if err != nil {
		return Pack{}, fmt.Errorf("billing: make a pack: %w", err)
	}
	return row.pack(), nil
}

// StickerInput is a new drawing of a pack. The picture was made safe by the caller:
// an SVG of nothing but shapes, or a PNG drawn anew.
type StickerInput struct {
	Name      string // for addresses: small letters, digits and -
	Alt       string // what it shows, for who does not see it
	MediaType string
	Data      []byte
}

func (in StickerInput) check() (StickerInput, error) {
	in.Alt = strings.Join(strings.Fields(in.Alt), " ")
	switch {
	case !stickerSlug.MatchString(in.Name):
		return in, packFault("sticker", KeyStickerName)
	case in.Alt == "" || utf8.RuneCountInString(in.Alt) > stickerAltMost:
		return in, packFault("alt", KeyStickerAlt)
	case len(in.Data) == 0 || len(in.Data) > StickerBytes || in.MediaType != mediaSVG && in.MediaType != mediaPNG:
		return in, packFault("picture", tenants.KeyEmojiLarge)
	}
	return in, nil
}

// AddSticker puts a drawing at the end of a pack, in whatever state: who owns the
// pack has it from then on.
func (s *Service) AddSticker(ctx context.Context, pack string, in StickerInput) error {
	in, err := in.check()
	if err != nil {
		return err
	}
	return s.changePack(ctx, "add a sticker", pack, func(tx *gorm.DB, _ packRow) error {
		var have []stickerRow
		if err := tx.Where("pack_id = ?", pack).Order("position").Find(&have).Error; err != nil {
			return err
		}
		if len(have) >= PackStickersMost {
			return packFault("sticker", KeyStickersMany)
		}
		last := 0
		for _, one := range have {
			if last = one.Position; one.Name == in.Name {
				return &tenants.Error{Code: tenants.CodeTaken, Field: "sticker", Key: KeyStickerTaken}
			}
		}
		if err := s.keepSticker(tx, stickerRow{PackID: pack, Name: in.Name, Alt: in.Alt, Position: last + 1}, in.MediaType, in.Data); err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "pack.sticker", pack, in.Name)
	})
}

// RemoveSticker takes a drawing out of a draft. Out of a pack that was in the shop
// nothing is taken: people have paid for it.
func (s *Service) RemoveSticker(ctx context.Context, pack, name string) error {
	return s.changePack(ctx, "remove a sticker", pack, func(tx *gorm.DB, row packRow) error {
		if row.State != PackDraft {
			return fault(tenants.CodeForbidden, KeyPackFixed, ErrPackFixed)
		}
		gone := tx.Where("pack_id = ? AND name = ?", pack, name).Delete(&stickerRow{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return fault(tenants.CodeNotFound, KeyPackUnknown, ErrPackUnknown)
		}
		if gone.Error != nil {
			return gone.Error
		}
		return tenants.RecordOperator(tx, s.now(), "pack.unsticker", pack, name)
	})
}

// SetPackPrice changes what a pack costs from now on. Who has it keeps it.
func (s *Service) SetPackPrice(ctx context.Context, pack string, cents int64) error {
	if err := packPrice(cents); err != nil {
		return err
	}
	return s.changePack(ctx, "change a pack's price", pack, func(tx *gorm.DB, row packRow) error {
		if err := tx.Model(&packRow{}).Where("id = ?", pack).Update("cents", cents).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "pack.price", pack, fmt.Sprintf("%d → %d cents", row.Cents, cents))
	})
}

// SetPackState lists a pack in the shop, or withdraws it. A pack that is withdrawn
// stays with who owns it; one with nothing in it is not listed; none becomes a draft
// again.
func (s *Service) SetPackState(ctx context.Context, pack string, state PackState) error {
	if state != PackListed && state != PackWithdrawn {
		return fault(tenants.CodeInvalid, KeyPackFixed, ErrPackFixed)
	}
	return s.changePack(ctx, "list or withdraw a pack", pack, func(tx *gorm.DB, row packRow) error {
		var n int64
		if err := tx.Model(&stickerRow{}).Where("pack_id = ?", pack).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 || row.State == PackDraft && state == PackWithdrawn {
			return fault(tenants.CodeInvalid, KeyPackEmpty, ErrPackEmpty)
		}
		if err := tx.Model(&packRow{}).Where("id = ?", pack).Update("state", state).Error; err != nil {
			return err
		}
		return tenants.RecordOperator(tx, s.now(), "pack.state", pack, fmt.Sprintf("%s → %s", row.State, state))
	})
}

func (s *Service) changePack(ctx context.Context, tried, id string, fn func(tx *gorm.DB, row packRow) error) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		var row packRow
		// The update is the lock: two who change one pack come one after the other.
		held := tx.Model(&packRow{}).Where("id = ?", id).Update("changed_at", s.now())
		if held.Error != nil {
			return held.Error
		}
		if held.RowsAffected == 0 {
			return fault(tenants.CodeNotFound, KeyPackUnknown, ErrPackUnknown)
		}
		if err := tx.Take(&row, "id = ?", id).Error; err != nil {
			return err
		}
		return fn(tx, row)
	})
	if tenants.CodeOf(err) == tenants.CodeInternal {
		return fmt.Errorf("billing: %s: %w", tried, err)
	}
	return err
}

// PackSales is what became of a pack's payments.
type PackSales struct {
	Sold     int   // payments, but for those made twice
	Owned    int   // people who have it now
	Refunded int   // payments given back whole
	Income   int64 // minor units that were kept, of Currency
	Currency string
}

// PackSales counts what was sold of each pack, by id. What was paid twice counts
// neither as sold nor as given back.
func (s *Service) PackSales(ctx context.Context) (map[string]PackSales, error) {
	var rows []struct {
		PackID, Currency string
		State            PurchaseState
		N                int
		Kept             int64
	}
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&purchaseRow{}).Select("pack_id", "currency", "state", "COUNT(*) AS n", "SUM(amount - refunded) AS kept").
			Group("pack_id, currency, state").Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("billing: count what was sold of packs: %w", err)
	}
	out := map[string]PackSales{}
	for _, r := range rows {
		one := out[r.PackID]
		one.Currency = r.Currency
		switch r.State {
		case PurchaseOwned:
			one.Owned += r.N
			one.Income += r.Kept
		case PurchaseRefunded:
			one.Refunded += r.N
		case PurchaseDuplicate:
			continue
		}
		one.Sold += r.N
		out[r.PackID] = one
	}
	return out, nil
}

// PackPurchase is a purchase as the operator sees it.
type PackPurchase struct {
	Purchase
	User tenants.UserID // "" for who was deleted
}

// packPurchasesMost bounds what one look at a pack shows.
const packPurchasesMost = 50

// PackPurchases are the last purchases of a pack, newest first.
func (s *Service) PackPurchases(ctx context.Context, pack string) ([]PackPurchase, error) {
	var rows []purchaseRow
	var buyers []buyerRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("pack_id = ?", pack).Order("paid_at DESC, payment_id DESC").Limit(packPurchasesMost).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.BuyerID
		}
		return tx.Where("id IN ?", ids).Find(&buyers).Error
	})
	if err != nil {
		return nil, fmt.Errorf("billing: list what was sold of a pack: %w", err)
	}
	who := map[string]tenants.UserID{}
	for _, b := range buyers {
		if b.UserID != nil {
			who[b.ID] = tenants.UserID(*b.UserID)
		}
	}
	out := make([]PackPurchase, len(rows))
	for i, r := range rows {
		out[i] = PackPurchase{Purchase: r.purchase(), User: who[r.BuyerID]}
	}
	return out, nil
}

// RefundPurchase gives a payment for a pack back whole, and takes the pack back.
// Doing it again changes nothing.
func (s *Service) RefundPurchase(ctx context.Context, payment string) error {
	var row purchaseRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Take(&row, "payment_id = ?", payment).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return fault(tenants.CodeNotFound, KeyPackUnknown, ErrPackUnknown)
	}
	if err != nil {
		return fmt.Errorf("billing: find a purchase: %w", err)
	}
	if row.State == PurchaseDisputed || row.State == PurchaseLost {
		return fault(tenants.CodeTaken, KeyPackDisputed, ErrPackDisputed)
	}
	if err := s.gw.RefundPayment(ctx, payment); err != nil {
		return err
	}
	_, err = s.mirrorBuyer(ctx, row.BuyerID, nil)
	return err
}

package views

import "time"

// OperatorPacksModel lists all packs of stickers.
type OperatorPacksModel struct {
	Packs       []OperatorPackLine
	Name, Price string            // of a new one, as they were typed
	Errors      map[string]string // message ids by field: name, price
}

// OperatorPackLine is a pack and what was sold of it.
type OperatorPackLine struct {
	ID, Name string
	State    string // draft, listed or withdrawn
	Price    string // written out
	Src      string // of the first sticker; empty for none
	Stickers int
	Sold     int // payments
	Owned    int // people who have it
	Refunded int // payments
	Income   string
}

// OperatorPackModel is one pack.
type OperatorPackModel struct {
	OperatorPackLine
	All       []OperatorSticker
	Purchases []OperatorPurchase // the last ones
	Typed     OperatorStickerForm
	Errors    map[string]string // message ids by field: sticker, alt, picture, price
	Drawing   string            // what to say of an SVG that is not allowed
}

// OperatorSticker is one drawing of a pack.
type OperatorSticker struct{ Name, Src, Alt string }

// OperatorStickerForm is what was typed.
type OperatorStickerForm struct{ Sticker, Alt, Price string }

// OperatorPurchase is a payment for a pack.
type OperatorPurchase struct {
	Payment, Price string
	State          string // owned, duplicate, refunded, disputed or lost
	Who            string // e-mail; empty for who was deleted
	At             time.Time
	CanRefund      bool
}

func packBadge(state string) string {
	switch state {
	case "listed":
		return "badge badge-success"
	case "withdrawn":
		return "badge badge-warning"
	}
	return "badge"
}

package views

import "time"

// How a pack stands for somebody.
const (
	PackForSale  = "sale"
	PackFree     = "free"
	PackOwned    = "owned"
	PackDisputed = "disputed" // their bank questions the payment
)

// ShopModel is the shop of sticker packs, and what the reader has.
type ShopModel struct {
	Packs     []ShopPack
	Purchases []ShopPurchase // newest first
	Selling   bool           // packs can be bought
}

// ShopPack is a pack with all that is in it.
type ShopPack struct {
	ID, Name string
	Price    string // written out
	State    string // PackForSale, PackFree, PackOwned or PackDisputed
	Stickers []ShopSticker
}

// ShopSticker is one picture and what it shows.
type ShopSticker struct{ Src, Alt string }

// ShopPurchase is something that was paid.
type ShopPurchase struct {
	Pack, Price string
	State       string // owned, duplicate, refunded, disputed or lost
	At          time.Time
}

// mine are the packs that the reader can send, others those that they could buy.
func (m ShopModel) mine() (out []ShopPack) {
	for _, p := range m.Packs {
		if p.State == PackFree || p.State == PackOwned {
			out = append(out, p)
		}
	}
	return out
}

func (m ShopModel) others() (out []ShopPack) {
	for _, p := range m.Packs {
		if p.State != PackFree && p.State != PackOwned {
			out = append(out, p)
		}
	}
	return out
}

// purchaseBadge is how what became of a payment looks.
func purchaseBadge(state string) string {
	switch state {
	case "owned":
		return "badge badge-success"
	case "disputed", "lost":
		return "badge badge-warning"
	}
	return "badge"
}

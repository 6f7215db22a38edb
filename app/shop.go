package app

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/views"
)

// stickerPicture serves a picture of a sticker to everybody: the shop shows them all. The address names its content, so it may be kept for
// good, and whatever a drawing had in it would do nothing.
func (s *Server) stickerPicture(c *fiber.Ctx) error {
	hash, _, _ := strings.Cut(c.Params("file"), ".")
	if len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return errNotFound
	}
	kind, data, err := s.billing.StickerPicture(c.UserContext(), hash)
	if err != nil {
		return err
	}
	return sendPicture(c, kind, data, "public")
}

// sendPicture answers with a picture that never changes, under a policy that lets it do nothing. Whose is "public" or "private": who may
// keep it on the way.
func sendPicture(c *fiber.Ctx, kind string, data []byte, whose string) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, whose+", max-age=31536000, immutable")
	return c.Send(data)
}

// shopPage shows all packs, and what the visitor has of them.
func (s *Server) shopPage(c *fiber.Ctx) error {
	packs, err := s.billing.Packs(c.UserContext())
	if err != nil {
		return err
	}
	bought, err := s.billing.Purchases(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	page := s.page(c, "shop.title")
	m := views.ShopModel{Selling: s.cfg.Selling}
	names := map[string]string{}
	for _, pack := range packs {
		names[pack.ID] = packName(page.Texts, pack)
		if shown, ok := shopPack(page.Texts, pack, bought); ok {
			m.Packs = append(m.Packs, shown)
		}
	}
	for _, one := range bought {
		m.Purchases = append(m.Purchases, views.ShopPurchase{
			Pack: orID(names[one.Pack], one.Pack), Price: page.Texts.Money(one.Amount, one.Currency), State: string(one.State), At: one.At,
		})
	}
	if just := c.Query("bought"); just != "" {
		page.Flash = boughtFlash(page.Texts, bought, just, names[just])
	}
	return s.render(c, views.Shop(page, m))
}

func orID(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// boughtFlash says how a purchase went that the address tells of, by what is known of it and not by the address.
func boughtFlash(t *views.Texts, bought []billing.Purchase, pack, name string) *views.Flash {
	if name == "" {
		return nil
	}
	for _, one := range bought {
		if one.Pack == pack && one.State == billing.PurchaseOwned {
			return &views.Flash{Kind: "success", Text: t.T("shop.bought", "Pack", name)}
		}
	}
	return &views.Flash{Kind: "info", Text: t.T("shop.bought_wait", "Pack", name)}
}

// packName is what a pack is called: as the operator wrote it, or in the reader's language for those that came with the product.
func packName(t *views.Texts, p billing.Pack) string {
	if p.Name == "" && t.Has(p.Key()) {
		return t.T(p.Key())
	}
	return orID(p.Name, p.ID)
}

// stickerAlt is what a sticker shows, for who does not see it.
func stickerAlt(t *views.Texts, one billing.Sticker) string {
	if one.Alt == "" && t.Has(one.Key()) {
		return t.T(one.Key())
	}
	return orID(one.Alt, one.Name)
}

// stickerSource is where a sticker's picture is.
func stickerSource(one billing.Sticker) string { return "/sticker/" + one.File() }

// shopPack is how a pack stands for who bought these; false for one that is not shown to them.
func shopPack(t *views.Texts, p billing.Pack, bought []billing.Purchase) (views.ShopPack, bool) {
	out := views.ShopPack{ID: p.ID, Name: packName(t, p), Price: t.Money(p.Cents, strings.ToUpper(p.Currency)), State: views.PackForSale}
	for _, one := range p.Stickers {
		out.Stickers = append(out.Stickers, views.ShopSticker{Src: stickerSource(one), Alt: stickerAlt(t, one)})
	}
	of := func(state billing.PurchaseState) bool {
		return slices.ContainsFunc(bought, func(one billing.Purchase) bool { return one.Pack == p.ID && one.State == state })
	}
	switch {
	case of(billing.PurchaseOwned):
		out.State = views.PackOwned
	case of(billing.PurchaseDisputed):
		out.State = views.PackDisputed
	case p.Free():
		out.State = views.PackFree
	case p.State != billing.PackListed || len(p.Stickers) == 0:
		return out, false
	}
	return out, true
}

// buyPack starts the purchase of a pack at Stripe and sends the person there.
func (s *Server) buyPack(c *fiber.Ctx) error {
	if !s.cfg.Selling {
		return errNoSales
	}
	packs, err := s.billing.Packs(c.UserContext())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(packs, func(p billing.Pack) bool { return p.ID == c.Params("pack") && p.State == billing.PackListed })
	if at < 0 {
		return errNotFound
	}
	english := s.catalogue.For("en") // the receipt's name is one for everybody
	back := s.base(c) + "/stickers"
	to, err := s.billing.StartPackCheckout(c.UserContext(), billing.PackCheckoutInput{
		User: visitor(c).User.ID, Email: visitor(c).User.Email, Pack: packs[at].ID, Name: english.T("shop.receipt", "Pack", packName(english, packs[at])),
		SuccessURL: back + "/done?pack=" + packs[at].ID, CancelURL: back,
	})
	if err != nil {
		return err
	}
	return c.Redirect(s.here(c, to), fiber.StatusSeeOther)
}

// packBought is where Stripe sends people after paying. It asks Stripe for the present state itself, so a webhook that is late costs nobody
// a minute.
func (s *Server) packBought(c *fiber.Ctx) error {
	if err := s.billing.SyncBuyer(c.UserContext(), visitor(c).User.ID); err != nil {
		return err
	}
	return c.Redirect("/stickers?bought="+urlQuery(c.Query("pack")), fiber.StatusSeeOther)
}

// purchases is what somebody paid for packs, for their own copy of their data.
func (e export) purchases() error {
	return list(e, "purchases.json", once(e.billing.Purchases(e.ctx, e.me.User.ID)), func(p billing.Purchase) any {
		return fields{
			"payment": p.Payment, "sticker_pack": p.Pack, "minor_units": p.Amount, "currency": p.Currency, "refunded_minor_units": p.Refunded,
			"state": p.State, "at": p.At.Format(time.RFC3339),
		}
	})
}

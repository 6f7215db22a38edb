package app

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/picture"
	"parley/views"
)

// operatorPacks lists all packs of stickers with what was sold of them.
func (s *Server) operatorPacks(c *fiber.Ctx) error { return s.showOperatorPacks(c, nil) }

func (s *Server) showOperatorPacks(c *fiber.Ctx, fault error) error {
	m := views.OperatorPacksModel{Errors: tenants.Fields(fault)}
	if fault != nil && m.Errors == nil {
		return fault
	}
	if fault != nil {
		c.Status(statusFor(fault))
		m.Name, m.Price = c.FormValue("name"), c.FormValue("price")
	}
	packs, err := s.billing.Packs(c.UserContext())
	if err != nil {
		return err
	}
	sold, err := s.billing.PackSales(c.UserContext())
	if err != nil {
		return err
	}
	page := s.operatorPage(c, "oppacks.title")
	for _, p := range packs {
		m.Packs = append(m.Packs, operatorPackLine(page.Texts, p, sold[p.ID]))
	}
	return s.render(c, views.OperatorPacks(page, m))
}

func operatorPackLine(t *views.Texts, p billing.Pack, sold billing.PackSales) views.OperatorPackLine {
	out := views.OperatorPackLine{
		ID: p.ID, Name: packName(t, p), State: string(p.State), Stickers: len(p.Stickers), Sold: sold.Sold, Owned: sold.Owned, Refunded: sold.Refunded,
		Price: t.T("shop.free"), Income: t.Money(sold.Income, strings.ToUpper(p.Currency)),
	}
	if p.Cents > 0 {
		out.Price = t.Money(p.Cents, strings.ToUpper(p.Currency))
	}
	if len(p.Stickers) > 0 {
		out.Src = stickerSource(p.Stickers[0])
	}
	return out
}

// operatorMakePack makes a pack that nobody sees yet.
func (s *Server) operatorMakePack(c *fiber.Ctx) error {
	cents, err := centsOf(c.FormValue("price"))
	var pack billing.Pack
	if err == nil {
		pack, err = s.billing.MakePack(c.UserContext(), c.FormValue("name"), cents)
	}
	if err != nil {
		return s.showOperatorPacks(c, err)
	}
	return s.operatorDone(c, "/packs/"+pack.ID, "pack_made")
}

// centsOf reads a price as people write it: 1.99 or 1,99; nothing is free.
func centsOf(typed string) (int64, error) {
	whole, part, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), ".")
	if whole == "" && part == "" {
		return 0, nil
	}
	for len(part) < 2 {
		part += "0"
	}
	cents, err := strconv.ParseInt(whole+part, 10, 32)
	if err != nil || len(part) != 2 || strings.ContainsAny(whole+part, "+-_") {
		return 0, &tenants.Error{Code: tenants.CodeInvalid, Field: "price", Key: billing.KeyPackPrice}
	}
	return cents, nil
}

// operatorPack is one pack: its drawings, its price, where it stands, and who bought it.
func (s *Server) operatorPack(c *fiber.Ctx) error { return s.showOperatorPack(c, nil) }

func (s *Server) showOperatorPack(c *fiber.Ctx, fault error) error {
	packs, err := s.billing.Packs(c.UserContext())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(packs, func(p billing.Pack) bool { return p.ID == c.Params("pack") })
	if at < 0 {
		return errNotFound
	}
	m := views.OperatorPackModel{Errors: tenants.Fields(fault)}
	if fault != nil && m.Errors == nil {
		return fault
	}
	sold, err := s.billing.PackSales(c.UserContext())
	if err != nil {
		return err
	}
	page := s.operatorPage(c, "")
	pack := packs[at]
	m.OperatorPackLine, page.Title = operatorPackLine(page.Texts, pack, sold[pack.ID]), packName(page.Texts, pack)
	m.Typed.Price = strconv.FormatFloat(float64(pack.Cents)/100, 'f', 2, 64)
	if fault != nil {
		c.Status(statusFor(fault))
		m.Typed = views.OperatorStickerForm{Sticker: c.FormValue("sticker"), Alt: c.FormValue("alt"), Price: orID(c.FormValue("price"), m.Typed.Price)}
		if drawing := drawingFault(fault); drawing != "" {
			m.Drawing = page.T("error.emoji.drawing", "Why", drawing)
		}
	}
	for _, one := range pack.Stickers {
		m.All = append(m.All, views.OperatorSticker{Name: one.Name, Src: stickerSource(one), Alt: stickerAlt(page.Texts, one)})
	}
	if m.Purchases, err = s.operatorPurchases(c, page.Texts, pack.ID); err != nil {
		return err
	}
	return s.render(c, views.OperatorPack(page, m))
}

func (s *Server) operatorPurchases(c *fiber.Ctx, t *views.Texts, pack string) (out []views.OperatorPurchase, err error) {
	all, err := s.billing.PackPurchases(c.UserContext(), pack)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		line := views.OperatorPurchase{Payment: one.Payment, Price: t.Money(one.Amount, one.Currency), State: string(one.State), At: one.At}
		if one.User != "" {
			who, err := s.tenants.User(c.UserContext(), one.User)
			if err != nil && !isCode(err, tenants.CodeNotFound) {
				return nil, err
			}
			line.Who = who.Email
		}
		line.CanRefund = one.State == billing.PurchaseOwned
		out = append(out, line)
	}
	return out, nil
}

// operatorAddSticker makes an uploaded drawing safe and puts it into the pack.
func (s *Server) operatorAddSticker(c *fiber.Ctx) error {
	raw, err := upload(c, "picture", picture.MaxBytes)
	if errors.Is(err, errUploadLarge) {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: tenants.KeyEmojiLarge}
	}
	in := billing.StickerInput{Name: strings.ToLower(strings.TrimSpace(c.FormValue("sticker"))), Alt: c.FormValue("alt")}
	if err == nil {
		in.MediaType, in.Data, err = drawSmall(raw, billing.StickerSide)
	}
	if err == nil {
		err = s.billing.AddSticker(c.UserContext(), c.Params("pack"), in)
	}
	return s.packDone(c, err, "sticker_added")
}

func (s *Server) operatorRemoveSticker(c *fiber.Ctx) error {
	return s.packDone(c, s.billing.RemoveSticker(c.UserContext(), c.Params("pack"), c.Params("sticker")), "sticker_removed")
}

func (s *Server) operatorPackPrice(c *fiber.Ctx) error {
	cents, err := centsOf(c.FormValue("price"))
	if err == nil {
		err = s.billing.SetPackPrice(c.UserContext(), c.Params("pack"), cents)
	}
	return s.packDone(c, err, "pack_priced")
}

// operatorPackState lists the pack in the shop, or withdraws it.
func (s *Server) operatorPackState(c *fiber.Ctx) error {
	state := billing.PackState(c.FormValue("state"))
	return s.packDone(c, s.billing.SetPackState(c.UserContext(), c.Params("pack"), state), "pack_"+string(state))
}

// operatorRefundPack gives a payment back whole; the pack goes with it.
func (s *Server) operatorRefundPack(c *fiber.Ctx) error {
	payment := c.Params("payment")
	err := s.billing.RefundPurchase(c.UserContext(), payment)
	if err == nil {
		err = s.operatorDid(c.UserContext(), "pack.refund", payment, c.Params("pack"))
	}
	return s.packDone(c, err, "pack_refunded")
}

// packDone leads back to the pack, or shows it again with what is wrong.
func (s *Server) packDone(c *fiber.Ctx, err error, done string) error {
	if err != nil {
		return s.showOperatorPack(c, err)
	}
	return s.operatorDone(c, "/packs/"+c.Params("pack"), done)
}

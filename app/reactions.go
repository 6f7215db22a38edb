package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/livekit/protocol/livekit"

	"parley/billing"
	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// topicSticker is of the packets by which the server tells a room what somebody sent. Clients believe it from the server only.
const topicSticker = "parley.sticker"

// reactions are what everybody can send at once, by the name that the catalogue has them under (reaction.thumbs_up, …).
var reactions = []struct{ Name, Symbol string }{
	{"thumbs_up", "👍"}, {"clap", "👏"}, {"heart", "❤️"}, {"laugh", "😂"}, {"party", "🎉"}, {"wow", "😮"}, {"thanks", "🙏"}, {"wave", "👋"},
}

// shownSticker is one thing that can be sent, or was: a picture or a symbol, and what it shows.
type shownSticker struct {
	Kind   string `json:"kind"` // reaction, emoji or sticker
	Pack   string `json:"pack,omitempty"`
	Name   string `json:"name"`
	Src    string `json:"src,omitempty"`
	Symbol string `json:"symbol,omitempty"`
	Alt    string `json:"alt"`
}

// shownPack is a pack as the panel shows it.
type shownPack struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Mine     bool           `json:"mine"`  // may be sent
	Price    string         `json:"price"` // of one that can be bought
	Stickers []shownSticker `json:"stickers"`
}

// panel is what somebody can send in a meeting.
type panel struct {
	Reactions []shownSticker `json:"reactions"`
	Emoji     []shownSticker `json:"emoji"`
	Packs     []shownPack    `json:"packs"`
	Shop      string         `json:"shop"` // where packs are bought; for a guest, where one signs in first
}

// stickerPanel lists what the visitor can send in this meeting, while they are in it.
func (s *Server) stickerPanel(c *fiber.Ctx) error {
	at, st, err := s.seated(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	if _, err := s.tenants.Org(at.Org.ID).Hosting(c.UserContext(), at.Room.ID, st.Identity); err != nil {
		return s.stickerFault(c, err)
	}
	can, err := s.sendable(c.UserContext(), at.Org.ID, visitor(c).User.ID)
	if err != nil {
		return s.problem(c, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(can.panel(s.texts(c), s.cfg.Selling))
}

// sendable is what one person can send in an organization's meetings.
type sendable struct {
	packs []billing.Pack
	owned map[string]bool
	rule  tenants.StickerRule
	emoji []tenants.Emoji
}

func (s *Server) sendable(ctx context.Context, org tenants.OrgID, user tenants.UserID) (out sendable, err error) {
	if out.packs, err = s.billing.Packs(ctx); err != nil {
		return out, err
	}
	if out.owned, err = s.billing.OwnedPacks(ctx, user); err != nil {
		return out, err
	}
	if out.rule, err = s.tenants.Org(org).StickerRule(ctx); err != nil {
		return out, err
	}
	out.emoji, err = s.tenants.Org(org).Emoji(ctx)
	return out, err
}

func (can sendable) panel(t *views.Texts, selling bool) panel {
	out := panel{Reactions: []shownSticker{}, Emoji: []shownSticker{}, Packs: []shownPack{}, Shop: "/stickers"}
	for _, r := range reactions {
		out.Reactions = append(out.Reactions, shownSticker{Kind: "reaction", Name: r.Name, Symbol: r.Symbol, Alt: t.T("reaction." + r.Name)})
	}
	for _, e := range can.emoji {
		out.Emoji = append(out.Emoji, shownEmoji(e))
	}
	for _, p := range can.packs {
		mine := p.Free() || can.owned[p.ID]
		if !can.rule.Allows(p.ID) || !mine && (p.State != billing.PackListed || !selling) {
			continue
		}
		pack := shownPack{ID: p.ID, Name: packName(t, p), Mine: mine, Stickers: []shownSticker{}}
		if !mine {
			pack.Price = t.Money(p.Cents, strings.ToUpper(p.Currency))
		}
		for _, one := range p.Stickers {
			pack.Stickers = append(pack.Stickers, shownSticker{Kind: "sticker", Pack: p.ID, Name: one.Name, Src: stickerSource(one), Alt: stickerAlt(t, one)})
		}
		out.Packs = append(out.Packs, pack)
	}
	return out
}

func shownEmoji(e tenants.Emoji) shownSticker {
	return shownSticker{Kind: "emoji", Name: e.ID, Src: emojiSource(e), Alt: ":" + e.Name + ":"}
}

// What can be wrong with what somebody sends; the panel shows the sentence.
var (
	errStickerUnknown   = &tenants.Error{Code: tenants.CodeNotFound, Key: "error.sticker.unknown"}
	errStickerForbidden = &tenants.Error{Code: tenants.CodeForbidden, Key: "error.sticker.forbidden"}
	errStickerUnowned   = &tenants.Error{Code: tenants.CodeForbidden, Key: "error.sticker.unowned"}
	errStickerOutside   = &tenants.Error{Code: tenants.CodeForbidden, Key: "error.sticker.outside"}
	errStickerSilent    = &tenants.Error{Code: tenants.CodeForbidden, Key: "error.sticker.silent"}
	errStickerFast      = &tenants.Error{Code: tenants.CodeHeld, Key: "error.sticker.fast"}
)

// pick finds what somebody wants to send among what they can.
func (can sendable) pick(t *views.Texts, kind, pack, name string) (shownSticker, error) {
	switch kind {
	case "reaction":
		for _, r := range reactions {
			if r.Name == name {
				return shownSticker{Kind: kind, Name: name, Symbol: r.Symbol, Alt: t.T("reaction." + name)}, nil
			}
		}
	case "emoji":
		for _, e := range can.emoji {
			if e.ID == name {
				return shownEmoji(e), nil
			}
		}
	case "sticker":
		for _, p := range can.packs {
			if p.ID == pack {
				return can.pickOf(t, p, name)
			}
		}
	}
	return shownSticker{}, errStickerUnknown
}

func (can sendable) pickOf(t *views.Texts, p billing.Pack, name string) (shownSticker, error) {
	one, ok := p.Sticker(name)
	switch {
	case !ok || p.State == billing.PackDraft:
		return shownSticker{}, errStickerUnknown
	case !can.rule.Allows(p.ID):
		return shownSticker{}, errStickerForbidden
	case !p.Free() && !can.owned[p.ID]:
		return shownSticker{}, errStickerUnowned
	}
	return shownSticker{Kind: "sticker", Pack: p.ID, Name: name, Src: stickerSource(one), Alt: stickerAlt(t, one)}, nil
}

// drawn finds a sticker that somebody has sent, whoever may send it now.
func (can sendable) drawn(t *views.Texts, pack, name string) (shownSticker, error) {
	for _, p := range can.packs {
		if one, ok := p.Sticker(name); ok && p.ID == pack {
			return shownSticker{Kind: "sticker", Pack: pack, Name: name, Src: stickerSource(one), Alt: stickerAlt(t, one)}, nil
		}
	}
	return shownSticker{}, errStickerUnknown
}

// sentSticker is what the room is told. From is who sent it, by the seat and not by what the browser says; Alt has what it shows in every
// language, as readers have theirs.
type sentSticker struct {
	From   string            `json:"from"`
	By     string            `json:"by"` // the name that they came in with
	Src    string            `json:"src,omitempty"`
	Symbol string            `json:"symbol,omitempty"`
	Alt    map[string]string `json:"alt"`
}

// sendSticker tells the room what somebody in it sent, if they may. It goes through the server, which knows who owns what: in an encrypted
// meeting too, where the panel says that it does.
func (s *Server) sendSticker(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	seat, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return s.stickerFault(c, errStickerOutside)
	}
	if err := s.maySend(c.UserContext(), at.Room, seat); err != nil {
		return s.stickerFault(c, err)
	}
	can, err := s.sendable(c.UserContext(), at.Org.ID, visitor(c).User.ID)
	if err != nil {
		return s.problem(c, err)
	}
	sent := sentSticker{From: seat.Identity, By: seat.Name, Alt: map[string]string{}}
	for _, lang := range s.catalogue.Languages() {
		one, err := can.pick(s.catalogue.For(lang), c.FormValue("kind"), c.FormValue("pack"), c.FormValue("name"))
		if err != nil {
			return s.stickerFault(c, err)
		}
		sent.Src, sent.Symbol, sent.Alt[lang] = one.Src, one.Symbol, one.Alt
	}
	if err := s.tellSticker(c.UserContext(), at.Room, sent); err != nil {
		return s.stickerFault(c, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// maySend refuses who is not in the room at this moment, or may not write to the others there.
func (s *Server) maySend(ctx context.Context, room tenants.Room, st seat) error {
	now, err := s.media.Participant(ctx, roomKey(room), st.Identity)
	if errors.Is(err, sfu.ErrRoomNotOpen) || errors.Is(err, sfu.ErrUnknownPeer) {
		return errStickerOutside
	}
	if err != nil {
		return err
	}
	if may := now.GetPermission(); may != nil && !may.GetCanPublishData() {
		return errStickerSilent
	}
	return nil
}

func (s *Server) tellSticker(ctx context.Context, room tenants.Room, sent sentSticker) error {
	data, err := json.Marshal(sent)
	if err != nil {
		return fmt.Errorf("write a sticker: %w", err)
	}
	topic := topicSticker
	err = s.media.SendData(ctx, roomKey(room), &livekit.SendDataRequest{Data: data, Kind: livekit.DataPacket_RELIABLE, Topic: &topic})
	if errors.Is(err, sfu.ErrRoomNotOpen) {
		return errStickerOutside
	}
	return err
}

// stickerFault answers with a sentence for the panel (RFC 9457).
func (s *Server) stickerFault(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	if p.Status >= 500 {
		return s.problem(c, err)
	}
	c.Status(p.Status)
	key := tenants.KeyOf(err)
	return c.JSON(fiber.Map{"type": "about:blank", "status": p.Status, "title": p.Key, "key": key, "detail": chatWords(s.texts(c), err)}, "application/problem+json")
}

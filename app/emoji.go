package app

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/billing/stickers"
	"parley/tenants"
	"parley/tenants/picture"
	"parley/views"
)

// emojiPicture serves an organization's emoji to who knows its address: guests in a meeting see it as well.
func (s *Server) emojiPicture(c *fiber.Ctx) error {
	id, _, _ := strings.Cut(c.Params("file"), ".")
	kind, data, err := s.tenants.EmojiPicture(c.UserContext(), id)
	if err != nil {
		return err
	}
	return sendPicture(c, kind, data, "private")
}

// emojiSource is where an emoji's picture is.
func emojiSource(e tenants.Emoji) string { return "/emoji/" + e.File() }

// emojiPage is which packs may be sent in the organization's meetings, and its own emoji.
func (s *Server) emojiPage(c *fiber.Ctx) error { return s.showEmoji(c, "", nil) }

// showEmoji shows the page again when err is a fault of one of its fields; the name that was typed stays.
func (s *Server) showEmoji(c *fiber.Ctx, name string, err error) error {
	faults := tenants.Fields(err)
	if err != nil && faults == nil {
		return err
	}
	page, err2 := s.orgPage(c, "emoji.title")
	if err2 != nil {
		return err2
	}
	m, err2 := s.emojiModel(c, page.Texts)
	if err2 != nil {
		return err2
	}
	m.Name, m.Errors, m.Full = name, faults, storageWords(page.Texts, err)
	if drawing := drawingFault(err); drawing != "" {
		m.Drawing = page.T("error.emoji.drawing", "Why", drawing)
	}
	if err != nil {
		c.Status(statusFor(err))
	}
	return s.render(c, views.OrgEmoji(page, m))
}

func (s *Server) emojiModel(c *fiber.Ctx, t *views.Texts) (views.EmojiModel, error) {
	org := s.tenants.Org(theOrg(c).ID)
	m := views.EmojiModel{Most: tenants.EmojiMost}
	rule, err := org.StickerRule(c.UserContext())
	if err != nil {
		return m, err
	}
	packs, err := s.billing.Packs(c.UserContext())
	if err != nil {
		return m, err
	}
	own, err := org.Emoji(c.UserContext())
	if err != nil {
		return m, err
	}
	m.Rule = rule.Which
	for _, p := range packs {
		if p.State != billing.PackDraft {
			m.Packs = append(m.Packs, views.PackChoice{ID: p.ID, Name: packName(t, p), Chosen: slices.Contains(rule.Packs, p.ID)})
		}
	}
	for _, e := range own {
		m.Emoji = append(m.Emoji, views.EmojiItem{ID: e.ID, Name: e.Name, Src: emojiSource(e)})
	}
	return m, nil
}

// setStickerRule saves which packs may be sent, in meetings that are on as well.
func (s *Server) setStickerRule(c *fiber.Ctx) error {
	rule := tenants.StickerRule{Which: c.FormValue("packs")}
	if rule.Which == tenants.PacksSome {
		for _, id := range c.Request().PostArgs().PeekMulti("pack") {
			rule.Packs = append(rule.Packs, string(id))
		}
		slices.Sort(rule.Packs)
	}
	if err := s.tenants.Org(theOrg(c).ID).SetStickerRule(c.UserContext(), visitor(c).User.ID, rule); err != nil {
		return s.showEmoji(c, "", err)
	}
	return s.done(c, "/stickers", "stickers_saved")
}

// addEmoji draws a picture anew and keeps it.
func (s *Server) addEmoji(c *fiber.Ctx) error {
	name := c.FormValue("name")
	raw, err := upload(c, "picture", picture.MaxBytes)
	if errors.Is(err, errUploadLarge) {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: tenants.KeyEmojiLarge}
	}
	in := tenants.EmojiInput{Name: name}
	if err == nil {
		in.MediaType, in.Data, err = drawSmall(raw, tenants.EmojiSide)
	}
	var allowed allowance
	if err == nil {
		allowed, err = s.allowanceOf(c.UserContext(), theOrg(c).ID)
	}
	if err == nil {
		limit := allowed.By.Storage()
		_, err = s.tenants.Org(theOrg(c).ID).AddEmoji(c.UserContext(), visitor(c).User.ID, in, limit)
		s.storageChanged(c.UserContext(), map[tenants.OrgID]tenants.StorageLimit{theOrg(c).ID: limit}, err)
	}
	if err != nil {
		return s.showEmoji(c, name, err)
	}
	return s.done(c, "/stickers", "emoji_added")
}

func (s *Server) removeEmoji(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).RemoveEmoji(c.UserContext(), visitor(c).User.ID, c.Params("emoji")); err != nil {
		return err
	}
	return s.done(c, "/stickers", "emoji_removed")
}

// drawSmall makes a picture that somebody sent safe to keep: an SVG is read and written anew of nothing but shapes, everything else is drawn
// as a PNG. Nothing sent is the fault of an unreadable one.
func drawSmall(raw []byte, side int) (mediaType string, data []byte, err error) {
	fault := func(key string, err error) error {
		return &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: key, Err: err}
	}
	if start := bytes.TrimLeft(raw, " \t\r\n\ufeff"); bytes.HasPrefix(start, []byte("<")) {
		if data, err = stickers.Clean(start); err != nil {
			return "", nil, fault(tenants.KeyEmojiDrawing, err)
		}
		return "image/svg+xml", data, nil
	}
	data, err = picture.Still(raw, side)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return "", nil, fault(tenants.KeyEmojiLarge, err)
	case errors.Is(err, picture.ErrUnreadable):
		return "", nil, fault(tenants.KeyEmojiPicture, err)
	}
	return "image/png", data, err
}

// drawingFault says what an SVG has in it that is not allowed; empty for another fault.
func drawingFault(err error) string {
	if err == nil || !errors.Is(err, stickers.ErrDrawing) {
		return ""
	}
	_, why, _ := strings.Cut(err.Error(), stickers.ErrDrawing.Error()+": ")
	return why
}

package app

import (
	"context"
	"strings"
	"time"

	"parley/tenants"
	"parley/views"
)

// chatJSON is a message as the client has it. From is who wrote it, by their seat and not by what their browser says.
type chatJSON struct {
	N         int64              `json:"n"`
	Rev       int64              `json:"rev"`
	Prev      int64              `json:"prev"` // the rev before it that the same people have; 0 for none, and in lists
	ID        string             `json:"id"`   // the writer's browser chose it
	From      string             `json:"from"`
	By        string             `json:"by"`
	To        string             `json:"to"` // empty for everyone
	ToName    string             `json:"toName"`
	Text      string             `json:"text"`
	Sealed    bool               `json:"sealed"`
	Sticker   *chatPicture       `json:"sticker"`
	File      *chatFileJSON      `json:"file"`
	Reply     int64              `json:"reply"`
	At        int64              `json:"at"`     // milliseconds since 1970
	Edited    int64              `json:"edited"` // 0 for never
	Deleted   bool               `json:"deleted"`
	Reactions []chatReactionJSON `json:"reactions"`
}

// chatFileJSON is a file that came with a message. The name of a sealed one is sealed.
type chatFileJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Width  int    `json:"width"` // of the small picture; 0 for none
	Height int    `json:"height"`
}

// chatPicture is a sticker, an emoji or a symbol. Alt has what it shows in every language.
type chatPicture struct {
	Src    string            `json:"src,omitempty"`
	Symbol string            `json:"symbol,omitempty"`
	Alt    map[string]string `json:"alt"`
}

type chatReactionJSON struct {
	chatPicture
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	By   []string `json:"by"`
}

// shownChat writes messages for clients. What people sent stays to be seen when they could not send it any more.
func (s *Server) shownChat(ctx context.Context, org tenants.OrgID, messages []tenants.ChatMessage) ([]chatJSON, error) {
	var all sendable
	for _, m := range messages {
		if m.Sticker == "" && len(m.Reactions) == 0 {
			continue
		}
		var err error
		if all, err = s.sendable(ctx, org, ""); err != nil {
			return nil, err
		}
		break
	}
	out := make([]chatJSON, len(messages))
	for i, m := range messages {
		out[i] = chatJSON{
			N: m.N, Rev: m.Rev, Prev: m.Prev, ID: m.ClientID, From: m.Sender, By: m.Names[m.Sender], To: m.Recipient, ToName: m.Names[m.Recipient],
			Text: m.Text, Sealed: m.Sealed, Reply: m.Reply, At: m.SentAt.UnixMilli(), Edited: millisOf(m.EditedAt), Deleted: m.DeletedAt != nil,
			Reactions: []chatReactionJSON{},
		}
		if f := m.File; f != nil {
			out[i].File = &chatFileJSON{ID: f.ID, Name: f.Name, Size: f.Size, Width: f.Width, Height: f.Height}
		}
		if pack, name, _ := strings.Cut(m.Sticker, "/"); m.Sticker != "" {
			out[i].Sticker = s.chatPicture(all, "sticker", pack, name)
		}
		for _, r := range m.Reactions {
			kind, name, _ := strings.Cut(r.Name, "/")
			if picture := s.chatPicture(all, kind, "", name); picture != nil {
				out[i].Reactions = append(out[i].Reactions, chatReactionJSON{chatPicture: *picture, Kind: kind, Name: name, By: r.By})
			}
		}
	}
	return out, nil
}

// chatPicture finds what was sent; nil when there is none like it any more.
func (s *Server) chatPicture(all sendable, kind, pack, name string) *chatPicture {
	out := &chatPicture{Alt: map[string]string{}}
	for _, lang := range s.catalogue.Languages() {
		t := s.catalogue.For(lang)
		find := func() (shownSticker, error) { return s.chatReaction(all, t, kind, name) }
		if kind == "sticker" {
			find = func() (shownSticker, error) { return all.drawn(t, pack, name) }
		}
		one, err := find()
		if err != nil {
			return nil
		}
		out.Src, out.Symbol, out.Alt[lang] = one.Src, one.Symbol, one.Alt
	}
	return out
}

// chatReaction finds what a message can be answered with. An emoji that is one of the reactions is that one, so that it counts with theirs.
// Tones of skin are not among them: what people mean is counted together.
func (s *Server) chatReaction(can sendable, t *views.Texts, kind, name string) (shownSticker, error) {
	if kind != "symbol" {
		if kind != "reaction" && kind != "emoji" {
			return shownSticker{}, errStickerUnknown
		}
		return can.pick(t, kind, "", name)
	}
	symbol, ok := s.emoji.Find(name)
	if !ok {
		return shownSticker{}, errStickerUnknown
	}
	for _, r := range reactions {
		if r.Symbol == symbol {
			return can.pick(t, "reaction", "", r.Name)
		}
	}
	return shownSticker{Kind: kind, Name: symbol, Symbol: symbol, Alt: s.emoji.Name(t.Lang(), symbol)}, nil
}

func millisOf(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMilli()
}

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/tenants"
)

// topicChat is of the packets by which the server tells people in a room what was written there. Clients believe it from the server only.
const topicChat = "parley.chat"

var (
	errChatOutside = &tenants.Error{Code: tenants.CodeForbidden, Key: tenants.KeyChatOutside}
	errChatGone    = &tenants.Error{Code: tenants.CodeNotFound, Key: tenants.KeyChatGone}
	errChatSilent  = &tenants.Error{Code: tenants.CodeForbidden, Key: "error.chat.silent"}
)

// chatter is somebody in a meeting who asks something of its chat.
type chatter struct {
	place
	seat seat
	May  bool // write, by what the organization and the host say at this moment
}

// chatterOf finds out who asks. Their seat's cookie says who they are, and the media node that they are in the room at this moment: who
// waits, was sent out or sits in another meeting is not.
func (s *Server) chatterOf(c *fiber.Ctx) (chatter, error) {
	at, err := s.find(c)
	if err != nil {
		return chatter{}, err
	}
	st, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return chatter{}, errChatOutside
	}
	now, err := s.media.Participant(c.UserContext(), roomKey(at.Room), st.Identity)
	if errors.Is(err, sfu.ErrRoomNotOpen) || errors.Is(err, sfu.ErrUnknownPeer) {
		return chatter{}, errChatOutside
	}
	if err != nil {
		return chatter{}, err
	}
	may := now.GetPermission()
	return chatter{place: at, seat: st, May: may == nil || may.GetCanPublishData()}, nil
}

// chatWriter is chatterOf for who is going to write.
func (s *Server) chatWriter(c *fiber.Ctx) (chatter, error) {
	who, err := s.chatterOf(c)
	if err == nil && !who.May {
		err = errChatSilent
	}
	return who, err
}

// chat answers what was written or changed after a number.
func (s *Server) chat(c *fiber.Ctx) error {
	who, err := s.chatterOf(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // 0 for anything else: from the beginning
	page, err := s.tenants.Org(who.Org.ID).Chat(c.UserContext(), who.Room.ID, who.seat.Identity, after)
	if err != nil {
		return s.stickerFault(c, err)
	}
	shown, err := s.shownChat(c.UserContext(), who.Org.ID, page.Messages)
	if err != nil {
		return s.problem(c, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(fiber.Map{"messages": shown, "upto": page.Upto, "more": page.More, "since": millis(page.Since)})
}

// postChat keeps a message and tells those whom it is for. A request that is sent again, with the same id, is the same message.
func (s *Server) postChat(c *fiber.Ctx) error {
	who, err := s.chatWriter(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	sticker, err := s.chatSticker(c, who)
	if err != nil {
		return s.stickerFault(c, err)
	}
	reply, _ := strconv.ParseInt(c.FormValue("reply"), 10, 64)
	m, err := s.tenants.Org(who.Org.ID).PostChat(c.UserContext(), tenants.ChatPost{
		Room: who.Room.ID, Identity: who.seat.Identity, ClientID: c.FormValue("id"), To: c.FormValue("to"),
		Text: c.FormValue("text"), Sealed: c.FormValue("sealed") == "yes", Sticker: sticker, Reply: reply,
	})
	return s.answerChat(c, who, m, err)
}

// chatSticker is the sticker that somebody sends in place of a text, if they may.
func (s *Server) chatSticker(c *fiber.Ctx, who chatter) (string, error) {
	pack, name := c.FormValue("pack"), c.FormValue("sticker")
	if pack == "" && name == "" {
		return "", nil
	}
	can, err := s.sendable(c.UserContext(), who.Org.ID, visitor(c).User.ID)
	if err == nil {
		_, err = can.pick(s.texts(c), "sticker", pack, name)
	}
	return pack + "/" + name, err
}

// editChat gives one's own message another text.
func (s *Server) editChat(c *fiber.Ctx) error {
	return s.changeChat(c, func(who chatter, in tenants.ChatChange) (tenants.ChatMessage, error) {
		return s.tenants.Org(who.Org.ID).EditChat(c.UserContext(), in, c.FormValue("text"), c.FormValue("sealed") == "yes")
	})
}

// deleteChat takes away what a message said.
func (s *Server) deleteChat(c *fiber.Ctx) error {
	return s.changeChat(c, func(who chatter, in tenants.ChatChange) (tenants.ChatMessage, error) {
		return s.tenants.Org(who.Org.ID).DeleteChat(c.UserContext(), in)
	})
}

// reactToChat answers a message with a reaction, an emoji of Unicode's or one of the organization's, or takes that back.
func (s *Server) reactToChat(c *fiber.Ctx) error {
	return s.changeChat(c, func(who chatter, in tenants.ChatChange) (tenants.ChatMessage, error) {
		kind, name, on := c.FormValue("kind"), c.FormValue("name"), c.FormValue("on") == "yes"
		if on {
			can, err := s.sendable(c.UserContext(), who.Org.ID, visitor(c).User.ID)
			if err != nil {
				return tenants.ChatMessage{}, err
			}
			one, err := s.chatReaction(can, s.texts(c), kind, name)
			if err != nil {
				return tenants.ChatMessage{}, err
			}
			kind, name = one.Kind, one.Name
		}
		return s.tenants.Org(who.Org.ID).ReactToChat(c.UserContext(), in, kind+"/"+name, on)
	})
}

func (s *Server) changeChat(c *fiber.Ctx, change func(chatter, tenants.ChatChange) (tenants.ChatMessage, error)) error {
	who, err := s.chatWriter(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	n, err := strconv.ParseInt(c.Params("message"), 10, 64)
	if err != nil {
		return s.stickerFault(c, errChatGone)
	}
	m, err := change(who, tenants.ChatChange{Room: who.Room.ID, Identity: who.seat.Identity, N: n})
	return s.answerChat(c, who, m, err)
}

// answerChat tells the room of a message, and who wrote it how it is kept. Where the room could not be told, the writer is to ask again.
func (s *Server) answerChat(c *fiber.Ctx, who chatter, m tenants.ChatMessage, err error) error {
	if err != nil {
		return s.stickerFault(c, err)
	}
	shown, err := s.shownChat(c.UserContext(), who.Org.ID, []tenants.ChatMessage{m})
	if err != nil {
		return s.problem(c, err)
	}
	if err := s.tellChat(c.UserContext(), who.Room, shown[0], m.Readers); err != nil {
		return s.stickerFault(c, err)
	}
	return c.JSON(shown[0])
}

// tellChat sends a message to everybody in the room, or to the two whom it is between, or to those who may read it. One that is too large
// for a packet is fetched.
func (s *Server) tellChat(ctx context.Context, room tenants.Room, m chatJSON, readers []string) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	topic := topicChat
	packet := &livekit.SendDataRequest{Data: data, Kind: livekit.DataPacket_RELIABLE, Topic: &topic, DestinationIdentities: readers}
	if m.To != "" {
		packet.DestinationIdentities = []string{m.From, m.To}
	}
	err = s.media.SendData(ctx, roomKey(room), packet)
	if errors.Is(err, sfu.ErrTooLarge) {
		packet.Data = []byte("{}")
		err = s.media.SendData(ctx, roomKey(room), packet)
	}
	if errors.Is(err, sfu.ErrRoomNotOpen) {
		return errChatOutside
	}
	return err
}

package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// shownHosting is who leads a meeting and what they have decided, as the pages of everybody in it are told.
type shownHosting struct {
	Revision  int64      `json:"rev"` // of two, the higher one holds
	Host      string     `json:"host"`
	CoHosts   []string   `json:"cohosts"`
	Leaders   []string   `json:"leaders"` // of the co-hosts, those with as much to say as the host
	Hands     []shownArm `json:"hands"`   // in the order they were raised
	Next      string     `json:"next"`    // who leads when the host goes now
	Spotlight string     `json:"spotlight"`
	Locked    bool       `json:"locked"`
	May       shownRules `json:"may"`
}

type shownArm struct {
	Identity string `json:"id"`
	At       int64  `json:"at"` // milliseconds since 1970
}

type shownRules struct {
	Share  bool `json:"share"`
	Chat   bool `json:"chat"`
	Unmute bool `json:"unmute"`
	Rename bool `json:"rename"`
}

func showHosting(h tenants.Hosting) shownHosting {
	out := shownHosting{
		Revision: h.Revision, Host: h.Host, CoHosts: append([]string{}, h.CoHosts...), Leaders: append([]string{}, h.Leaders...), Hands: []shownArm{},
		Next: h.Next, Spotlight: h.Spotlight, Locked: h.Locked, May: shownRules(h.Rules),
	}
	for _, hand := range h.Hands {
		out.Hands = append(out.Hands, shownArm{hand.Identity, hand.At.UnixMilli()})
	}
	return out
}

// hosting says who leads the meeting, to who is in it.
func (s *Server) hosting(c *fiber.Ctx) error {
	at, seat, err := s.seated(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	found, err := s.tenants.Org(at.Org.ID).Hosting(c.UserContext(), at.Room.ID, seat.Identity)
	if err != nil {
		return s.hostFault(c, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(showHosting(found))
}

// acts reads what somebody wants to do from the form, by the last part of the address.
var acts = map[string]func(c *fiber.Ctx) tenants.Act{
	"lower":     about(tenants.ActLower),
	"lock":      about(tenants.ActLock),
	"rules":     readRules,
	"spotlight": about(tenants.ActSpot),
	"cohost":    about(tenants.ActCoHost),
	"handover":  about(tenants.ActHandOver),
	"rename":    about(tenants.ActRename),
	"mute":      about(tenants.ActMute),
	"camera":    about(tenants.ActStop),
	"screen":    about(tenants.ActStop),
	"ask":       about(tenants.ActAsk),
	"remove":    about(tenants.ActRemove),
	"ban":       about(tenants.ActBan),
}

func about(kind tenants.ActKind) func(c *fiber.Ctx) tenants.Act {
	return func(c *fiber.Ctx) tenants.Act {
		return tenants.Act{Kind: kind, Who: c.FormValue("id"), On: c.FormValue("on") == "yes", Name: c.FormValue("name")}
	}
}

func readRules(c *fiber.Ctx) tenants.Act {
	act := tenants.Act{Kind: tenants.ActRules, Rules: map[string]bool{}}
	for _, name := range []string{"share", "chat", "unmute", "rename"} {
		if said := c.FormValue(name); said != "" {
			act.Rules[name] = said == "yes"
		}
	}
	return act
}

// lead does what somebody who leads the meeting wants done, and brings it to the media node and to everybody's page.
func (s *Server) lead(c *fiber.Ctx) error {
	read, ok := acts[c.Params("act")]
	if !ok {
		return s.hostFault(c, errNotFound)
	}
	at, seat, err := s.seated(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	act := read(c)
	if act.Kind == tenants.ActRename && act.Who == "" {
		act.Who = seat.Identity
	}
	return s.do(c, at, seat, act)
}

// hand raises one's hand, or lowers it.
func (s *Server) hand(c *fiber.Ctx) error {
	at, seat, err := s.seated(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	return s.do(c, at, seat, tenants.Act{Kind: tenants.ActHand, On: c.FormValue("on") == "yes"})
}

func (s *Server) do(c *fiber.Ctx, at place, st seat, act tenants.Act) error {
	led, err := s.tenants.Org(at.Org.ID).Lead(c.UserContext(), at.Room.ID, st.Identity, act)
	if err == nil {
		err = s.carryOut(c.UserContext(), at.Room, c.Params("act"), act, led)
	}
	if err != nil {
		return s.hostFault(c, err)
	}
	if act.Kind == tenants.ActRename && act.Who == st.Identity {
		st.Name = led.Who[0].Name
		if err := s.keepSeat(c, st); err != nil {
			return s.problem(c, err)
		}
	}
	return c.JSON(showHosting(led.Hosting))
}

// bans lists whom the room keeps out, for who leads.
func (s *Server) bans(c *fiber.Ctx) error {
	at, seat, err := s.seated(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	found, err := s.tenants.Org(at.Org.ID).Bans(c.UserContext(), at.Room.ID, seat.Identity)
	if err != nil {
		return s.hostFault(c, err)
	}
	type shownBan struct {
		ID    string    `json:"id"`
		Name  string    `json:"name"`
		Since time.Time `json:"since"`
	}
	out := make([]shownBan, len(found))
	for i, b := range found {
		out[i] = shownBan{b.ID, b.Name, b.Since}
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(fiber.Map{"bans": out})
}

// unban lets somebody come into the room again.
func (s *Server) unban(c *fiber.Ctx) error {
	at, seat, err := s.seated(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	gone, err := s.tenants.Org(at.Org.ID).Unban(c.UserContext(), at.Room.ID, seat.Identity, c.FormValue("ban"))
	if err == nil {
		err = s.unbanOnNode(c.UserContext(), at.Room, gone)
	}
	if err != nil {
		return s.hostFault(c, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// seated is the room and the seat that this browser holds in it. Whether they are in the meeting now, the store says.
func (s *Server) seated(c *fiber.Ctx) (place, seat, error) {
	at, err := s.find(c)
	if err != nil {
		return at, seat{}, err
	}
	st, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		err = &tenants.Error{Code: tenants.CodeForbidden, Key: tenants.KeyNotInside}
	}
	return at, st, err
}

// hostFault answers with a sentence for who pressed the button (RFC 9457).
func (s *Server) hostFault(c *fiber.Ctx, err error) error { return s.stickerFault(c, err) }

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// attributes of a participant, as clients see them.
const (
	attrRole  = "role"
	roleHost  = "host"  // a member of the organization
	roleGuest = "guest" // anybody else
	attrDoor  = "door"
	doorWeb   = "web" // came through our own pages
)

// tokenTime is how long a token opens the door; the node renews it while the person is in.
const tokenTime = 10 * time.Minute

// person is somebody about to enter a meeting.
type person struct {
	Identity, Name string
	Member         bool           // of the room's organization
	User           tenants.UserID // who is signed in, where that is known
	Program        bool           // the organization's own program let them in
	Back           bool           // came with a token that our pages gave together with a seat
	Marks          []string       // see devices
}

// place is a room behind a code, and what the visitor is in its organization.
type place struct {
	Org  tenants.Organization
	Room tenants.Room
	Host bool // the visitor is a member
	Pays bool // and may buy a plan
}

// find looks a code up, and the visitor's role beside it.
func (s *Server) find(c *fiber.Ctx) (place, error) {
	org, room, err := s.tenants.RoomByCode(c.UserContext(), c.Params("code"))
	if err != nil {
		ledNowhere(c, err)
		return place{}, err
	}
	at := place{Org: org, Room: room}
	for _, m := range visitor(c).Orgs {
		if m.Org.ID != org.ID {
			continue
		}
		must, err := s.mustProve(c, org.ID, m.Role)
		if err != nil {
			return at, err
		}
		at.Host, at.Pays = !must, !must && m.Role.CanPay() // until the organization's own door is passed they are a guest
	}
	return at, nil
}

// enter takes a seat in the room's meeting, opening one if none is on.
func (s *Server) enter(ctx context.Context, org tenants.OrgID, room tenants.Room, p person) (tenants.Entry, error) {
	allowed, err := s.allowanceOf(ctx, org)
	if err != nil {
		return tenants.Entry{}, err
	}
	may := allowed.in(room.CreatedBy)
	entry, err := s.tenants.Org(org).Enter(ctx, tenants.EnterInput{
		Room: room.ID, Identity: p.Identity, Name: p.Name, Member: p.Member, User: p.User, Program: p.Program, Back: p.Back, Marks: p.Marks,
		Limits: may.Limits, Plan: allowed.Plan.Name, ConcurrentBy: may.ConcurrentBy,
	})
	if err != nil {
		return tenants.Entry{}, fmt.Errorf("enter meeting: %w", err)
	}
	return entry, s.entered(ctx, room, p.Identity, entry)
}

// lobby shows the mirror and the door.
func (s *Server) lobby(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	if c.Params("code") != at.Room.Code { // typed in capitals, or without dashes
		return c.Redirect("/m/"+at.Room.Code, fiber.StatusSeeOther)
	}
	if err := at.Org.Open(); err != nil {
		return s.problem(c, err)
	}
	open, err := s.lobbyOpen(c, at)
	if err != nil {
		return s.problem(c, err)
	}
	if !open {
		return s.membersOnly(c, at)
	}
	return s.showLobby(c, at, "")
}

// encrypts reports whether who comes in now meets end-to-end encrypted: as the meeting that runs began, or as the policies say where the next
// one begins.
func encrypts(running tenants.Meeting, policies tenants.Policies) bool {
	return running.Encrypted || running.ID == "" && policies.Encryption
}

// showLobby shows the lobby with who is in already. Fault is the message id for the name.
func (s *Server) showLobby(c *fiber.Ctx, at place, fault string) error {
	meeting, people, err := s.tenants.Org(at.Org.ID).Current(c.UserContext(), at.Room.ID)
	if err != nil && !isCode(err, tenants.CodeNotFound) {
		return s.problem(c, err)
	}
	model := s.lobbyModel(c, at, meeting, people, fault)
	policies, err := s.tenants.Org(at.Org.ID).Policies(c.UserContext())
	if err != nil {
		return s.problem(c, err)
	}
	model.Encrypted = encrypts(meeting, policies)
	if at.Host { // a guest can do nothing about any of it
		if model.Going, err = s.goingOf(c.UserContext(), at.Org.ID); err != nil {
			return s.problem(c, err)
		}
		model.Organization = at.Org.Name
		if model.MinutesLeft, model.MinutesNear, err = s.minutesNear(c.UserContext(), at.Org.ID, at.Room.CreatedBy); err != nil {
			return s.problem(c, err)
		}
		if model.Ahead, err = s.planAhead(c.UserContext(), at.Org.ID); err != nil {
			return s.problem(c, err)
		}
	}
	if banned, err := s.lookAtDoor(c, at, &model); err != nil || banned {
		return err
	}
	model.Ad = s.lobbyAd(c, at)
	return s.render(c, views.Lobby(s.page(c, ""), model))
}

// join takes a seat for the person. The lobby asks for JSON and turns into the meeting; a plain form is sent to the meeting's page.
func (s *Server) join(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	if s.draining.Load() {
		return s.problem(c, errDraining)
	}
	name, ok := displayName(c.FormValue("name"), visitor(c).User.Name)
	if !ok {
		c.Status(fiber.StatusBadRequest)
		return s.showLobby(c, at, tenants.KeyNameEmpty)
	}
	seat := seat{Code: at.Room.Code, Name: name, Identity: s.identity(c, at.Room.Code)}
	session, err := s.admitPerson(c, at, seat)
	if err == nil || isCode(err, tenants.CodeWaiting) { // who waits comes back as who they are
		if err := s.keepSeat(c, seat); err != nil {
			return s.problem(c, err)
		}
	}
	if err != nil {
		return s.turnAway(c, at, err)
	}
	if wantsJSON(c) {
		return c.JSON(session)
	}
	return c.Redirect("/m/"+at.Room.Code+"/room", fiber.StatusSeeOther)
}

// room is the meeting's own page: where a reload comes back to.
func (s *Server) room(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	seat, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return c.Redirect("/m/"+at.Room.Code, fiber.StatusSeeOther)
	}
	session, err := s.admitPerson(c, at, seat)
	if err != nil {
		return s.turnAway(c, at, err)
	}
	return s.render(c, views.Meeting(s.page(c, ""), views.MeetingModel{Session: session}))
}

// renewToken gives a person who holds a seat a fresh session, for a reconnect after a long sleep.
func (s *Server) renewToken(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	seat, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return s.problem(c, errForbidden)
	}
	session, err := s.admitPerson(c, at, seat)
	if err != nil {
		return s.problem(c, err)
	}
	return c.JSON(session)
}

// admitPerson gives a seat and the token that goes with it.
func (s *Server) admitPerson(c *fiber.Ctx, at place, seat seat) (views.MeetingSession, error) {
	entry, err := s.enter(c.UserContext(), at.Org.ID, at.Room, person{Identity: seat.Identity, Name: seat.Name, Member: at.Host, User: visitor(c).User.ID, Marks: s.devices(c, at.Room.Code)})
	if err != nil {
		return views.MeetingSession{}, err
	}
	seat.Name = entry.Name
	role := roleGuest
	if at.Host {
		role = roleHost
	}
	token, err := s.webToken(c.UserContext(), at.Org.ID, sfu.Grant{
		Room: at.Room.MediaName, Identity: seat.Identity, Name: seat.Name,
		Attributes: map[string]string{attrRole: role, attrDoor: doorWeb},
		Devices:    s.devices(c, at.Room.Code),
	}, entry.Rights)
	if err != nil {
		return views.MeetingSession{}, err
	}
	return s.sessionModel(c, at, entry, seat, token)
}

// endForAll ends the meeting for everybody. Who leads it may, and who manages the room.
func (s *Server) endForAll(c *fiber.Ctx) error {
	at, keeper, err := s.doorkeeper(c)
	if err == nil {
		err = s.tenants.Org(at.Org.ID).EndForAll(c.UserContext(), keeper, at.Room.ID)
	}
	if err == nil {
		err = s.closeRoom(c.UserContext(), at.Room)
	}
	if err != nil {
		return s.problem(c, err)
	}
	if wantsJSON(c) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect("/m/"+at.Room.Code+"/after", fiber.StatusSeeOther)
}

// endMeeting ends the meeting in a room, if one runs, and closes the room on its node, if it is open.
func (s *Server) endMeeting(ctx context.Context, room tenants.Room) error {
	return s.endMeetingFor(ctx, room, tenants.EndHost)
}

// endMeetingFor is endMeeting with the reason that is written down. To clients it is ended from this side; the page after it says more.
func (s *Server) endMeetingFor(ctx context.Context, room tenants.Room, why string) error {
	org := s.tenants.Org(room.Org)
	meeting, _, err := org.Current(ctx, room.ID)
	if err == nil {
		err = org.EndMeeting(ctx, meeting.ID, why)
	}
	if err != nil && !isCode(err, tenants.CodeNotFound) {
		return fmt.Errorf("end meeting: %w", err)
	}
	if err := s.media.End(ctx, roomKey(room), sfu.ReasonHost); err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) { // nobody has connected yet
		return fmt.Errorf("end meeting on its node: %w", err)
	}
	return nil
}

// afterCall says how the meeting went and what to do next.
func (s *Server) afterCall(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	meeting, err := s.tenants.Org(at.Org.ID).LastMeeting(c.UserContext(), at.Room.ID)
	if isCode(err, tenants.CodeNotFound) {
		return c.Redirect("/m/"+at.Room.Code, fiber.StatusSeeOther)
	}
	if err != nil {
		return s.problem(c, err)
	}
	model, err := s.afterModel(c, at, meeting)
	if err != nil {
		return s.problem(c, err)
	}
	if model.Own, err = s.ownCall(c, at, meeting.ID); err != nil {
		return s.problem(c, err)
	}
	if model.Reason == "removed" {
		door, err := s.door(c, at)
		if err != nil {
			return s.problem(c, err)
		}
		if door.Banned {
			model.Reason, model.CanRejoin = "banned", false
		}
	}
	model.Ad = s.afterAd(c, at, model.Reason)
	return s.render(c, views.AfterCall(s.page(c, "after.title"), model))
}

// turnAway answers a person who cannot come in: full and ended have pages of their own.
func (s *Server) turnAway(c *fiber.Ctx, at place, err error) error {
	if wantsJSON(c) {
		return s.problem(c, err)
	}
	switch {
	case tenants.KeyOf(err) == tenants.KeyGuestsForbidden:
		return s.membersOnly(c, at)
	case isCode(err, tenants.CodeWaiting):
		return s.toWaiting(c, at)
	case isCode(err, tenants.CodeLocked):
		return s.showLocked(c, at)
	case tenants.KeyOf(err) == tenants.KeyBanned:
		return s.showBanned(c)
	case tenants.KeyOf(err) == tenants.KeyMeetingFull:
		model, err := s.fullModel(c, at)
		if err != nil {
			return s.problem(c, err)
		}
		c.Status(fiber.StatusConflict)
		return s.render(c, views.MeetingFull(s.page(c, "full.title"), model))
	case isCode(err, tenants.CodeEnded):
		model, err := s.endedModel(c, at)
		if err != nil {
			return s.problem(c, err)
		}
		c.Status(fiber.StatusGone)
		return s.render(c, views.MeetingEnded(s.page(c, "ended.title"), model))
	}
	return s.problem(c, err)
}

func toLobby(c *fiber.Ctx) error {
	return c.Redirect("/m/"+c.Params("code"), fiber.StatusSeeOther)
}

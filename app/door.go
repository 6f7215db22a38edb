package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// door is what the visitor would find who wanted to come in now.
func (s *Server) door(c *fiber.Ctx, at place) (tenants.Door, error) {
	return s.tenants.Org(at.Org.ID).LookAtDoor(c.UserContext(), tenants.EnterInput{
		Room: at.Room.ID, Identity: s.identity(c, at.Room.Code), Member: at.Host, User: visitor(c).User.ID, Marks: s.devices(c, at.Room.Code),
	})
}

// lookAtDoor takes the names of who is in out of the lobby for somebody who does not come in by themselves, and says what keeps them out.
// Whoever was banned sees no lobby: then it has answered.
func (s *Server) lookAtDoor(c *fiber.Ctx, at place, m *views.LobbyModel) (bool, error) {
	if len(m.Here) == 0 {
		return false, nil // nobody to see, and nothing to lock
	}
	door, err := s.door(c, at)
	switch {
	case err != nil:
		return true, s.problem(c, err)
	case door.Banned:
		return true, s.showBanned(c)
	case door.Shut():
		m.Here, m.Hidden, m.Locked = nil, true, door.Locked
	}
	return false, nil
}

// showLocked is for who is new where the host lets nobody new in.
func (s *Server) showLocked(c *fiber.Ctx, at place) error {
	c.Status(fiber.StatusLocked)
	return s.render(c, views.MeetingLocked(s.page(c, "hosting.locked.title"), at.Room.Name, at.Room.Code))
}

// showBanned is for who was banned from the room. It names neither the room nor who is in it.
func (s *Server) showBanned(c *fiber.Ctx) error {
	c.Status(fiber.StatusForbidden)
	return s.render(c, views.Banned(s.page(c, "hosting.banned.title")))
}

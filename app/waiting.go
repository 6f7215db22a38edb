package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// topicWaiting is the topic of packets that tell members in a meeting that somebody came to wait, or was answered.
const topicWaiting = "parley.waiting"

// waitingPage tells a person that they wait, and until whom. Who need not wait any more is sent on: the meeting's page has a seat for
// them, or says why not.
func (s *Server) waitingPage(c *fiber.Ctx) error {
	at, wait, err := s.stillWaits(c)
	if err != nil {
		return s.problem(c, err)
	}
	if !wait.Still {
		return c.Redirect("/m/"+at.Room.Code+"/room", fiber.StatusSeeOther)
	}
	policies, err := s.tenants.Org(at.Org.ID).Policies(c.UserContext())
	if err != nil {
		return s.problem(c, err)
	}
	meeting, _, err := s.tenants.Org(at.Org.ID).Current(c.UserContext(), at.Room.ID)
	if err != nil && !isCode(err, tenants.CodeNotFound) {
		return s.problem(c, err)
	}
	seat, _ := s.seatOf(c, at.Room.Code)
	return s.render(c, views.Waiting(s.page(c, "waiting.title"), views.WaitingModel{
		Room: at.Room.Name, Code: at.Room.Code, Org: at.Org.Name, Name: seat.Name, Text: policies.TextFor(at.Room),
		Own: at.Room.WaitingText != "", Open: wait.Open, Encrypted: encrypts(meeting, policies),
	}))
}

// waitingState is what the waiting page asks every few seconds, which also says that the person is still there.
func (s *Server) waitingState(c *fiber.Ctx) error {
	_, wait, err := s.stillWaits(c)
	if err != nil {
		return s.problem(c, err)
	}
	return c.JSON(showWait(wait))
}

// stillWaits asks whether they do, and tells those inside when they had not seen them for a while: their page was asleep.
func (s *Server) stillWaits(c *fiber.Ctx) (at place, wait tenants.Wait, err error) {
	at, in, ok, err := s.knocking(c)
	if err == nil && ok {
		wait, err = s.tenants.Org(at.Org.ID).StillWaits(c.UserContext(), in)
	}
	if err == nil && wait.Back {
		err = s.tellOfWaiting(c.UserContext(), at.Room)
	}
	return at, wait, err
}

// knocking is the room and who stands before it, by the seat that was promised to this browser; false when none was.
func (s *Server) knocking(c *fiber.Ctx) (place, tenants.EnterInput, bool, error) {
	at, err := s.find(c)
	if err != nil {
		return at, tenants.EnterInput{}, false, err
	}
	seat, ok := s.seatOf(c, at.Room.Code)
	return at, tenants.EnterInput{
		Room: at.Room.ID, Identity: seat.Identity, Member: at.Host, User: visitor(c).User.ID, Marks: s.devices(c, at.Room.Code),
	}, ok, nil
}

// toWaiting sends somebody to the page where they wait, and tells those inside.
func (s *Server) toWaiting(c *fiber.Ctx, at place) error {
	if err := s.tellOfWaiting(c.UserContext(), at.Room); err != nil {
		return s.problem(c, err)
	}
	return c.Redirect("/m/"+at.Room.Code+"/waiting", fiber.StatusSeeOther)
}

// waiters lists who waits before the meeting, for members who are in it and for who leads it.
func (s *Server) waiters(c *fiber.Ctx) error {
	at, keeper, err := s.doorkeeper(c)
	if err != nil {
		return s.problem(c, err)
	}
	found, err := s.tenants.Org(at.Org.ID).Waiters(c.UserContext(), keeper, at.Room.ID)
	if err != nil {
		return s.problem(c, err)
	}
	out := make([]views.Waiter, len(found))
	for i, w := range found {
		out[i] = views.Waiter{Identity: w.Identity, Name: w.Name, Member: w.Member, Lines: showLines(w.Lines)}
	}
	return c.JSON(fiber.Map{"waiting": out})
}

// answerWaiters lets people in, or refuses them.
func (s *Server) answerWaiters(c *fiber.Ctx) error {
	at, keeper, err := s.doorkeeper(c)
	if err != nil {
		return s.problem(c, err)
	}
	err = s.tenants.Org(at.Org.ID).AnswerWaiters(c.UserContext(), keeper, at.Room.ID, named(c), c.FormValue("admit") == "yes")
	if err == nil {
		err = s.tellOfWaiting(c.UserContext(), at.Room)
	}
	if err != nil {
		return s.problem(c, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// named are the people that a form names.
func named(c *fiber.Ctx) (who []string) {
	for _, id := range c.Context().PostArgs().PeekMulti("id") {
		who = append(who, string(id))
	}
	return who
}

// doorkeeper is the room and what speaks for the visitor there: who they are in the organization, and the seat that their browser holds.
func (s *Server) doorkeeper(c *fiber.Ctx) (place, tenants.Doorkeeper, error) {
	at, err := s.find(c)
	if err != nil {
		return at, tenants.Doorkeeper{}, err
	}
	st, seated := s.seatOf(c, at.Room.Code)
	keeper := tenants.Doorkeeper{Identity: st.Identity}
	if at.Host {
		keeper.User = visitor(c).User.ID
	} else if !seated {
		err = errForbidden
	}
	return at, keeper, err
}

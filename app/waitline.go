package app

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// shownWait is how it stands with somebody who waits, as their page is told. Of who writes to them they learn no name: nobody who has to be
// let in sees who is inside.
type shownWait struct {
	Waiting bool        `json:"waiting"`
	Open    bool        `json:"open"` // a meeting runs
	Lines   []shownSaid `json:"lines"`
}

type shownSaid struct {
	N    int64  `json:"n"`
	Host bool   `json:"host"`
	Text string `json:"text"`
}

func showWait(w tenants.Wait) shownWait {
	out := shownWait{Waiting: w.Still, Open: w.Open, Lines: []shownSaid{}}
	for _, l := range w.Lines {
		out.Lines = append(out.Lines, shownSaid{l.N, l.Host, l.Text})
	}
	return out
}

// showLines is what was written with somebody who waits, as those see it who may let them in.
func showLines(lines []tenants.WaitLine) []views.WaitLine {
	out := []views.WaitLine{}
	for _, l := range lines {
		out = append(out, views.WaitLine{N: l.N, Host: l.Host, By: l.Author, Name: l.Name, Text: l.Text})
	}
	return out
}

// sayAtDoor brings what somebody who waits writes to those who may let them in.
func (s *Server) sayAtDoor(c *fiber.Ctx) error {
	at, in, ok, err := s.knocking(c)
	if err == nil && !ok {
		err = &tenants.Error{Code: tenants.CodeForbidden, Key: tenants.KeyWaitingOver}
	}
	if err != nil {
		return s.hostFault(c, err)
	}
	lines, err := s.tenants.Org(at.Org.ID).SayAtDoor(c.UserContext(), in, c.FormValue("text"))
	if err == nil {
		err = s.tellOfWaiting(c.UserContext(), at.Room)
	}
	if err != nil {
		return s.hostFault(c, err)
	}
	return c.JSON(showWait(tenants.Wait{Still: true, Lines: lines}))
}

// answerAtDoor writes to people who wait: to those that the form names, or to all where it says so. Each gets it alone.
func (s *Server) answerAtDoor(c *fiber.Ctx) error {
	at, keeper, err := s.doorkeeper(c)
	if err != nil {
		return s.hostFault(c, err)
	}
	to := tenants.ToWaiting{All: c.FormValue("all") == "yes", Who: named(c)}
	err = s.tenants.Org(at.Org.ID).AnswerAtDoor(c.UserContext(), keeper, at.Room.ID, to, c.FormValue("text"))
	if err == nil {
		err = s.tellOfWaiting(c.UserContext(), at.Room)
	}
	if err != nil {
		return s.hostFault(c, err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// dropGoneLines takes away what was written with those who have gone from the door without a word.
func (s *Server) dropGoneLines(ctx context.Context, job tenants.Job) error {
	if err := s.tenants.Org(job.Org).DropWaitLines(ctx); err != nil {
		return err
	}
	return errJobDropped // or due again
}

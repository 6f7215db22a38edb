package app

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// dataPage is where a person takes their data away, or themselves.
func (s *Server) dataPage(c *fiber.Ctx) error {
	return s.render(c, views.MyData(s.page(c, "me.data")))
}

// deletePage says what happens when a person is deleted, and what has to be done first.
func (s *Server) deletePage(c *fiber.Ctx) error { return s.showDelete(c, views.DeleteMeModel{}, nil) }

func (s *Server) showDelete(c *fiber.Ctx, m views.DeleteMeModel, fault error) error {
	me := visitor(c).User
	m.Email, m.HasPassword, m.When = me.Email, me.HasPassword, s.clock.Now().Add(tenants.EraseAfter)
	owned, err := s.tenants.SoleOwnerOf(c.UserContext(), me.ID)
	if err != nil {
		return err
	}
	for _, o := range owned {
		line := views.OwnedOrg{Name: o.Org.Name, Slug: o.Org.Slug}
		_, sub, err := s.planOf(c.UserContext(), o.Org.ID)
		switch {
		case err != nil:
			return err
		case o.Others > 0:
			m.HandOver = append(m.HandOver, line)
		case sub.Running():
			m.EndPlan = append(m.EndPlan, line)
		default:
			m.Closes = append(m.Closes, line)
		}
	}
	if fault != nil {
		m.Errors, m.Wait = tenants.Fields(fault), s.waitFor(c, fault)
		c.Status(statusFor(fault))
	}
	return s.render(c, views.DeleteMe(s.page(c, "delete.title"), m))
}

// deleteMe asks for it, and signs the person out: who comes back within two weeks is asked whether to stay.
func (s *Server) deleteMe(c *fiber.Ctx) error {
	me, texts := visitor(c).User, s.texts(c)
	if waiting, err := s.paidAlone(c.UserContext(), me.ID); err != nil || waiting {
		if err == nil {
			c.Status(fiber.StatusConflict)
			err = s.showDelete(c, views.DeleteMeModel{}, nil)
		}
		return err
	}
	due, err := s.tenants.LeaveForGood(c.UserContext(), tenants.LeaveForGoodInput{
		User: me.ID, Password: c.FormValue("present"), Address: c.FormValue("address"),
		Lang: texts.Lang(), Link: s.base(c) + "/login?next=%2Fme%2Fkeep", When: texts.Date,
	})
	if tenants.Fields(err) != nil || isCode(err, tenants.CodeHeld) {
		return s.showDelete(c, views.DeleteMeModel{Address: c.FormValue("address")}, err)
	}
	if err != nil {
		return err
	}
	s.ringMails()
	if err := s.signOut(c); err != nil {
		return err
	}
	c.Locals(localWho, who{})
	return s.render(c, views.Goodbye(s.page(c, "goodbye.title"), views.GoodbyeModel{Email: me.Email, When: due}))
}

// paidAlone says whether a plan goes on being paid for an organization that would have nobody any more.
func (s *Server) paidAlone(ctx context.Context, user tenants.UserID) (bool, error) {
	owned, err := s.tenants.SoleOwnerOf(ctx, user)
	if err != nil {
		return false, err
	}
	for _, o := range owned {
		if _, sub, err := s.planOf(ctx, o.Org.ID); err != nil || o.Others == 0 && sub.Running() {
			return true, err
		}
	}
	return false, nil
}

// keepPage asks somebody who is to be deleted whether to stay. Until they have answered they see nothing else of their own.
func (s *Server) keepPage(c *fiber.Ctx) error {
	me := visitor(c).User
	if me.EraseAt == nil {
		return c.Redirect("/me", fiber.StatusSeeOther)
	}
	return s.render(c, views.KeepMe(s.page(c, "keep.title"), views.GoodbyeModel{Email: me.Email, When: *me.EraseAt}))
}

func (s *Server) keepMe(c *fiber.Ctx) error {
	if err := s.tenants.Stay(c.UserContext(), visitor(c).User.ID); err != nil {
		return err
	}
	return c.Redirect("/me?done=kept", fiber.StatusSeeOther)
}

// leaving says whether the visitor has to answer first whether to stay. Keeping, downloading one's data and signing out go on.
func leaving(c *fiber.Ctx) bool {
	switch c.Path() {
	case "/me/keep", "/me/export", "/logout":
		return false
	}
	return visitor(c).User.EraseAt != nil
}

const (
	erasePause = time.Minute // between two looks at who is to be deleted
	eraseBatch = 20

	signInsTidied = time.Hour // how often old sign-ins are forgotten
)

// eraseDue deletes people whose day has come, and what is old of their sign-ins, until the context ends. Any number of processes may do so
// at once.
func (s *Server) eraseDue(ctx context.Context) {
	var tidied time.Time
	for ctx.Err() == nil {
		if now := s.clock.Now(); now.Sub(tidied) >= signInsTidied {
			tidied = now
			if err := s.tenants.ForgetSignIns(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("old sign-ins are not forgotten", "err", err)
			}
		}
		n, err := s.tenants.EraseDue(ctx, eraseBatch, s.billing.ForgetBuyer)
		if err != nil && ctx.Err() == nil {
			s.log.Error("people who are to be deleted are not", "err", err)
		}
		if n == eraseBatch && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.clock.After(erasePause):
		}
	}
}

package app

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// operatorPeople lists the people who use the service: found by name, nickname or address.
func (s *Server) operatorPeople(c *fiber.Ctx) error {
	q := directoryQuery(c)
	found, total, err := s.tenants.FindPeople(c.UserContext(), q)
	if err != nil {
		return err
	}
	m := views.OperatorPeopleModel{Search: q.Search, Show: c.Query("show"), Sort: q.Sort, List: directoryList(c, q, total)}
	for _, user := range found {
		m.People = append(m.People, personLine(user))
	}
	return s.render(c, views.OperatorPeople(s.operatorPage(c, "operator.people"), m))
}

func personLine(u tenants.User) views.PersonLine {
	line := views.PersonLine{ID: string(u.ID), Name: u.Name, Email: u.Email, Since: u.CreatedAt, Confirmed: u.ConfirmedAt != nil, Leaving: u.EraseAt != nil}
	if u.Locked != nil {
		line.Locked, line.LockedAt, line.Reason = true, u.Locked.At, u.Locked.Reason
	}
	return line
}

// operatorPerson is one person: where they belong and what can be done. What they wrote and said is shown to nobody here.
func (s *Server) operatorPerson(c *fiber.Ctx) error { return s.showPerson(c, nil) }

func (s *Server) showPerson(c *fiber.Ctx, fault error) error {
	user, err := s.tenants.User(c.UserContext(), tenants.UserID(c.Params("person")))
	if err != nil {
		return err
	}
	m := views.PersonModel{PersonLine: personLine(user), From: placeInList(c)}
	if m.Errors = tenants.Fields(fault); fault != nil {
		if m.Errors == nil {
			return fault
		}
		c.Status(statusFor(fault))
		m.Typed = c.FormValue("reason")
	}
	orgs, err := s.tenants.OrgsOf(c.UserContext(), user.ID)
	if err != nil {
		return err
	}
	for _, one := range orgs {
		m.Orgs = append(m.Orgs, views.TenantLine{ID: string(one.Org.ID), OrgLink: orgLink(one.Org, one.Role), Since: one.Since, Suspended: one.Org.Suspended != nil})
	}
	if _, m.SignIns, err = s.tenants.SignIns(c.UserContext(), user.ID, "", 1); err != nil {
		return err
	}
	log, err := s.tenants.OperatorAudit(c.UserContext(), tenants.AuditFilter{Limit: deedsShown}, string(user.ID))
	if err != nil {
		return err
	}
	m.Deeds = operatorLines(log.Entries)
	page := s.operatorPage(c, "")
	page.Title = user.Name
	return s.render(c, views.OperatorPerson(page, m))
}

// lockPerson keeps a person out: no session of theirs is left, and no seat.
func (s *Server) lockPerson(c *fiber.Ctx) error {
	who := tenants.UserID(c.Params("person"))
	err := s.tenants.LockUser(c.UserContext(), who, c.FormValue("reason"))
	if err == nil {
		err = s.sendOutEverywhere(c.UserContext(), who)
	}
	return s.personChanged(c, err, "person_locked")
}

func (s *Server) unlockPerson(c *fiber.Ctx) error {
	err := s.tenants.UnlockUser(c.UserContext(), tenants.UserID(c.Params("person")), c.FormValue("reason"))
	return s.personChanged(c, err, "person_unlocked")
}

// signOutPerson ends every sign-in of a person, who signs in again.
func (s *Server) signOutPerson(c *fiber.Ctx) error {
	return s.personChanged(c, s.tenants.EndUserSignIns(c.UserContext(), tenants.UserID(c.Params("person"))), "person_signed_out")
}

func (s *Server) personChanged(c *fiber.Ctx, err error, done string) error {
	if tenants.Fields(err) != nil {
		return s.showPerson(c, err)
	}
	if err != nil {
		return err
	}
	return s.operatorDone(c, strings.TrimPrefix(keepPlace(c, "/people/"+c.Params("person")), "/operator"), done)
}

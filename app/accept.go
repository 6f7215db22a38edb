package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// invitePage says who invites whom, and offers to accept: at once to who is signed in, with a form to who is new.
func (s *Server) invitePage(c *fiber.Ctx) error { return s.showInvite(c, views.AcceptModel{}, nil) }

func (s *Server) showInvite(c *fiber.Ctx, m views.AcceptModel, fault error) error {
	offer, err := s.tenants.Invite(c.UserContext(), c.Params("token"))
	ledNowhere(c, err)
	if isCode(err, tenants.CodeNotFound) {
		c.Status(fiber.StatusNotFound)
		return s.render(c, views.InviteGone(s.page(c, "invite.gone")))
	}
	if err != nil {
		return err
	}
	if fault != nil {
		if m.Errors = tenants.Fields(fault); m.Errors == nil {
			m.Errors = map[string]string{"": tenants.KeyOf(fault)}
		}
		if m.Errors[""] == tenants.KeyInternal {
			return fault
		}
		c.Status(statusFor(fault))
	}
	m.Org, m.Token = orgLink(offer.Org, offer.Role), c.Params("token")
	if m.MailTo = offer.Email; m.Name == "" {
		m.Name = offer.Name
	}
	me := visitor(c)
	m.SignedIn = me.In()
	m.Other = me.In() && offer.Email != "" && me.User.Email != offer.Email
	for _, mine := range me.Orgs {
		m.Member = m.Member || mine.Org.ID == offer.Org.ID
	}
	page := s.page(c, "")
	page.Title = page.T("invite.title", "Name", offer.Org.Name)
	return s.render(c, views.Accept(page, m))
}

// acceptInvite makes who is signed in a member.
func (s *Server) acceptInvite(c *fiber.Ctx) error {
	org, err := s.tenants.AcceptInvite(c.UserContext(), c.Params("token"), visitor(c).User.ID, s.seatsOf)
	if err != nil {
		return s.showInvite(c, views.AcceptModel{}, err)
	}
	return c.Redirect("/o/"+org.Slug+"?done=joined", fiber.StatusSeeOther)
}

// signUpInvited makes a new person a member; they get no organization of their own.
func (s *Server) signUpInvited(c *fiber.Ctx) error {
	m := views.AcceptModel{Name: c.FormValue("name"), Email: c.FormValue("email")}
	made, err := s.tenants.SignUpInvited(c.UserContext(), c.Params("token"), tenants.SignUpInput{
		Name: m.Name, Email: m.Email, Password: c.FormValue("password"),
	}, s.seatsOf)
	if err != nil {
		return s.showInvite(c, m, err)
	}
	if made.ConfirmToken != "" {
		s.sendConfirmation(c, made.User, made.ConfirmToken)
	}
	if err := s.signIn(c, made.User.ID, tenants.ByPassword, ""); err != nil {
		return err
	}
	return c.Redirect("/o/"+made.Org.Slug+"?done=joined", fiber.StatusSeeOther)
}

// joinByDomain lets a person into an organization that is open to their confirmed address.
func (s *Server) joinByDomain(c *fiber.Ctx) error {
	org, err := s.tenants.OrgBySlug(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	seats, err := s.seatsOf(c.UserContext(), org.ID)
	if err == nil {
		err = s.tenants.Org(org.ID).JoinByDomain(c.UserContext(), visitor(c).User.ID, seats)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug+"?done=joined", fiber.StatusSeeOther)
}

package app

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// securityPage shows a person's ways in, and who is signed in as them.
func (s *Server) securityPage(c *fiber.Ctx) error {
	return s.showSecurity(c, views.SecurityModel{})
}

// said are the sentences that the page begins with after a deed; by the word in its address.
var securityDone = map[string]string{
	"password": "security.password_set", "address": "security.address_sent", "ended": "security.ended", "others": "security.others_ended",
	"unlinked": "security.unlinked", "linked": "security.linked",
}

// showSecurity fills in what the store knows; m carries what was typed and what is wrong with it.
func (s *Server) showSecurity(c *fiber.Ctx, m views.SecurityModel) error {
	me := visitor(c)
	m.Email, m.Confirmed, m.HasPassword = me.User.Email, me.User.ConfirmedAt != nil, me.User.HasPassword
	var err error
	if m.Waiting, err = s.tenants.WaitingAddress(c.UserContext(), me.User.ID); err != nil {
		return err
	}
	if err := s.identityRows(c, &m); err != nil {
		return err
	}
	if err := s.signInRows(c, &m); err != nil {
		return err
	}
	page := s.page(c, "me.security")
	if done, ok := securityDone[c.Query("done")]; ok {
		page.Flash = &views.Flash{Kind: "success", Text: page.T(done)}
	}
	return s.render(c, views.Security(page, m))
}

// signInRows fills in one page of who is signed in as this person.
func (s *Server) signInRows(c *fiber.Ctx, m *views.SecurityModel) error {
	me := visitor(c)
	some, total, err := s.tenants.SignIns(c.UserContext(), me.User.ID, me.SignIn.ID, pageOf(c))
	if err != nil {
		return err
	}
	for _, in := range some {
		m.SignIns = append(m.SignIns, views.SignInRow{
			ID: string(in.ID), Agent: in.Browser, Network: in.Network, Since: in.CreatedAt, Seen: in.SeenAt, Here: in.ID == me.SignIn.ID,
			Method: methodName(in.Method),
		})
	}
	at := tenants.PageWithin(pageOf(c), total, tenants.SignInPageSize)
	m.SignInList = views.ListPage{Path: "/me/security", Page: at, Size: tenants.SignInPageSize, Total: total}
	return nil
}

// methodName is the provider of a sign-in, as people call it; empty for a password.
func methodName(method string) string {
	if method == tenants.ByPassword {
		return ""
	}
	return providerName(method)
}

// changePassword signs everybody else out and tells the person by mail.
func (s *Server) changePassword(c *fiber.Ctx) error {
	me := visitor(c)
	err := s.tenants.SetPassword(c.UserContext(), tenants.SetPasswordInput{
		User: me.User.ID, Present: c.FormValue("present"), New: c.FormValue("password"), Keep: me.SignIn.ID,
	})
	if err != nil {
		return s.securityFault(c, views.SecurityModel{}, err, "")
	}
	if err := s.renewSession(c); err != nil {
		return err
	}
	s.mail(c, me.User.Email, views.Letter{Kind: "password", Name: me.User.Name, Link: s.base(c) + "/forgot"})
	return c.Redirect("/me/security?done=password", fiber.StatusSeeOther)
}

// securityFault shows the page again with what is wrong; prefix tells the two fields for the present password apart.
func (s *Server) securityFault(c *fiber.Ctx, m views.SecurityModel, err error, prefix string) error {
	fields := tenants.Fields(err)
	if fields == nil && !isCode(err, tenants.CodeHeld) {
		return err
	}
	m.Errors, m.Wait = map[string]string{}, s.waitFor(c, err)
	for field, key := range fields {
		if field == "present" {
			field = prefix + field
		}
		m.Errors[field] = key
	}
	c.Status(statusFor(err))
	return s.showSecurity(c, m)
}

// changeAddress sends a mail to both addresses: the new one takes over, the old one can stop it.
func (s *Server) changeAddress(c *fiber.Ctx) error {
	me := visitor(c)
	change, err := s.tenants.ChangeAddress(c.UserContext(), tenants.ChangeAddressInput{
		User: me.User.ID, New: c.FormValue("email"), Password: c.FormValue("present"),
	})
	if err != nil {
		return s.securityFault(c, views.SecurityModel{NewEmail: c.FormValue("email")}, err, "address-")
	}
	name, base := me.User.Name, s.base(c)
	if change.MoveToken != "" {
		s.mail(c, change.New, views.Letter{Kind: "move", Name: name, Link: base + "/address/take?token=" + urlQuery(change.MoveToken)})
	} else {
		s.mail(c, change.New, views.Letter{Kind: "taken", Name: change.New})
	}
	s.mail(c, me.User.Email, views.Letter{
		Kind: "moving", Name: name, Link: base + "/address/keep?token=" + urlQuery(change.StayToken), Pairs: []any{"New", change.New},
	})
	return c.Redirect("/me/security?done=address", fiber.StatusSeeOther)
}

// addressPage is what the links of those two mails open: a button.
func (s *Server) addressPage(c *fiber.Ctx) error {
	kind := c.Params("kind")
	if kind != "take" && kind != "keep" {
		return errNotFound
	}
	return s.render(c, views.Address(s.page(c, "security.address"), views.AddressModel{Kind: kind, Token: c.Query("token")}))
}

func (s *Server) takeAddress(c *fiber.Ctx) error {
	_, err := s.tenants.ConfirmAddress(c.UserContext(), c.FormValue("token"))
	return s.addressAnswer(c, "take", err)
}

func (s *Server) keepAddress(c *fiber.Ctx) error {
	_, err := s.tenants.KeepAddress(c.UserContext(), c.FormValue("token"))
	if err == nil {
		return c.Redirect("/login?why=kept", fiber.StatusSeeOther)
	}
	return s.addressAnswer(c, "keep", err)
}

func (s *Server) addressAnswer(c *fiber.Ctx, kind string, err error) error {
	fields := tenants.Fields(err)
	if err != nil && fields == nil {
		return err
	}
	if err != nil {
		c.Status(statusFor(err))
	}
	m := views.AddressModel{Kind: kind, Spent: fields["token"] != "", Taken: fields["email"] != "", Done: err == nil}
	return s.render(c, views.Address(s.page(c, "security.address"), m))
}

func (s *Server) endSignIn(c *fiber.Ctx) error {
	if err := s.tenants.EndSignIn(c.UserContext(), visitor(c).User.ID, tenants.SignInID(c.Params("id"))); err != nil {
		return err
	}
	where := "/me/security?done=ended"
	if page, err := strconv.Atoi(c.FormValue("page")); err == nil && page > 1 {
		where += "&page=" + strconv.Itoa(page)
	}
	return c.Redirect(where, fiber.StatusSeeOther)
}

func (s *Server) endOtherSignIns(c *fiber.Ctx) error {
	me := visitor(c)
	if err := s.tenants.EndOtherSignIns(c.UserContext(), me.User.ID, me.SignIn.ID); err != nil {
		return err
	}
	return c.Redirect("/me/security?done=others", fiber.StatusSeeOther)
}

package app

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// policiesPage is what happens to people in the organization's meetings.
func (s *Server) policiesPage(c *fiber.Ctx) error {
	now, err := s.tenants.Org(theOrg(c).ID).Policies(c.UserContext())
	if err != nil {
		return err
	}
	return s.showPolicies(c, now, nil)
}

func (s *Server) showPolicies(c *fiber.Ctx, p tenants.Policies, faults map[string]string) error {
	page, err := s.orgPage(c, "policies.title")
	if err != nil {
		return err
	}
	return s.render(c, views.Policies(page, views.PoliciesModel{
		Guests: p.Guests, Waiting: string(p.Waiting), Share: string(p.Share), Chat: string(p.Chat),
		ChatSince: p.ChatSince, Encryption: p.Encryption, WaitingText: p.WaitingText, Errors: faults,
	}))
}

// setPolicies saves the policies and brings them to the meetings that run: guests who may not be there are sent out, the others find
// what they may do changed. Encryption alone waits for the next meeting of each room.
func (s *Server) setPolicies(c *fiber.Ctx) error {
	org, ctx := theOrg(c).ID, c.UserContext()
	next := tenants.Policies{
		Guests: c.FormValue("guests") == "yes", Waiting: tenants.WaitingRoom(c.FormValue("waiting")),
		Share: tenants.Circle(c.FormValue("share")), Chat: tenants.Circle(c.FormValue("chat")),
		ChatSince: c.FormValue("history") == "since", Encryption: c.FormValue("encryption") == "required", WaitingText: c.FormValue("waiting_text"),
	}
	err := s.tenants.Org(org).SetPolicies(ctx, visitor(c).User.ID, next)
	if faults := tenants.Fields(err); faults != nil {
		c.Status(statusFor(err))
		return s.showPolicies(c, next, faults)
	}
	if err != nil {
		return err
	}
	if !next.Guests {
		guests, failed := s.tenants.Org(org).GuestPlaces(ctx)
		err = errors.Join(failed, s.removeAll(ctx, guests))
	}
	if err = errors.Join(err, s.reach(ctx, org, "")); err != nil {
		return err
	}
	return s.done(c, "/policies", "policies_saved")
}

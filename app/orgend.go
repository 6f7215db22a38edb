package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// deleteOrg asks for the end of an organization, two weeks from now.
func (s *Server) deleteOrg(c *fiber.Ctx) error {
	in := s.deletionInput(c)
	in.Typed = c.FormValue("typed")
	_, err := s.tenants.Org(theOrg(c).ID).DeleteOrg(c.UserContext(), in)
	if fields := tenants.Fields(err); fields != nil {
		c.Status(statusFor(err))
		return s.showOrgData(c, views.OrgDataModel{Typed: in.Typed, Errors: fields})
	}
	if err != nil {
		return err
	}
	s.ringMails()
	s.ringErrands()
	return c.Redirect("/o/"+theOrg(c).Slug+"/settings/data", fiber.StatusSeeOther) // the banner says what happened
}

// keepOrg takes that back.
func (s *Server) keepOrg(c *fiber.Ctx) error {
	err := s.tenants.Org(theOrg(c).ID).KeepOrg(c.UserContext(), s.deletionInput(c))
	if err != nil && !isCode(err, tenants.CodeNotFound) { // somebody else was faster
		return err
	}
	s.ringMails()
	s.ringErrands()
	return s.done(c, "/settings/data", "organization_kept")
}

func (s *Server) deletionInput(c *fiber.Ctx) tenants.DeleteOrgInput {
	return tenants.DeleteOrgInput{By: visitor(c).User.ID, Lang: s.texts(c).Lang(), Base: s.base(c)}
}

// going says on every page of an organization that is to be deleted when and by whose wish; nil for one that stays.
func (s *Server) going(c *fiber.Ctx) (*views.Going, error) {
	org := theOrg(c)
	going, err := s.goingOf(c.UserContext(), org.ID)
	if going != nil {
		going.MayKeep = org.Role == tenants.RoleOwner && s.clock.Now().Before(going.When)
	}
	return going, err
}

func (s *Server) goingOf(ctx context.Context, org tenants.OrgID) (*views.Going, error) {
	d, err := s.tenants.Org(org).Deletion(ctx)
	if isCode(err, tenants.CodeNotFound) {
		return nil, nil //nolint:nilnil // it stays
	}
	if err != nil {
		return nil, err
	}
	return &views.Going{When: d.DueAt, By: d.Asker}, nil
}

// settleRenewal makes Stripe do what fits: an organization that is to go renews nothing, and one that stays goes on as before. Who changes
// their mind while this runs finds it done in the end: the job is dropped only where the wish is still the one that was carried out.
func (s *Server) settleRenewal(ctx context.Context, id tenants.OrgID) error {
	org := s.tenants.Org(id)
	for {
		goes, err := org.RenewsNot(ctx)
		if isCode(err, tenants.CodeNotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		if goes {
			err = s.billing.StopRenewal(ctx, id)
		} else {
			err = s.billing.ResumeRenewal(ctx, id)
		}
		if err != nil {
			return err // it comes again
		}
		settled, err := org.SettleRenewal(ctx, goes)
		if isCode(err, tenants.CodeNotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		if settled {
			return errJobDropped
		}
	}
}

// eraseOrganization ends an organization whose day has come: its meetings are closed, what it pays for is cancelled at once, and then
// everything of it goes in one transaction. Each step can be made again: what fails at Stripe or breaks off goes on the next time, and
// until then everything is there.
func (s *Server) eraseOrganization(ctx context.Context, id tenants.OrgID) error {
	org := s.tenants.Org(id)
	asked, err := org.Deletion(ctx)
	if isCode(err, tenants.CodeNotFound) {
		return nil // it stays, or is gone
	}
	if err != nil {
		return err
	}
	if left := asked.DueAt.Sub(s.clock.Now()); left > 0 {
		return fmt.Errorf("the day of the organization is in %s", left)
	}
	if err := s.billing.Close(ctx, id); err != nil {
		return err
	}
	rooms, err := org.RoomsInUse(ctx)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		if err := s.endMeeting(ctx, room); err != nil {
			return err
		}
	}
	met, err := s.tenants.EraseOrg(ctx, id, billing.OrganizationTables()...)
	if isCode(err, tenants.CodeNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.log.Info("an organization was erased", "org", id, "asked_at", asked.AskedAt)
	s.ringMails()
	for _, room := range append(rooms, met...) { // who came in at the last moment; no key of theirs signs any more
		if err := s.media.End(ctx, roomKey(room), sfu.ReasonHost); err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) {
			s.log.Warn("a meeting of an erased organization was not closed; its time limit will", "org", id, "err", err)
		}
	}
	return nil
}

package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// suspensionSettles is how long after a suspension somebody may still be on the way in who was let in before it: joinTime, and some room.
const suspensionSettles = joinTime + 5*time.Second

// endSuspended ends every meeting of a suspended organization, on its nodes too. They end at once, without a farewell of minutes: an
// operator who suspends has a reason that does not wait, and everybody's page says what happened and whom to write to. Who was let in a
// moment before it is caught by the look after that.
func (s *Server) endSuspended(ctx context.Context, job tenants.Job) error {
	id := job.Org
	org, err := s.tenants.OrgByID(ctx, id)
	if isCode(err, tenants.CodeNotFound) || err == nil && org.Suspended == nil {
		return nil // gone, or open again
	}
	if err != nil {
		return err
	}
	if err := s.endMeetings(ctx, id); err != nil {
		return err
	}
	if s.clock.Since(org.Suspended.At) >= suspensionSettles {
		return nil
	}
	if err := s.tenants.PutOff(ctx, job, suspensionSettles); err != nil {
		return err
	}
	return errJobDropped
}

// endMeetings ends all meetings of an organization, for the reason that it is suspended.
func (s *Server) endMeetings(ctx context.Context, id tenants.OrgID) error {
	rooms, err := s.tenants.Org(id).RoomsInUse(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, room := range rooms {
		failed = errors.Join(failed, s.endMeetingFor(ctx, room, tenants.EndSuspended))
	}
	return failed
}

// mayUse says whether a member's request may go on in a suspended organization: reading may, and what an owner needs to put things right
// or to leave. Everything else is refused with the reason.
func mayUse(c *fiber.Ctx, org tenants.Organization) error {
	if org.Suspended == nil || c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return nil
	}
	rest := strings.TrimPrefix(c.Path(), "/o/"+org.Slug)
	for _, open := range []string{"/checkout", "/billing/", "/settings/data/", "/leave", "/settings/support/"} {
		if strings.HasPrefix(rest, open) {
			return nil
		}
	}
	return org.Open()
}

// closedBar says on every page of a suspended organization what happened; nil for one that is open.
func (s *Server) closedBar(org tenants.Organization) *views.ClosedBar {
	if org.Suspended == nil {
		return nil
	}
	return &views.ClosedBar{Since: org.Suspended.At, Reason: org.Suspended.Reason, Contact: s.cfg.Contact}
}

// shut answers where the operator has closed an organization or locked a person: a page that says so, why, and whom to write to. The reason
// is for the organization's own people and for the person. It says false for every other fault.
func (s *Server) shut(c *fiber.Ctx, err error) (bool, error) {
	model := views.ShutModel{Contact: s.cfg.Contact, Home: homeOf(c)}
	if locked, is := errors.AsType[*tenants.LockedFault](err); is {
		model.Person, model.Reason = true, locked.Reason
	} else if closed, is := errors.AsType[*tenants.SuspendedFault](err); is {
		model.Organization = closed.Organization
		for _, m := range visitor(c).Orgs {
			if m.Org.ID == closed.ID {
				model.Reason, model.Org = closed.Reason, m.Org.Slug
			}
		}
	} else {
		return false, nil
	}
	c.Status(fiber.StatusForbidden)
	return true, s.render(c, views.Shut(s.page(c, "shut.title"), model))
}

// sendOutEverywhere takes the seats of a person back, in whatever organization. Enter refuses them from now on.
func (s *Server) sendOutEverywhere(ctx context.Context, who tenants.UserID) error {
	seats, err := s.tenants.SeatsHeld(ctx, who)
	if err != nil {
		return err
	}
	var failed error
	for _, seat := range seats {
		err := s.media.Remove(ctx, sfu.RoomKey{Tenant: string(seat.Org), Room: seat.Room}, seat.Identity, sfu.ReasonRemoved)
		if err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) && !errors.Is(err, sfu.ErrUnknownPeer) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/sfu"
	"parley/tenants"
)

// stripeWebhook hands the raw body to billing, which believes nothing that is not signed, and lifts running meetings when the plan
// has changed. An error answers 500, so that Stripe sends the event again.
func (s *Server) stripeWebhook(c *fiber.Ctx) error {
	change, err := s.billing.HandleEvent(c.UserContext(), c.Body(), c.Get("Stripe-Signature"))
	if errors.Is(err, billing.ErrSignature) {
		s.metrics.events.WithLabelValues("forged").Inc()
		return err
	}
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	if err != nil {
		s.metrics.events.WithLabelValues("failed").Inc()
		return fmt.Errorf("stripe event: %w", err)
	}
	s.metrics.events.WithLabelValues("handled").Inc()
	return c.SendStatus(fiber.StatusOK)
}

// lift gives the running meetings of an organization what its plan now allows, and tells who may pay when a payment is missing. It runs also when the event was a repeat: the first
// delivery may have died between the mirror and here.
func (s *Server) lift(ctx context.Context, change billing.Change) error {
	if change.Org == "" {
		return nil
	}
	return errors.Join(s.relimit(ctx, change.Org, true), s.dun(ctx, change.Org))
}

// relimit gives the running meetings of an organization what plan and quotas allow now, in the database and on the nodes. With lift,
// none gets less than it has. Without, who is in above a lowered number stays, and a meeting that has been longer already ends.
func (s *Server) relimit(ctx context.Context, org tenants.OrgID, lift bool) error {
	now, err := s.allowanceOf(ctx, org)
	if err != nil {
		return err
	}
	limits := func(maker tenants.UserID) tenants.Limits { return now.in(maker).Limits }
	meetings, err := s.tenants.Org(org).RelimitMeetings(ctx, limits, now.Plan.Name, lift)
	if err != nil {
		return fmt.Errorf("change the limits of meetings: %w", err)
	}
	var failed error
	for _, m := range meetings {
		room, err := s.tenants.Org(org).RoomByID(ctx, m.Room)
		if err == nil {
			err = s.media.SetLimits(ctx, roomKey(room), nodeLimits(m))
		}
		if errors.Is(err, sfu.ErrRoomEnded) || errors.Is(err, sfu.ErrRoomNotOpen) { // it ended while we were looking
			err = nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// roomKey names a room on the media nodes.
func roomKey(room tenants.Room) sfu.RoomKey {
	return sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}
}

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

// lift gives the running meetings of an organization what its plan now allows. It runs also when the event was a repeat: the first
// delivery may have died between the mirror and here.
func (s *Server) lift(ctx context.Context, change billing.Change) error {
	if change.Org == "" {
		return nil
	}
	now, err := s.allowanceOf(ctx, change.Org)
	if err != nil {
		return err
	}
	meetings, err := s.tenants.Org(change.Org).LiftMeetings(ctx, now.Limits, now.Plan.Name)
	if err != nil {
		return fmt.Errorf("lift meetings: %w", err)
	}
	var failed error
	for _, m := range meetings {
		room, err := s.tenants.Org(change.Org).RoomByID(ctx, m.Room)
		if err == nil {
			err = s.media.SetLimits(ctx, roomKey(room), nodeLimits(m))
		}
		if errors.Is(err, sfu.ErrRoomEnded) { // it ended while we were looking
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

package app

import (
	"context"
	"sync"
	"time"

	"parley/app/outgoing"
	"parley/tenants"
	"parley/views"
)

const (
	courierEvery = time.Second
	courierLoad  = 8                // deliveries on their way at once
	courierLease = 30 * time.Second // longer than an attempt may take: then another process tries
)

// RunCourier delivers webhooks that are due until ctx ends. Any number of processes may do so at once.
func (s *Server) RunCourier(ctx context.Context) {
	tick := s.clock.NewTicker(courierEvery)
	defer tick.Stop()
	for {
		n, err := s.DeliverWebhooks(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("webhooks are not delivered", "err", err)
		}
		if n == courierLoad && err == nil {
			continue // there are more
		}
		select {
		case <-tick.Chan():
		case <-ctx.Done():
			return
		}
	}
}

// DeliverWebhooks makes one attempt at each of some deliveries that are due, and says how many there were.
func (s *Server) DeliverWebhooks(ctx context.Context) (int, error) {
	due, err := s.tenants.DueDeliveries(ctx, courierLoad, courierLease)
	if err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	for _, job := range due {
		all.Go(func() {
			if err := s.deliver(ctx, job); err != nil && ctx.Err() == nil {
				s.log.Error("a webhook delivery could not be handled", "org", job.Org, "err", err)
			}
		})
	}
	all.Wait()
	return len(due), nil
}

func (s *Server) deliver(ctx context.Context, job tenants.Job) error {
	org := s.tenants.Org(job.Org)
	what, err := org.Attempt(ctx, job.Ref)
	if isCode(err, tenants.CodeNotFound) {
		return s.tenants.DropJob(ctx, job)
	}
	if err != nil {
		return err
	}
	began := s.clock.Now()
	status, err := s.hooks.Post(ctx, what.URL, outgoing.Message{ID: what.EventID, At: began, Payload: what.Payload, Secrets: what.Secrets})
	if ctx.Err() != nil {
		return ctx.Err() // we stop; it comes again when the lease is over
	}
	result := tenants.AttemptResult{Status: status, Took: s.clock.Since(began)}
	if err != nil {
		result.Fault = err.Error()
	}
	off, err := org.Settle(ctx, what.Delivery, result)
	if err != nil || off == nil {
		return err
	}
	return s.mailWebhookOff(ctx, job.Org, *off)
}

// mailWebhookOff tells who manages an organization that an endpoint hears nothing any more.
func (s *Server) mailWebhookOff(ctx context.Context, id tenants.OrgID, hook tenants.Webhook) error {
	org, err := s.tenants.OrgByID(ctx, id)
	if err != nil {
		return err
	}
	people, err := s.tenants.Org(id).Managers(ctx)
	if err != nil {
		return err
	}
	for _, who := range people {
		err := s.sendLetter(ctx, who.Email, views.Letter{
			Texts: s.catalogue.For(), Kind: "webhook", Name: who.Name, Link: s.cfg.BaseURL + "/o/" + org.Slug + "/developers/webhooks/" + hook.ID,
			Pairs: []any{"URL", hook.URL, "Org", org.Name},
		})
		if err != nil {
			s.log.Error("mail not sent", "kind", "webhook", "err", err)
		}
	}
	return nil
}

package app

import (
	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// makeWebhook shows the new endpoint's secret in its answer, the only place where it ever stands.
func (s *Server) makeWebhook(c *fiber.Ctx) error {
	var events []string
	for _, name := range c.Request().PostArgs().PeekMulti("event") {
		events = append(events, string(name))
	}
	hook, err := s.tenants.Org(theOrg(c).ID).CreateWebhook(c.UserContext(), visitor(c).User.ID, c.FormValue("url"), events, s.cfg.Demo)
	return s.afterKey(c, err, &views.FreshKey{Webhook: true, ID: hook.ID, Label: hook.URL, Secret: hook.Secret}, func(m *views.DevelopersModel) {
		m.URL, m.Heard = c.FormValue("url"), events
	})
}

func (s *Server) webhookPage(c *fiber.Ctx) error {
	page, err := s.orgPage(c, "webhook.title")
	if err != nil {
		return err
	}
	hook, sent, err := s.tenants.Org(theOrg(c).ID).Deliveries(c.UserContext(), visitor(c).User.ID, c.Params("webhook"))
	if err != nil {
		return err
	}
	m := views.WebhookModel{Webhook: webhookLine(hook)}
	for _, d := range sent {
		m.Deliveries = append(m.Deliveries, deliveryLine(d))
	}
	return s.render(c, views.Webhook(page, m))
}

// rotateWebhook gives an endpoint another secret and shows it in its answer. The one before signs messages too until the time that the
// page names.
func (s *Server) rotateWebhook(c *fiber.Ctx) error {
	hook, err := s.tenants.Org(theOrg(c).ID).RotateWebhook(c.UserContext(), visitor(c).User.ID, c.Params("webhook"))
	fresh := &views.FreshKey{Webhook: true, ID: hook.ID, Label: hook.URL, Secret: hook.Secret}
	if hook.OldUntil != nil {
		fresh.OldUntil = *hook.OldUntil
	}
	return s.afterKey(c, err, fresh, nil)
}

func (s *Server) deleteWebhook(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).DeleteWebhook(c.UserContext(), visitor(c).User.ID, c.Params("webhook")); err != nil {
		return err
	}
	return c.Redirect("/o/"+theOrg(c).Slug+"/developers", fiber.StatusSeeOther)
}

func (s *Server) enableWebhook(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).EnableWebhook(c.UserContext(), visitor(c).User.ID, c.Params("webhook")); err != nil {
		return err
	}
	return c.Redirect("/o/"+theOrg(c).Slug+"/developers/webhooks/"+c.Params("webhook"), fiber.StatusSeeOther)
}

func (s *Server) redeliver(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).Redeliver(c.UserContext(), visitor(c).User.ID, c.Params("delivery")); err != nil {
		return err
	}
	return c.Redirect("/o/"+theOrg(c).Slug+"/developers/webhooks/"+c.Params("webhook"), fiber.StatusSeeOther)
}

func webhookLine(h tenants.Webhook) views.WebhookLine {
	line := views.WebhookLine{ID: h.ID, URL: h.URL, Events: h.Events, State: "live", Why: h.DisabledWhy}
	if h.OldUntil != nil {
		line.OldUntil = *h.OldUntil
	}
	switch {
	case h.DisabledAt != nil:
		line.State = "off"
	case h.FailingSince != nil:
		line.State = "failing"
	}
	return line
}

func deliveryLine(d tenants.Delivery) views.DeliveryLine {
	line := views.DeliveryLine{
		ID: d.ID, Event: d.EventID, Type: d.Type, State: d.State, Attempts: d.Attempts, Status: d.Status, At: d.CreatedAt, Took: d.Took, Fault: d.Fault,
	}
	if d.TriedAt != nil {
		line.At = *d.TriedAt
	}
	if d.NextAt != nil {
		line.NextAt = *d.NextAt
	}
	return line
}

package app

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// eventsSearched is how many organizations a text may name in a search of the log.
const eventsSearched = 50

// operatorEvents shows what Stripe told us, what failed first. A text names an event, a kind of event, or an organization.
func (s *Server) operatorEvents(c *fiber.Ctx) error {
	ctx := c.UserContext()
	q := billing.LogQuery{Outcome: c.Query("state"), Text: strings.TrimSpace(c.Query("q")), Skip: (pageOf(c) - 1) * tenants.PageSize, Limit: tenants.PageSize}
	if len(q.Text) > 80 {
		q.Text = q.Text[:80]
	}
	m := views.EventsModel{Text: q.Text, Outcome: q.Outcome, Selling: s.cfg.Selling}
	orgs, err := s.tenants.OrgsLike(ctx, q.Text, eventsSearched)
	if err != nil {
		return err
	}
	q.Orgs = orgs
	events, total, err := s.billing.Webhooks(ctx, q)
	if err != nil {
		return err
	}
	if m.Health, err = s.billing.WebhookHealth(ctx); err != nil {
		return err
	}
	m.List = views.ListPage{Path: "/operator/events", Query: listQuery(c, "q", "state"), Page: pageOf(c), Size: tenants.PageSize, Total: total}
	var ids []tenants.OrgID
	for _, e := range events {
		if e.Org != "" {
			ids = append(ids, e.Org)
		}
	}
	named, err := s.tenants.OrgsByID(ctx, ids)
	if err != nil {
		return err
	}
	for _, e := range events {
		m.Events = append(m.Events, views.EventLine{LoggedEvent: e, Name: named[e.Org].Name})
	}
	return s.render(c, views.OperatorEvents(s.operatorPage(c, "op_events.title"), m))
}

// operatorReplay handles an event again, and gives meetings what the plan now allows, as the webhook does.
func (s *Server) operatorReplay(c *fiber.Ctx) error {
	id := c.Params("event")
	if len(id) > 100 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return errNotFound
	}
	change, err := s.billing.Replay(c.UserContext(), id)
	if err == nil {
		err = s.lift(c.UserContext(), change)
	}
	result := "handled"
	if err != nil {
		result = err.Error()
	}
	if noted := s.operatorDid(c.UserContext(), "event.replay", id, result); noted != nil {
		return noted
	}
	if isCode(err, tenants.CodeNotFound) {
		return err
	}
	list := "/events"
	if q := listQuery(c, "q", "state", "page"); len(q) > 0 {
		list += "?" + q.Encode()
	}
	if err != nil {
		s.log.Error("an event failed again when it was replayed", "event", id, "err", err)
		return s.operatorDone(c, list, "replay_failed")
	}
	return s.operatorDone(c, list, "replayed")
}

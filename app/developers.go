package app

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// developersPage lists an organization's keys.
func (s *Server) developersPage(c *fiber.Ctx) error {
	return s.showDevelopers(c, func(*views.DevelopersModel) {})
}

func (s *Server) showDevelopers(c *fiber.Ctx, more func(*views.DevelopersModel)) error {
	page, err := s.orgPage(c, "developers.title")
	if err != nil {
		return err
	}
	org := s.tenants.Org(theOrg(c).ID)
	api, err := org.APIKeys(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	media, err := org.Keys(c.UserContext())
	if err != nil {
		return err
	}
	base := s.base(c)
	m := views.DevelopersModel{API: base + "/api/v1", Signal: "ws" + strings.TrimPrefix(base, "http"), Scopes: scopeNames(tenants.APIScopes())}
	now := s.clock.Now()
	for _, k := range api {
		m.APIKeys = append(m.APIKeys, apiKeyLine(k, now))
	}
	for _, k := range media {
		if k.RevokedAt == nil || now.Sub(*k.RevokedAt) < 30*24*time.Hour {
			m.MediaKeys = append(m.MediaKeys, keyLine(k.ID, k.Label, k.CreatedAt, k.ExpiresAt, k.RevokedAt, now))
		}
	}
	hooks, err := org.Webhooks(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	m.Events = tenants.WebhookEvents()
	for _, h := range hooks {
		m.Webhooks = append(m.Webhooks, webhookLine(h))
	}
	more(&m)
	return s.render(c, views.Developers(page, m))
}

func apiKeyLine(k tenants.APIKey, now time.Time) views.KeyLine {
	line := keyLine(k.ID, k.Label, k.CreatedAt, k.ExpiresAt, k.RevokedAt, now)
	line.Scopes, line.UsedFrom = scopeNames(k.Scopes), k.LastUsedFrom
	if k.LastUsedAt != nil {
		line.UsedAt = *k.LastUsedAt
	}
	return line
}

func keyLine(id, label string, made time.Time, ends, revoked *time.Time, now time.Time) views.KeyLine {
	line := views.KeyLine{ID: id, Label: label, CreatedAt: made, State: "live"}
	switch {
	case revoked != nil:
		line.State = "revoked"
	case ends != nil && !now.Before(*ends):
		line.State = "over"
	case ends != nil:
		line.State, line.EndsAt = "ending", *ends
	}
	return line
}

func scopeNames(scopes []tenants.APIScope) []string {
	out := make([]string, len(scopes))
	for i, scope := range scopes {
		out[i] = string(scope)
	}
	return out
}

// makeAPIKey shows the new key in its answer, the only place where it ever stands.
func (s *Server) makeAPIKey(c *fiber.Ctx) error {
	var scopes []tenants.APIScope
	for _, name := range c.Request().PostArgs().PeekMulti("scope") {
		scopes = append(scopes, tenants.APIScope(name))
	}
	key, err := s.tenants.Org(theOrg(c).ID).CreateAPIKey(c.UserContext(), visitor(c).User.ID, c.FormValue("label"), scopes)
	return s.afterKey(c, err, &views.FreshKey{ID: key.ID, Label: key.Label, Secret: key.Token}, func(m *views.DevelopersModel) {
		m.Label, m.Chosen = c.FormValue("label"), scopeNames(scopes)
	})
}

func (s *Server) rotateAPIKey(c *fiber.Ctx) error {
	keep := keepFor(c)
	key, err := s.tenants.Org(theOrg(c).ID).RotateAPIKey(c.UserContext(), visitor(c).User.ID, c.Params("key"), keep)
	return s.afterKey(c, err, &views.FreshKey{ID: key.ID, Label: key.Label, Secret: key.Token, OldUntil: s.clock.Now().Add(keep)}, nil)
}

func (s *Server) revokeAPIKey(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).RevokeAPIKey(c.UserContext(), visitor(c).User.ID, c.Params("key")); err != nil {
		return err
	}
	return c.Redirect("/o/"+theOrg(c).Slug+"/developers", fiber.StatusSeeOther)
}

func (s *Server) makeMediaKey(c *fiber.Ctx) error {
	key, err := s.tenants.Org(theOrg(c).ID).MakeKey(c.UserContext(), visitor(c).User.ID, c.FormValue("media_label"))
	return s.afterKey(c, err, &views.FreshKey{Media: true, ID: key.ID, Label: key.Label, Secret: key.Secret}, func(m *views.DevelopersModel) {
		m.Media = c.FormValue("media_label")
	})
}

func (s *Server) rotateMediaKey(c *fiber.Ctx) error {
	keep := keepFor(c)
	key, err := s.tenants.Org(theOrg(c).ID).RotateKey(c.UserContext(), visitor(c).User.ID, c.Params("key"), keep)
	return s.afterKey(c, err, &views.FreshKey{Media: true, ID: key.ID, Label: key.Label, Secret: key.Secret, OldUntil: s.clock.Now().Add(keep)}, nil)
}

func (s *Server) revokeMediaKey(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).EndKey(c.UserContext(), visitor(c).User.ID, c.Params("key")); err != nil {
		return err
	}
	return c.Redirect("/o/"+theOrg(c).Slug+"/developers", fiber.StatusSeeOther)
}

// afterKey shows the page again: with the new key, or with what was typed and what is wrong with it.
func (s *Server) afterKey(c *fiber.Ctx, err error, fresh *views.FreshKey, typed func(*views.DevelopersModel)) error {
	if fields := tenants.Fields(err); fields != nil && typed != nil {
		c.Status(statusFor(err))
		return s.showDevelopers(c, func(m *views.DevelopersModel) {
			m.Errors = fields
			typed(m)
		})
	}
	if err != nil {
		return err
	}
	return s.showDevelopers(c, func(m *views.DevelopersModel) { m.Fresh = fresh })
}

// keepFor is how long the old key of a rotation was asked to live on.
func keepFor(c *fiber.Ctx) time.Duration {
	hours, err := strconv.Atoi(c.FormValue("keep"))
	if err != nil {
		return 0
	}
	return time.Duration(min(max(hours, 0), 168)) * time.Hour
}

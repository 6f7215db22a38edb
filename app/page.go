package app

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// page is what every page of this request has in common. Title is an id of the message catalogue, or empty when the page names itself.
func (s *Server) page(c *fiber.Ctx, title string) views.Page {
	texts := s.texts(c)
	p := views.Page{
		Texts: texts, Path: c.Path(), Demo: s.cfg.Demo, Asset: s.assets.path, User: userBar(c), Operator: operatorBar(c),
	}
	if title != "" {
		p.Title = texts.T(title)
	}
	if bar := supportUser(c, texts); bar != nil {
		p.User = bar
	}
	p.Nonce, _ = c.Locals(localNonce).(string)
	p.CSRF, _ = c.Locals(localCSRF).(string)
	return p
}

// orgPage is a page of an organization's console: the same, with the organization around it.
func (s *Server) orgPage(c *fiber.Ctx, title string) (views.Page, error) {
	p := s.page(c, title)
	org := theOrg(c)
	plan, sub, err := s.planOf(c.UserContext(), org.ID)
	if err != nil {
		return p, err
	}
	bigger, err := s.nextPlan(c, plan)
	if err != nil {
		return p, err
	}
	p.Org = &views.OrgBar{
		OrgLink: orgLink(org.Organization, org.Role), Plan: plan.Name, Manages: org.Role.CanManage(),
		CanUpgrade: s.cfg.Selling && org.Role.CanPay() && bigger != nil, Unpaid: sub.Missing() && org.Role.CanPay(),
	}
	for _, m := range visitor(c).Orgs {
		if m.Org.ID != org.ID {
			p.Org.Others = append(p.Org.Others, orgLink(m.Org, m.Role))
		}
	}
	p.Flash, p.Closed = doneFlash(c, p.Texts), s.closedBar(org.Organization)
	if p.Support, err = s.supportBar(c); err != nil {
		return p, err
	}
	if p.Going, err = s.going(c); err != nil {
		return p, err
	}
	if p.Missing, err = s.missing(c, org, sub); err != nil {
		return p, err
	}
	if _, looks := lookOf(c); !looks { // what people are told is not for the operator who looks
		if p.Told, err = s.announced(c, plan.ID, p.Texts); err != nil {
			return p, err
		}
	}
	if p.Alert, err = s.quotaAlert(c, org, p.Texts); err != nil {
		return p, err
	}
	return p, nil
}

// doneFlash says what the last form did, when the address names it.
func doneFlash(c *fiber.Ctx, texts *views.Texts) *views.Flash {
	what := c.Query("done")
	if what == "" || len(what) > 40 || strings.Trim(what, "abcdefghijklmnopqrstuvwxyz_") != "" || !texts.Has("done."+what) {
		return nil
	}
	text := texts.T("done." + what)
	if n := c.QueryInt("n", -1); n >= 0 {
		text = texts.N("done."+what, n)
	}
	return &views.Flash{Kind: "success", Text: text}
}

// orgLink is an organization as the switcher shows it.
func orgLink(org tenants.Organization, role tenants.Role) views.OrgLink {
	link := views.OrgLink{Slug: org.Slug, Name: org.Name, Role: string(role), Colour: org.Colour, Ink: tenants.InkOn(org.Colour)}
	if org.LogoID != "" {
		link.Logo = "/logo/" + org.LogoID + ".png"
	}
	return link
}

func userBar(c *fiber.Ctx) *views.UserBar {
	w := visitor(c)
	if !w.In() {
		return nil
	}
	bar := &views.UserBar{TimeZone: w.User.TimeZone, Name: w.User.Name, Picture: faceOf(w.User.ID, w.User.Picture), Email: w.User.Email, Home: homeOf(c)}
	for _, m := range w.Orgs {
		if m.Role.CanPay() {
			bar.Billing = "/o/" + m.Org.Slug + "/billing"
			break
		}
	}
	return bar
}

// homeOf is where a visitor's own place is: their organization, an operator's console, or the front page.
func homeOf(c *fiber.Ctx) string {
	if operatorOf(c).ID != "" {
		return "/operator"
	}
	if orgs := visitor(c).Orgs; len(orgs) > 0 {
		return "/o/" + orgs[0].Org.Slug
	}
	return "/"
}

// render writes a page with the status that was set before. Pages are never kept by caches: they carry form tokens and people's data.
func (s *Server) render(c *fiber.Ctx, page templ.Component) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return page.Render(c.UserContext(), c.Response().BodyWriter())
}

package app

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// supportCookie holds the token of an operator's look into one organization. Browsers send it to that organization's pages only.
const supportCookie = "parley_support"

// localSupport is where asSupport leaves the look.
const localSupport = "support"

// supportLook is an operator's look at an organization's pages.
type supportLook struct {
	tenants.SupportAccess
	Org tenants.Organization
}

// supportPages are the pages of an organization that an operator may look at: none that holds a link into a room, what people wrote, or a
// file to take away.
var supportPages = []string{"/usage", "/people", "/invitations", "/policies", "/quotas", "/meetings", "/audit", "/settings", "/settings/sign-in", "/developers", "/billing"}

var (
	errSupportReads = &problem{Status: fiber.StatusForbidden, Key: "support_reads"}
	errSupportShut  = &problem{Status: fiber.StatusForbidden, Key: "support_shut"}
)

// asSupport lets an operator look whom an owner has let in, or who gave a reason for an emergency. They read, and nothing else: every verb
// that could write is refused here, and the store refuses to write under the request's context. Each page is noted in the organization's log.
func (s *Server) asSupport(c *fiber.Ctx) error {
	token := c.Cookies(supportCookie)
	if token == "" || slices.ContainsFunc(visitor(c).Orgs, func(m tenants.Membership) bool { return m.Org.Slug == c.Params("org") }) {
		return c.Next()
	}
	org, err := s.tenants.OrgBySlug(c.UserContext(), c.Params("org"))
	if isCode(err, tenants.CodeNotFound) {
		return c.Next()
	}
	if err != nil {
		return err
	}
	access, err := s.tenants.Org(org.ID).SupportOf(c.UserContext(), token)
	if isCode(err, tenants.CodeNotFound) {
		return c.Next()
	}
	if err != nil {
		return err
	}
	rest := strings.TrimPrefix(c.Path(), "/o/"+org.Slug)
	if rest == "" && c.Method() == fiber.MethodGet {
		return c.Redirect("/o/"+org.Slug+"/usage", fiber.StatusSeeOther)
	}
	c.Locals(localWho, who{})
	c.Locals(localSupport, supportLook{access, org})
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return errSupportReads
	}
	if !mayLook(rest) {
		return errSupportShut
	}
	if err := s.tenants.Org(org.ID).SupportLooked(tenants.WithOrigin(c.UserContext(), tenants.Origin{
		Address: address(c), Via: tenants.ViaOperator, Operator: access.Operator,
	}), access, rest); err != nil {
		return err
	}
	c.SetUserContext(tenants.WithSupport(c.UserContext(), org.ID))
	return c.Next()
}

// mayLook reports whether a page may be looked at: one of the list, or one person or meeting of a list on it.
func mayLook(rest string) bool {
	for _, page := range supportPages {
		if rest == page {
			return true
		}
	}
	for _, list := range []string{"/people/", "/meetings/"} {
		if one, ok := strings.CutPrefix(rest, list); ok && one != "" && !strings.ContainsAny(one, "/.") {
			return true
		}
	}
	return false
}

// lookOf is the operator's look that the request is; false when it is none.
func lookOf(c *fiber.Ctx) (supportLook, bool) {
	look, ok := c.Locals(localSupport).(supportLook)
	return look, ok
}

// supportUser is the operator on the pages of an organization that they look at.
func supportUser(c *fiber.Ctx, texts *views.Texts) *views.UserBar {
	look, ok := lookOf(c)
	if !ok {
		return nil
	}
	return &views.UserBar{Name: look.OperatorName, Email: texts.T("support.who"), Home: "/operator/tenants/" + string(look.Org.ID)}
}

// supportBar is what both sides see of a look: the operator that they look, who manages the organization that one does or asks to.
func (s *Server) supportBar(c *fiber.Ctx) (*views.SupportBar, error) {
	if look, ok := lookOf(c); ok {
		return &views.SupportBar{Looking: true, Operator: look.OperatorName, Reason: look.Reason, Until: *look.EndsAt, Tenant: string(look.Org.ID)}, nil
	}
	org := theOrg(c)
	if !org.Role.CanManage() {
		return nil, nil //nolint:nilnil // nothing to show
	}
	all, err := s.tenants.Org(org.ID).Supports(c.UserContext())
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		bar := &views.SupportBar{ID: one.ID, Operator: one.OperatorName, Reason: one.Reason, Minutes: one.Minutes, MayAnswer: org.Role == tenants.RoleOwner}
		switch one.State(s.clock.Now()) {
		case tenants.SupportOpen:
			bar.Until = *one.EndsAt
			return bar, nil
		case tenants.SupportAsked:
			return bar, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing to show
}

// supportPage lists operators' looks into the organization, and is where owners answer.
func (s *Server) supportPage(c *fiber.Ctx) error {
	page, err := s.orgPage(c, "support.title")
	if err != nil {
		return err
	}
	all, err := s.tenants.Org(theOrg(c).ID).Supports(c.UserContext())
	if err != nil {
		return err
	}
	return s.render(c, views.Support(page, s.supportLines(all)))
}

func (s *Server) supportLines(all []tenants.SupportAccess) []views.SupportLine {
	out := make([]views.SupportLine, len(all))
	for i, one := range all {
		out[i] = views.SupportLine{
			ID: one.ID, Operator: one.OperatorName, Reason: one.Reason, Emergency: one.Emergency, Minutes: one.Minutes, AskedAt: one.AskedAt,
			State: string(one.State(s.clock.Now())),
		}
		if one.EndsAt != nil {
			out[i].Until = *one.EndsAt
		}
	}
	return out
}

func (s *Server) allowSupport(c *fiber.Ctx) error   { return s.answerSupport(c, true) }
func (s *Server) declineSupport(c *fiber.Ctx) error { return s.answerSupport(c, false) }

func (s *Server) answerSupport(c *fiber.Ctx, allow bool) error {
	_, err := s.tenants.Org(theOrg(c).ID).AnswerSupport(c.UserContext(), visitor(c).User.ID, c.Params("access"), allow)
	if err != nil {
		return err
	}
	if allow {
		return s.done(c, "/settings/support", "support_allowed")
	}
	return s.done(c, "/settings/support", "support_declined")
}

func (s *Server) endSupport(c *fiber.Ctx) error {
	if _, err := s.tenants.Org(theOrg(c).ID).EndSupport(c.UserContext(), visitor(c).User.ID, c.Params("access")); err != nil {
		return err
	}
	return s.done(c, "/settings/support", "support_ended")
}

// askSupport asks an organization's owners whether the operator may look, or begins at once for an emergency.
func (s *Server) askSupport(c *fiber.Ctx) error {
	org, err := s.tenants.OrgByID(c.UserContext(), tenants.OrgID(c.Params("tenant")))
	if err != nil {
		return err
	}
	minutes, err := strconv.Atoi(strings.TrimSpace(c.FormValue("minutes")))
	if err != nil {
		minutes = 0 // which is refused beside the field
	}
	emergency := c.FormValue("emergency") != ""
	_, err = s.tenants.Org(org.ID).AskSupport(c.UserContext(), tenants.AskSupportInput{
		Operator: operatorOf(c), Reason: c.FormValue("reason"), Minutes: minutes, Emergency: emergency, Lang: "en", Link: s.cfg.BaseURL + "/o/" + org.Slug + "/settings/support",
	})
	if tenants.Fields(err) != nil {
		return s.showTenant(c, err)
	}
	if err != nil {
		return err
	}
	s.ringMails()
	if emergency {
		return s.operatorDone(c, "/tenants/"+string(org.ID), "support_emergency")
	}
	return s.operatorDone(c, "/tenants/"+string(org.ID), "support_asked")
}

// openSupport takes the operator to the organization's pages.
func (s *Server) openSupport(c *fiber.Ctx) error {
	org, err := s.tenants.OrgByID(c.UserContext(), tenants.OrgID(c.Params("tenant")))
	if err != nil {
		return err
	}
	in, _ := c.Locals(localOperator).(tenants.OperatorSignIn)
	token, access, err := s.tenants.Org(org.ID).OpenSupport(c.UserContext(), in, c.Params("access"))
	if err != nil {
		return err
	}
	s.supportKeep(c, org.Slug, token, *access.EndsAt)
	return c.Redirect("/o/"+org.Slug+"/usage", fiber.StatusSeeOther)
}

// stopSupport ends a look from the operator's side.
func (s *Server) stopSupport(c *fiber.Ctx) error {
	org, err := s.tenants.OrgByID(c.UserContext(), tenants.OrgID(c.Params("tenant")))
	if err != nil {
		return err
	}
	if _, err := s.tenants.Org(org.ID).EndSupport(c.UserContext(), "", c.Params("access")); err != nil {
		return err
	}
	s.supportKeep(c, org.Slug, "", time.Unix(0, 0))
	return s.operatorDone(c, "/tenants/"+string(org.ID), "support_ended")
}

func (s *Server) supportKeep(c *fiber.Ctx, slug, token string, until time.Time) {
	c.Cookie(&fiber.Cookie{
		Name: supportCookie, Value: token, Path: "/o/" + slug, Expires: until,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteStrictMode,
	})
}

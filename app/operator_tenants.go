package app

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// operatorTenants lists organizations: found by name, by name in addresses, by an address of one of its people, or by Stripe's customer id.
func (s *Server) operatorTenants(c *fiber.Ctx) error {
	q := directoryQuery(c)
	if customer := strings.TrimSpace(q.Search); strings.HasPrefix(customer, "cus_") {
		org, err := s.billing.OrgOfCustomer(c.UserContext(), customer)
		if err == nil {
			return c.Redirect("/operator/tenants/"+string(org), fiber.StatusSeeOther)
		}
		if !isCode(err, tenants.CodeNotFound) {
			return err
		}
	}
	found, total, err := s.tenants.FindOrgs(c.UserContext(), q)
	if err != nil {
		return err
	}
	m := views.OperatorTenantsModel{Search: q.Search, Show: c.Query("show"), Sort: q.Sort, List: directoryList(c, q, total)}
	for _, org := range found {
		line, err := s.tenantLine(c.UserContext(), org)
		if err != nil {
			return err
		}
		m.Tenants = append(m.Tenants, line)
	}
	return s.render(c, views.OperatorTenants(s.operatorPage(c, "operator.tenants"), m))
}

// directoryQuery reads what a list of the operator's shows from the address.
func directoryQuery(c *fiber.Ctx) tenants.DirectoryQuery {
	q := tenants.DirectoryQuery{Search: c.Query("q"), Closed: c.Query("show") == "closed", Failing: c.Query("show") == "failing", Sort: c.Query("sort"), Page: pageOf(c)}
	if q.Sort != tenants.SortNewest {
		q.Sort = tenants.SortName
	}
	return q
}

func directoryList(c *fiber.Ctx, q tenants.DirectoryQuery, total int) views.ListPage {
	return views.ListPage{
		Path: c.Path(), Query: listQuery(c, "q", "show", "sort"), Page: tenants.PageWithin(q.Page, total, tenants.DirectorySize),
		Size: tenants.DirectorySize, Total: total,
	}
}

// tenantLine is an organization as the operator's list shows it.
func (s *Server) tenantLine(ctx context.Context, org tenants.Organization) (views.TenantLine, error) {
	plan, sub, err := s.planOf(ctx, org.ID)
	if err != nil {
		return views.TenantLine{}, err
	}
	on, err := s.tenants.Org(org.ID).MeetingsOn(ctx)
	if err != nil {
		return views.TenantLine{}, err
	}
	month, err := s.monthUse(ctx, org.ID)
	if err != nil {
		return views.TenantLine{}, err
	}
	people, err := s.seatsUsed(ctx, org.ID)
	if err != nil {
		return views.TenantLine{}, err
	}
	return views.TenantLine{
		ID: string(org.ID), OrgLink: orgLink(org, ""), Since: org.CreatedAt, Plan: plan.Name, Unpaid: !sub.GraceEnds().IsZero(), Suspended: org.Suspended != nil,
		People: people, Meetings: on, Minutes: month.Minutes,
	}, nil
}

// operatorTenant is one organization.
func (s *Server) operatorTenant(c *fiber.Ctx) error { return s.showTenant(c, nil) }

// showTenant shows the page with what is wrong in its forms.
func (s *Server) showTenant(c *fiber.Ctx, fault error) error {
	ctx := c.UserContext()
	org, err := s.tenants.OrgByID(ctx, tenants.OrgID(c.Params("tenant")))
	if err != nil {
		return err
	}
	line, err := s.tenantLine(ctx, org)
	if err != nil {
		return err
	}
	m := views.TenantModel{TenantLine: line, From: placeInList(c), Closed: s.closedBar(org)}
	if m.Errors = tenants.Fields(fault); fault != nil {
		if m.Errors == nil {
			return fault
		}
		c.Status(statusFor(fault))
		m.Reason, m.StopRenewal, m.Form = c.FormValue("reason"), c.FormValue("unpaid") != "", c.FormValue("form")
		m.MinutesTyped = c.FormValue("minutes")
		m.Exception = typedException(c)
	}
	for _, add := range []func(context.Context, tenants.Organization, *views.TenantModel) error{s.addPayment, s.addLimits, s.addOwners, s.addSupports, s.addDeeds} {
		if err := add(ctx, org, &m); err != nil {
			return err
		}
	}
	if m.Form != exceptionForm {
		m.Exception = presentException(m.Present, s.clock.Now(), zoneOf(c))
	}
	m.Exception.Zone = zoneOf(c).String()
	page := s.operatorPage(c, "")
	page.Title = org.Name
	return s.render(c, views.OperatorTenant(page, m))
}

// addPayment adds how the plan is paid.
func (s *Server) addPayment(ctx context.Context, org tenants.Organization, m *views.TenantModel) error {
	_, sub, err := s.planOf(ctx, org.ID)
	if err != nil {
		return err
	}
	m.Status, m.Customer, m.Seats, m.Interval = sub.Status, sub.CustomerID, sub.Seats, sub.Interval
	m.Renews, m.Ends, m.Grace = sub.PeriodEnd, sub.CancelAtPeriodEnd, sub.GraceEnds()
	m.Running = sub.Running() && sub.Status != billing.StatusComped
	return nil
}

func (s *Server) addOwners(ctx context.Context, org tenants.Organization, m *views.TenantModel) error {
	owners, err := s.tenants.Org(org.ID).Owners(ctx)
	for _, one := range owners {
		m.Owners = append(m.Owners, views.MemberLine{ID: string(one.UserID), Name: one.Name, Email: one.Email, Role: string(one.Role), Since: one.Since})
	}
	return err
}

func (s *Server) addSupports(ctx context.Context, org tenants.Organization, m *views.TenantModel) error {
	all, err := s.tenants.Org(org.ID).Supports(ctx)
	m.Supports = s.supportLines(all)
	return err
}

// deedsShown is how many of the operators' deeds a page shows beside what they were done to.
const deedsShown = 10

// addDeeds adds what operators did to the organization. Its own log is its own: reading that takes its consent.
func (s *Server) addDeeds(ctx context.Context, org tenants.Organization, m *views.TenantModel) error {
	log, err := s.tenants.OperatorAudit(ctx, tenants.AuditFilter{Limit: deedsShown}, string(org.ID))
	m.Deeds = operatorLines(log.Entries)
	return err
}

func (s *Server) suspendInput(c *fiber.Ctx, org tenants.Organization) tenants.SuspendInput {
	return tenants.SuspendInput{
		Reason: c.FormValue("reason"), Unpaid: c.FormValue("unpaid") != "", Lang: "en", Link: s.cfg.BaseURL + "/o/" + org.Slug, Contact: s.cfg.Contact,
	}
}

// suspendTenant closes an organization and ends its meetings. What cannot be ended now, the errand ends.
func (s *Server) suspendTenant(c *fiber.Ctx) error {
	return s.closeOrOpen(c, "tenant_suspended", func(org tenants.Organization) error {
		if err := s.tenants.Org(org.ID).Suspend(c.UserContext(), s.suspendInput(c, org)); err != nil {
			return err
		}
		if err := s.endMeetings(c.UserContext(), org.ID); err != nil {
			s.log.Warn("meetings of a suspended organization go on for a moment", "org", org.ID, "err", err)
		}
		return nil
	})
}

func (s *Server) restoreTenant(c *fiber.Ctx) error {
	return s.closeOrOpen(c, "tenant_restored", func(org tenants.Organization) error {
		return s.tenants.Org(org.ID).Restore(c.UserContext(), s.suspendInput(c, org))
	})
}

func (s *Server) closeOrOpen(c *fiber.Ctx, done string, deed func(tenants.Organization) error) error {
	org, err := s.tenants.OrgByID(c.UserContext(), tenants.OrgID(c.Params("tenant")))
	if err != nil {
		return err
	}
	err = deed(org)
	if tenants.Fields(err) != nil {
		return s.showTenant(c, err)
	}
	if err != nil {
		return err
	}
	s.ringMails()
	s.ringErrands()
	return s.operatorDone(c, strings.TrimPrefix(keepPlace(c, "/tenants/"+string(org.ID)), "/operator"), done)
}

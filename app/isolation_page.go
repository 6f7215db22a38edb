package app

import (
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// isolationPage is where an organization's admins test that nobody else sees anything of it, and read what the last test found.
func (s *Server) isolationPage(c *fiber.Ctx) error { return s.showIsolation(c, nil) }

func (s *Server) showIsolation(c *fiber.Ctx, fault error) error {
	org := theOrg(c)
	page, err := s.orgPage(c, "isolation.title")
	if err != nil {
		return err
	}
	runs, err := s.tenants.Org(org.ID).IsolationRuns(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	var m views.IsolationModel
	if fault != nil {
		m.Fault, m.Wait = tenants.KeyOf(fault), s.waitFor(c, fault)
		c.Status(statusFor(fault))
	}
	for _, run := range runs {
		switch {
		case run.Under():
			m.Running, m.Done, m.Total = true, run.Done, run.Total
		case run.State == tenants.RunFailed:
			m.FailedAt = run.EndedAt
		default:
			m.Report = isolationReport(run)
		}
	}
	return s.render(c, views.Isolation(page, m))
}

// startIsolation asks for a test; the page shows how far it has come.
func (s *Server) startIsolation(c *fiber.Ctx) error {
	if _, err := s.tenants.Org(theOrg(c).ID).StartIsolationRun(c.UserContext(), visitor(c).User.ID); err != nil {
		if isCode(err, tenants.CodeTaken) || isCode(err, tenants.CodeHeld) {
			return s.showIsolation(c, err)
		}
		return err
	}
	s.ringErrands()
	return c.Redirect("/o/"+theOrg(c).Slug+"/settings/isolation", fiber.StatusSeeOther)
}

func isolationReport(run tenants.IsolationRun) *views.IsolationReport {
	r := run.Report
	out := &views.IsolationReport{At: run.EndedAt, Routes: r.Routes, Requests: r.Requests, Texts: r.Texts, Leaks: r.Leaks, More: r.More}
	for _, a := range r.Askers {
		out.Askers = append(out.Askers, views.Counted{Word: a.Name, Count: a.Requests})
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Things)) {
		if n := r.Things[kind]; n > 0 {
			out.Things = append(out.Things, views.Counted{Word: views.ThingWord(kind), Count: n})
		}
	}
	return out
}

package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// orgDataPage is where an organization is taken away as a file, and where it ends.
func (s *Server) orgDataPage(c *fiber.Ctx) error { return s.showOrgData(c, views.OrgDataModel{}) }

func (s *Server) showOrgData(c *fiber.Ctx, m views.OrgDataModel) error {
	org := theOrg(c)
	page, err := s.orgPage(c, "orgdata.title")
	if err != nil {
		return err
	}
	exports, err := s.tenants.Org(org.ID).Exports(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	m.Days, m.Owns, m.When = int(tenants.ExportLife/(24*time.Hour)), org.Role == tenants.RoleOwner, s.clock.Now().Add(tenants.DeletionGrace)
	for _, e := range exports {
		switch e.State {
		case tenants.ExportWaiting:
			m.Making = true
		case tenants.ExportFailed:
			m.FailedAt = e.DoneAt
		default:
			m.Ready = &views.ReadyExport{ID: e.ID, By: e.Asker, At: e.DoneAt, Until: e.ExpiresAt, Bytes: e.Bytes}
		}
	}
	return s.render(c, views.OrgData(page, m))
}

// askExport asks for a copy of everything; the page shows when it is there, and a mail says so.
func (s *Server) askExport(c *fiber.Ctx) error {
	_, err := s.tenants.Org(theOrg(c).ID).AskExport(c.UserContext(), tenants.AskExportInput{
		By: visitor(c).User.ID, Lang: s.texts(c).Lang(), Base: s.base(c),
	})
	if isCode(err, tenants.CodeTaken) || isCode(err, tenants.CodeHeld) {
		c.Status(statusFor(err))
		return s.showOrgData(c, views.OrgDataModel{ExportFault: tenants.KeyOf(err), Wait: s.waitFor(c, err)})
	}
	if err != nil {
		return err
	}
	s.ringErrands()
	return c.Redirect("/o/"+theOrg(c).Slug+"/settings/data", fiber.StatusSeeOther)
}

// takeExport sends a finished export to who manages the organization. Whoever is no manager any more while it is on its way does not get
// the rest.
func (s *Server) takeExport(c *fiber.Ctx) error {
	org, by := s.tenants.Org(theOrg(c).ID), visitor(c).User.ID
	e, err := org.TakeExport(c.UserContext(), by, c.Params("export"))
	if err != nil {
		return err
	}
	name := theOrg(c).Slug + "-" + e.AskedAt.Format(time.DateOnly) + ".zip"
	return s.download(c, name, "application/zip", func(ctx context.Context, w io.Writer) error {
		for n, left := 0, e.Bytes; left > 0; n++ {
			part, err := org.ExportPart(ctx, by, e.ID, n)
			if err != nil {
				return err
			}
			if len(part) == 0 {
				return fmt.Errorf("part %d of the export is missing", n)
			}
			if _, err := w.Write(part); err != nil {
				return err
			}
			left -= int64(len(part))
		}
		return nil
	})
}

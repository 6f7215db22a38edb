package app

import (
	"context"
	"encoding/csv"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

const (
	auditPageSize  = 50
	auditBatchSize = 1000 // lines that a download reads at once
)

// auditPage shows an organization's audit log, newest first. The address holds the filter and the place in the list.
func (s *Server) auditPage(c *fiber.Ctx) error {
	page, err := s.orgPage(c, "audit.title")
	if err != nil {
		return err
	}
	right, err := s.may(c.UserContext(), theOrg(c).ID, tenants.RightAuditLog)
	if err != nil {
		return err
	}
	if !right.Allowed {
		return s.render(c, views.Audit(page, views.AuditModel{Locked: true, Why: page.Texts.WhyNot(right)}))
	}
	filter := auditFilter(c)
	filter.Limit, filter.Older, filter.Newer = auditPageSize, cursor(c, "before"), cursor(c, "after")
	log, err := s.tenants.Org(theOrg(c).ID).Audit(c.UserContext(), visitor(c).User.ID, filter)
	if err != nil {
		return err
	}
	return s.render(c, views.Audit(page, auditModel(c, log)))
}

// auditCSV is the whole log under the filter, oldest last.
func (s *Server) auditCSV(c *fiber.Ctx) error {
	org, by, filter := theOrg(c), visitor(c).User.ID, auditFilter(c)
	right, err := s.may(c.UserContext(), org.ID, tenants.RightAuditLog)
	if err != nil {
		return err
	}
	if !right.Allowed {
		return errForbidden
	}
	filter.Limit = auditBatchSize
	texts := s.texts(c)
	return s.download(c, org.Slug+"-audit.csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		return s.writeAudit(ctx, csvTo(w), texts, org.ID, by, filter)
	})
}

func (s *Server) writeAudit(ctx context.Context, out *csv.Writer, texts *views.Texts, org tenants.OrgID, by tenants.UserID, filter tenants.AuditFilter) error {
	if err := out.Write([]string{"number", "time", "person", "person_id", "via", "address", "action", "target", "target_name", "detail", "hash"}); err != nil {
		return err
	}
	for {
		page, err := s.tenants.Org(org).Audit(ctx, by, filter)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			switch {
			case e.Guest:
				e.Name = texts.Guest(e.Name)
			case e.Actor != "":
				e.Name = texts.Person(e.Name)
			}
			switch {
			case e.AboutGuest:
				e.About = texts.Guest(e.About)
			case e.AboutDeleted:
				e.About = texts.Person("")
			}
			row := []string{strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), e.Name, string(e.Actor), e.Via, e.Address, e.Action, e.Target, e.About, e.Detail, e.Hash}
			if err := out.Write(plainCells(row)); err != nil {
				return err
			}
		}
		out.Flush()
		if !page.HasOlder || out.Error() != nil {
			return out.Error()
		}
		filter.Older = &page.LastSeqAsc
	}
}

// auditFilter reads the filter from the address. What cannot be read filters nothing.
func auditFilter(c *fiber.Ctx) tenants.AuditFilter {
	f := tenants.AuditFilter{Person: c.Query("person"), Family: c.Query("about")}
	f.From, f.Until = daysOf(c)
	return f
}

// cursor reads a place in a list from the address.
func cursor(c *fiber.Ctx, name string) *int64 {
	if n, err := strconv.ParseInt(c.Query(name), 10, 64); err == nil {
		return &n
	}
	return nil
}

func auditModel(c *fiber.Ctx, log tenants.AuditPage) views.AuditModel {
	shown := url.Values{}
	for _, name := range []string{"person", "about", "from", "until"} {
		if v := c.Query(name); v != "" {
			shown.Set(name, v)
		}
	}
	base := "/o/" + theOrg(c).Slug + "/audit"
	m := views.AuditModel{
		Zone:   zoneOf(c).String(),
		CSV:    with(base+".csv", shown),
		Filter: views.AuditFilterModel{Person: c.Query("person"), Family: c.Query("about"), From: c.Query("from"), Until: c.Query("until")},
	}
	for _, e := range log.Entries {
		m.Lines = append(m.Lines, auditLine(e))
	}
	if log.HasOlder {
		m.Older = with(base, shown, "before", strconv.FormatInt(log.LastSeqAsc, 10))
	}
	if log.HasNewer && len(log.Entries) > 0 {
		m.Newer = with(base, shown, "after", strconv.FormatInt(log.FirstSeq, 10))
	}
	return m
}

func auditLine(e tenants.AuditEntry) views.AuditLine {
	key, byKey := strings.CutPrefix(e.Via, tenants.ViaKey)
	l := views.AuditLine{
		Seq: e.Seq, At: e.At, Who: e.Name, Gone: e.Actor != "" && e.Name == "", Service: e.Via == tenants.ViaService,
		Address: e.Address, Action: e.Action, About: e.About, Target: e.Target, Detail: e.Detail, Guest: e.Guest, AboutGuest: e.AboutGuest, AboutDeleted: e.AboutDeleted,
	}
	if byKey {
		l.Key = key
	}
	return l
}

// with is an address with a query.
func with(path string, query url.Values, more ...string) string {
	q := url.Values{}
	for name, values := range query {
		q[name] = values
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

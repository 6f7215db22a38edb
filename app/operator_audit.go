package app

import (
	"context"
	"encoding/csv"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// operatorAuditPage shows what operators did, newest first. The address holds the filter and the place in the list.
func (s *Server) operatorAuditPage(c *fiber.Ctx) error {
	filter := auditFilter(c)
	filter.Limit, filter.Older, filter.Newer = auditPageSize, cursor(c, "before"), cursor(c, "after")
	log, err := s.tenants.OperatorAudit(c.UserContext(), filter, c.Query("target"))
	if err != nil {
		return err
	}
	return s.render(c, views.OperatorAudit(s.operatorPage(c, "operator.audit_title"), operatorAuditModel(c, log)))
}

// operatorAuditCSV is the whole log under the filter, oldest last.
func (s *Server) operatorAuditCSV(c *fiber.Ctx) error {
	filter, target := auditFilter(c), c.Query("target")
	filter.Limit = auditBatchSize
	return s.download(c, "operators-audit.csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		return s.writeOperatorAudit(ctx, csvTo(w), filter, target)
	})
}

func (s *Server) writeOperatorAudit(ctx context.Context, out *csv.Writer, filter tenants.AuditFilter, target string) error {
	if err := out.Write([]string{"number", "time", "operator", "operator_id", "via", "address", "action", "target", "target_name", "detail", "hash"}); err != nil {
		return err
	}
	for {
		page, err := s.tenants.OperatorAudit(ctx, filter, target)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			row := []string{strconv.FormatInt(e.Seq, 10), e.At.Format(time.RFC3339Nano), e.Name, string(e.Operator), e.Via, e.Address, e.Action, e.Target, e.About, e.Detail, e.Hash}
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

func operatorAuditModel(c *fiber.Ctx, log tenants.OperatorPage) views.OperatorAuditModel {
	shown := url.Values{}
	for _, name := range []string{"person", "about", "from", "until", "target"} {
		if v := c.Query(name); v != "" && len(v) <= 120 {
			shown.Set(name, v)
		}
	}
	m := views.OperatorAuditModel{
		Zone:   zoneOf(c).String(),
		CSV:    with("/operator/audit.csv", shown),
		Filter: views.AuditFilterModel{Person: shown.Get("person"), Family: shown.Get("about"), From: shown.Get("from"), Until: shown.Get("until")},
		Target: shown.Get("target"),
		Lines:  operatorLines(log.Entries),
	}
	if log.HasOlder {
		m.Older = with("/operator/audit", shown, "before", strconv.FormatInt(log.LastSeqAsc, 10))
	}
	if log.HasNewer && len(log.Entries) > 0 {
		m.Newer = with("/operator/audit", shown, "after", strconv.FormatInt(log.FirstSeq, 10))
	}
	return m
}

func operatorLines(entries []tenants.OperatorEntry) []views.OperatorLine {
	out := make([]views.OperatorLine, len(entries))
	for i, e := range entries {
		out[i] = views.OperatorLine{At: e.At, Who: e.Name, Address: e.Address, Action: e.Action, About: e.About, Target: e.Target, Detail: e.Detail, Seq: e.Seq}
	}
	return out
}

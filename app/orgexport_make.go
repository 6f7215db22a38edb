package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"parley/tenants"
	"parley/views"
)

// exportPatience is how long an export that fails is tried again before it is given up.
const exportPatience = time.Hour

// makeExport writes an organization's export, and tells who asked for it.
func (s *Server) makeExport(ctx context.Context, job tenants.Job) error {
	org := s.tenants.Org(job.Org)
	asked, err := org.BeginExport(ctx, job.Ref)
	if isCode(err, tenants.CodeNotFound) {
		return nil // made, or gone
	}
	if err != nil {
		return err
	}
	err = s.writeExport(ctx, job.Org, asked)
	if ctx.Err() != nil {
		return ctx.Err() // the next process begins anew
	}
	if err != nil && s.clock.Since(asked.AskedAt) < exportPatience {
		return err
	}
	if err != nil {
		s.log.Error("an export could not be made", "org", job.Org, "err", err)
	}
	if err := org.FinishExport(ctx, asked.ID, err != nil); err != nil {
		return err
	}
	s.ringMails()
	return nil
}

// writeExport streams the file into the database part by part: how much there is costs disk and no memory.
func (s *Server) writeExport(ctx context.Context, id tenants.OrgID, asked tenants.Export) error {
	parts := &partWriter{ctx: ctx, org: s.tenants.Org(id), id: asked.ID, buf: make([]byte, 0, tenants.ExportPartSize)}
	x := orgExport{
		export: export{Server: s, ctx: ctx, zip: zip.NewWriter(parts), at: s.clock.Now().UTC()},
		id:     id, org: parts.org, words: s.catalogue.For(asked.Lang),
	}
	for _, part := range []func() error{x.readme, x.organization, x.money, x.lists, x.chain, x.chatFiles} {
		if err := part(); err != nil {
			return err
		}
	}
	if err := x.zip.Close(); err != nil {
		return err
	}
	return parts.flush()
}

// orgExport is an organization's data on its way out.
type orgExport struct {
	export
	id    tenants.OrgID
	org   *tenants.Scoped
	words *views.Texts
}

func (x orgExport) readme() error {
	of, err := x.tenants.OrgByID(x.ctx, x.id)
	if err != nil {
		return err
	}
	w, err := x.file("README.txt")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, x.words.T("orgexport.readme", "Name", of.Name, "When", x.at.Format(time.RFC3339))+"\n")
	return err
}

func (x orgExport) organization() error {
	of, err := x.tenants.OrgByID(x.ctx, x.id)
	if err != nil {
		return err
	}
	err = x.object("organization.json", fields{
		"id": of.ID, "name": of.Name, "address": of.Slug, "colour": of.Colour, "created_at": of.CreatedAt, "exported_at": x.at,
	})
	if err != nil || of.LogoID == "" {
		return err
	}
	png, err := x.tenants.Logo(x.ctx, of.LogoID)
	if isCode(err, tenants.CodeNotFound) {
		return nil // changed just now
	}
	if err != nil {
		return err
	}
	w, err := x.file("logo.png")
	if err != nil {
		return err
	}
	_, err = w.Write(png)
	return err
}

// money is the plan, and what we know of what is paid for it. The invoices are at Stripe.
func (x orgExport) money() error {
	plan, sub, err := x.billing.PlanOf(x.ctx, x.id)
	if err != nil {
		return err
	}
	row := []any{
		plan.ID, plan.Name, sub.Status, sub.Plan, sub.Interval, sub.Seats, orNil(sub.PeriodEnd), sub.CancelAtPeriodEnd, nil, sub.CustomerID, sub.SubscriptionID,
	}
	if sub.PastDueSince != nil {
		row[8] = sub.PastDueSince.UTC()
	}
	err = x.table("plan", []string{
		"plan", "plan_name", "status", "bought_plan", "interval", "seats", "period_end", "cancel_at_period_end", "past_due_since", "stripe_customer", "stripe_subscription",
	}, func() func() ([][]any, error) { return once([][]any{row}, nil) })
	if err != nil {
		return err
	}
	twice, err := x.billing.Duplicates(x.ctx, x.id)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, d := range twice {
		rows = append(rows, []any{d.Subscription, d.Kept, d.FoundAt.UTC(), orNil(timeOf(d.SettledAt))})
	}
	return x.table("paid-twice", []string{"subscription", "kept", "found_at", "refunded_at"}, func() func() ([][]any, error) { return once(rows, nil) })
}

func (x orgExport) lists() error {
	for _, list := range tenants.ExportLists() {
		err := x.table(list.Name, list.Columns, func() func() ([][]any, error) { return x.pages(list) })
		if err != nil {
			return err
		}
	}
	return nil
}

// chatFiles are the files that were sent to everyone in meetings. What two sent to each other is theirs.
func (x orgExport) chatFiles() error {
	for last := (tenants.ChatExportFile{}); ; {
		some, err := x.org.ChatExportFiles(x.ctx, last)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, f := range some {
			last = f
			if err := x.chatFile(f.At, f.Size, func(n int) ([]byte, error) { return x.org.ChatExportPart(x.ctx, f, n) }); err != nil {
				return err
			}
		}
	}
}

// pages reads a list from its beginning, some rows at a time.
func (x orgExport) pages(list tenants.ExportList) func() ([][]any, error) {
	var at tenants.ExportPlace
	over := false
	return func() (rows [][]any, err error) {
		for !over && len(rows) == 0 {
			if rows, at, err = x.org.ExportPage(x.ctx, list, at); err != nil {
				return nil, err
			}
			over = at == nil
		}
		x.nameDeleted(list, rows)
		return rows, nil
	}
}

// nameDeleted says of people who were in a meeting and have been deleted since that they were: nobody else there has no name.
func (x orgExport) nameDeleted(list tenants.ExportList, rows [][]any) {
	if !slices.Contains([]string{"participants", "chat", "bans"}, list.Name) {
		return
	}
	for at, column := range list.Columns {
		for _, row := range rows {
			if (column == "name" || column == "banned_by_name") && row[at] == "" {
				row[at] = x.words.Person("")
			}
		}
	}
}

// chain says where the audit log's chain of hashes ended, and whether it held when this file was made.
func (x orgExport) chain() error {
	check, err := x.org.VerifyAudit(x.ctx)
	if err != nil {
		return err
	}
	return x.object("audit-chain.json", fields{
		"organization_id": x.id, "entries": check.Entries, "last_hash": check.Head, "holds": check.Broken == nil, "checked_at": x.clock.Now().UTC(),
	})
}

// table writes one list twice: as JSON for programs, as CSV for spreadsheets. Each reads it anew, for it may be longer than memory.
func (x orgExport) table(name string, columns []string, read func() func() ([][]any, error)) error {
	if err := list(x.export, name+".json", read(), func(row []any) any { return namedCells{columns, row} }); err != nil {
		return err
	}
	w, err := x.file(name + ".csv")
	if err != nil {
		return err
	}
	out := csvTo(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	for next := read(); ; {
		rows, err := next()
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := out.Write(plainCells(cellTexts(row))); err != nil {
				return err
			}
		}
		if out.Flush(); len(rows) == 0 || out.Error() != nil {
			return out.Error()
		}
	}
}

// namedCells is a row as a JSON object, in the order of its columns.
type namedCells struct {
	columns []string
	cells   []any
}

// MarshalJSON is part of json.Marshaler.
func (n namedCells) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, name := range n.columns {
		if i > 0 {
			out = append(out, ',')
		}
		value, err := json.Marshal(n.cells[i])
		if err != nil {
			return nil, err
		}
		out = append(append(strconv.AppendQuote(out, name), ':'), value...)
	}
	return append(out, '}'), nil
}

func cellTexts(row []any) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		switch v := cell.(type) {
		case nil:
		case time.Time:
			out[i] = v.UTC().Format(time.RFC3339Nano)
		case float64:
			out[i] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}

func orNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// partWriter cuts a file into parts and keeps each as it is full.
type partWriter struct {
	ctx context.Context //nolint:containedctx // an io.Writer has no other way to it
	org *tenants.Scoped
	id  string
	n   int
	buf []byte
}

// Write is part of io.Writer.
func (p *partWriter) Write(data []byte) (int, error) {
	written := len(data)
	for len(data) > 0 {
		n := min(len(data), tenants.ExportPartSize-len(p.buf))
		p.buf, data = append(p.buf, data[:n]...), data[n:]
		if len(p.buf) == tenants.ExportPartSize {
			if err := p.flush(); err != nil {
				return 0, err
			}
		}
	}
	return written, nil
}

// flush keeps what there is as a part of its own.
func (p *partWriter) flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	if err := p.org.PutExportPart(p.ctx, p.id, p.n, bytes.Clone(p.buf)); err != nil {
		return fmt.Errorf("keep part %d of the export: %w", p.n, err)
	}
	p.n, p.buf = p.n+1, p.buf[:0]
	return nil
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"parley/tenants"
)

// auditOrgs is how many organizations are read at once.
const auditOrgs = 200

// auditVerify follows the chain of each organization's audit log and of the operators', and fails when one does not hold.
func auditVerify(ctx context.Context, p *process, a admin) error {
	broken := 0
	check := func(org tenants.Organization) error {
		result, err := p.store.Org(org.ID).VerifyAudit(ctx)
		if err != nil {
			return fmt.Errorf("audit log of %s: %w", org.Slug, err)
		}
		if result.Broken != nil {
			broken++
		}
		return p.sayAudit(a, "org", org.Slug, org.Slug, result)
	}
	if err := p.eachOrg(ctx, a.org, check); err != nil {
		return err
	}
	if a.org == "" {
		held, err := p.operatorsHold(ctx, a)
		if err != nil {
			return err
		}
		if !held {
			broken++
		}
	}
	if broken > 0 {
		return errors.New("an audit log is not as it was written; compare with a backup from before, and find out who can write to the database")
	}
	return nil
}

// operatorsHold follows the chain of what operators did, which belongs to no organization.
func (p *process) operatorsHold(ctx context.Context, a admin) (bool, error) {
	result, err := p.store.VerifyOperatorAudit(ctx)
	if err != nil {
		return false, fmt.Errorf("operators' log: %w", err)
	}
	return result.Broken == nil, p.sayAudit(a, "log", "operators", "operators", result)
}

// eachOrg goes through the organization with the slug, or through all of them.
func (p *process) eachOrg(ctx context.Context, slug string, fn func(tenants.Organization) error) error {
	if slug != "" {
		org, err := p.store.OrgBySlug(ctx, slug)
		if err != nil {
			return fmt.Errorf("--org %q: %w", slug, err)
		}
		return fn(org)
	}
	for after := tenants.OrgID(""); ; {
		orgs, err := p.store.Orgs(ctx, after, auditOrgs)
		if err != nil || len(orgs) == 0 {
			return err
		}
		for _, org := range orgs {
			if err := fn(org); err != nil {
				return err
			}
		}
		after = orgs[len(orgs)-1].ID
	}
}

// sayAudit says what was found: as JSON, the log is what the field names.
func (p *process) sayAudit(a admin, field, value, name string, r tenants.AuditCheck) error {
	if a.json {
		answer := map[string]any{field: value, "entries": r.Entries, "head": r.Head, "ok": r.Broken == nil}
		if r.Broken != nil {
			answer["broken"] = map[string]any{"row": r.Broken.Seq, "id": r.Broken.ID, "what": r.Broken.What}
		}
		return json.NewEncoder(p.std.out).Encode(answer)
	}
	text := fmt.Sprintf("%s: %d rows hold; the last hash is %s", name, r.Entries, r.Head)
	if r.Broken != nil {
		text = fmt.Sprintf("%s: BROKEN at row %d %s: %s", name, r.Broken.Seq, r.Broken.ID, r.Broken.What)
	}
	_, err := fmt.Fprintln(p.std.out, text)
	return err
}

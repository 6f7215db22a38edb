package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"parley/billing/ledger"
	"parley/tenants"
)

// ledgerOrgs is how many organizations' books are listed at once.
const ledgerOrgs = 200

// ledgerVerify recomputes the books of one organization or of all, also of those that are gone, and fails when something does not agree.
func ledgerVerify(ctx context.Context, p *process, a admin) error {
	sum := trial{debits: map[string]int64{}, credits: map[string]int64{}}
	check := func(org tenants.OrgID) error {
		report, err := p.billing.VerifyBooks(ctx, org)
		if err != nil {
			return fmt.Errorf("books of %s: %w", org, err)
		}
		sum.add(report)
		return p.sayBooks(a, org, report)
	}
	if err := p.eachBook(ctx, a.org, check); err != nil {
		return err
	}
	if err := p.sayTrial(a, sum); err != nil {
		return err
	}
	if sum.faults > 0 {
		return errors.New("the books do not agree; compare with a backup from before, and with what the payment provider shows")
	}
	return nil
}

// eachBook goes through the books of the organization with the slug, or through all there are.
func (p *process) eachBook(ctx context.Context, slug string, fn func(tenants.OrgID) error) error {
	if slug != "" {
		org, err := p.store.OrgBySlug(ctx, slug)
		if err != nil {
			return fmt.Errorf("--org %q: %w", slug, err)
		}
		return fn(org.ID)
	}
	for after := tenants.OrgID(""); ; {
		orgs, err := p.billing.Books(ctx, after, ledgerOrgs)
		if err != nil || len(orgs) == 0 {
			return err
		}
		for _, org := range orgs {
			if err := fn(org); err != nil {
				return err
			}
		}
		after = orgs[len(orgs)-1]
	}
}

// trial is the trial balance: over all books of a currency, debits are credits.
type trial struct {
	books, transactions, faults int
	debits, credits             map[string]int64 // minor units by currency
}

func (t *trial) add(r ledger.Report) {
	t.books++
	t.transactions += r.Transactions
	t.faults += len(r.Faults)
	for _, b := range r.Balances {
		into := t.debits
		if b.Side() < 0 {
			into = t.credits
		}
		into[b.Currency] += b.Amount
	}
}

func (p *process) sayBooks(a admin, org tenants.OrgID, r ledger.Report) error {
	if a.json {
		return json.NewEncoder(p.std.out).Encode(map[string]any{
			"org": org, "transactions": r.Transactions, "balances": balancesJSON(r.Balances), "faults": faultsJSON(r.Faults), "ok": len(r.Faults) == 0,
		})
	}
	for _, f := range r.Faults {
		if _, err := fmt.Fprintf(p.std.out, "%s: WRONG in %s\n", org, f); err != nil {
			return err
		}
	}
	return nil
}

func balancesJSON(all []ledger.Balance) []map[string]any {
	out := make([]map[string]any, len(all))
	for i, b := range all {
		out[i] = map[string]any{"account": b.Account.String(), "currency": b.Currency, "minor_units": b.Amount}
	}
	return out
}

func faultsJSON(all []ledger.Fault) []map[string]string {
	out := make([]map[string]string, len(all))
	for i, f := range all {
		out[i] = map[string]string{"where": f.Where, "what": f.What}
	}
	return out
}

func (p *process) sayTrial(a admin, t trial) error {
	if a.json {
		return nil
	}
	text := fmt.Sprintf("%d books, %d transactions, %d faults\n", t.books, t.transactions, t.faults)
	for _, currency := range slices.Sorted(maps.Keys(t.debits)) {
		text += fmt.Sprintf("%s: debits %d, credits %d (minor units)\n", currency, t.debits[currency], t.credits[currency])
	}
	_, err := fmt.Fprint(p.std.out, text)
	return err
}

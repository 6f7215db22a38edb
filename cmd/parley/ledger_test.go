package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/billing/ledger"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAdminVerifiesTheLedger(t *testing.T) {
	data := t.TempDir()
	if out, err := invoke(t, "", "admin", "org", "create", "--name", "Acme", "--data", data); err != nil {
		t.Fatal(err, out)
	}
	if out, err := invoke(t, "", "admin", "ledger", "verify", "--data", data); err != nil || !strings.Contains(out, "0 books") {
		t.Fatalf("before anything is sold: %s %v", out, err)
	}
	path := filepath.Join(data, "parley.db")
	db := tenantstest.Open(t, path)
	org, err := tenants.New(db, tenants.Options{}).OrgBySlug(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	gone := tenants.OrgID("0190f0a0-0000-7000-8000-00000000dead") // erased since
	for _, id := range []tenants.OrgID{org.ID, gone} {
		err := db.InOrg(t.Context(), id, func(tx *gorm.DB) error {
			_, err := ledger.Post(tx, id, at, ledger.Move("ch_1", "payment", at, 1299, "USD", ledger.Account{Kind: ledger.Revenue}, ledger.Account{Kind: ledger.Cash}))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	out, err := invoke(t, "", "admin", "ledger", "verify", "--data", data)
	if err != nil || !strings.Contains(out, "2 books, 2 transactions, 0 faults") || !strings.Contains(out, "USD: debits 2598, credits 2598") {
		t.Fatalf("%s %v", out, err)
	}
	tenantstest.Forge(t, path, "UPDATE ledger_accounts SET balance = 99 WHERE kind = 'cash' AND tenant_id = '"+string(gone)+"'")

	out, err = invoke(t, "", "admin", "ledger", "verify", "--data", data)
	if err == nil || !strings.Contains(out, string(gone)+": WRONG in cash in USD: the balance says 99, its postings sum to 1299") {
		t.Errorf("%s %v", out, err)
	}
	out, err = invoke(t, "", "admin", "ledger", "verify", "--org", "acme", "--json", "--data", data)
	var answer struct {
		Ok       bool
		Balances []struct {
			Account string
			Minor   int64 `json:"minor_units"`
		}
	}
	if jsonErr := json.NewDecoder(strings.NewReader(out)).Decode(&answer); err != nil || jsonErr != nil || !answer.Ok || len(answer.Balances) != 2 || answer.Balances[0].Minor != 1299 {
		t.Errorf("acme alone: %s %v %v", out, err, jsonErr)
	}
}

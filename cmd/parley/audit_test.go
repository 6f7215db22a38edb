package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAdminVerifiesTheAuditLog(t *testing.T) {
	data := t.TempDir()
	for _, name := range []string{"Acme", "Bolt"} {
		if out, err := invoke(t, "", "admin", "org", "create", "--name", name, "--data", data); err != nil {
			t.Fatal(err, out)
		}
		if out, err := invoke(t, "", "admin", "key", "create", "--org", strings.ToLower(name), "--data", data); err != nil {
			t.Fatal(err, out)
		}
	}
	out, err := invoke(t, "", "admin", "audit", "verify", "--data", data)
	if err != nil || !strings.Contains(out, "acme: 1 rows hold") || !strings.Contains(out, "bolt: 1 rows hold") || !strings.Contains(out, "operators: 0 rows hold") {
		t.Fatalf("%s %v", out, err)
	}
	db := tenantstest.Open(t, filepath.Join(data, "parley.db"))
	org, err := tenants.New(db, tenants.Options{}).OrgBySlug(t.Context(), "bolt")
	if err != nil {
		t.Fatal(err)
	}
	page, err := tenants.New(db, tenants.Options{}).Org(org.ID).VerifyAudit(t.Context())
	if err != nil || page.Entries != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	tenantstest.Forge(t, filepath.Join(data, "parley.db"), "DROP TRIGGER audit_not_changed", "UPDATE audit SET target = 'another' WHERE tenant_id = '"+string(org.ID)+"'")

	out, err = invoke(t, "", "admin", "audit", "verify", "--data", data)
	if err == nil || !strings.Contains(out, "acme: 1 rows hold") || !strings.Contains(out, "bolt: BROKEN at row 1") {
		t.Errorf("%s %v", out, err)
	}
	if _, err := invoke(t, "", "admin", "audit", "verify", "--org", "acme", "--data", data); err != nil {
		t.Errorf("acme alone: %v", err)
	}
	out, err = invoke(t, "", "admin", "audit", "verify", "--org", "bolt", "--json", "--data", data)
	var answer struct {
		Ok     bool
		Broken struct{ Row int }
	}
	if jsonErr := json.NewDecoder(strings.NewReader(out)).Decode(&answer); err == nil || jsonErr != nil || answer.Ok || answer.Broken.Row != 1 {
		t.Errorf("%s %v %v", out, err, jsonErr)
	}
}

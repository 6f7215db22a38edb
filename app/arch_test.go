package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Doc        string
}

// forbidden is the table of ARCHITECTURE.md: what a folder must never know, directly or through others. A trailing slash means everything below.
var forbidden = map[string][]string{
	"parley/sfu":                {"parley/app", "parley/tenants", "parley/billing", "parley/views", "parley/static", "parley/migrations", "gorm.io/", "github.com/gofiber/", "github.com/stripe/", "database/sql"},
	"parley/sfu/cluster":        {"parley/app", "parley/tenants", "parley/billing", "parley/views", "gorm.io/", "github.com/gofiber/", "github.com/stripe/", "database/sql"},
	"parley/sfu/door":           {"parley/", "github.com/"},
	"parley/sfu/receive":        {"parley/", "github.com/pion/webrtc/", "github.com/pion/ice/", "github.com/livekit/"},
	"parley/sfu/secure":         {"parley/", "github.com/pion/webrtc/", "github.com/pion/ice/", "github.com/livekit/"},
	"parley/sfu/turn":           {"parley/app", "parley/tenants", "parley/billing", "parley/views", "parley/sfu/cluster", "parley/sfu/forward", "github.com/pion/webrtc/", "github.com/livekit/", "gorm.io/", "github.com/gofiber/", "database/sql"},
	"parley/app/isolation":      {"parley/tenants", "parley/billing", "parley/sfu", "parley/views", "parley/static", "parley/migrations", "gorm.io/", "github.com/gofiber/", "database/sql"},
	"parley/cmd/parley":         {"parley/tenants/tenantstest", "parley/billing/stripemock"}, // the first can take the walls down, the second is for tests
	"parley/tenants":            {"parley/app", "parley/billing", "parley/sfu", "parley/views", "parley/static", "github.com/gofiber/", "github.com/pion/", "github.com/stripe/", "github.com/a-h/templ"},
	"parley/billing":            {"parley/app", "parley/sfu", "parley/views", "parley/static", "github.com/gofiber/", "github.com/pion/", "github.com/a-h/templ"},
	"parley/views":              {"parley/app", "parley/sfu", "parley/static", "parley/migrations", "github.com/gofiber/", "github.com/pion/"},
	"parley/static":             {"parley/app", "parley/tenants", "parley/billing", "parley/sfu", "parley/views"},
	"parley/static/emoji":       {"parley/", "github.com/", "gorm.io/", "database/sql"},
	"parley/migrations":         {"parley/app", "parley/tenants", "parley/billing", "parley/sfu", "parley/views"},
	"parley/app/identity":       {"parley/tenants", "parley/billing", "parley/sfu", "parley/views", "github.com/gofiber/", "gorm.io/", "database/sql"},
	"parley/app/identityfake":   {"parley/tenants", "parley/billing", "parley/sfu", "parley/views", "parley/app/identity", "github.com/gofiber/", "gorm.io/", "database/sql"},
	"parley/app/outgoing":       {"parley/", "github.com/", "gorm.io/", "database/sql"},
	"parley/billing/ads":        {"parley/app", "parley/sfu", "parley/views", "parley/static", "github.com/gofiber/", "github.com/pion/", "github.com/stripe/"},
	"parley/billing/ledger":     {"parley/app", "parley/sfu", "parley/views", "parley/static", "github.com/gofiber/", "github.com/pion/", "github.com/stripe/"},
	"parley/billing/stickers":   {"parley/", "github.com/", "gorm.io/", "database/sql"},
	"parley/billing/stripemock": {"parley/", "github.com/", "gorm.io/", "database/sql"},
	"parley/billing/stripefake": {"parley/app", "parley/tenants", "parley/sfu", "parley/views", "github.com/gofiber/", "gorm.io/"},
}

// direct is what a folder must not import itself, though a service that it uses may.
var direct = map[string][]string{
	"parley/app":   {"github.com/pion/", "gorm.io/", "database/sql", "github.com/stripe/", "github.com/jackc/"},
	"parley/views": {"gorm.io/", "database/sql"},
}

func TestFoldersKnowOnlyWhatTheyMay(t *testing.T) {
	for path, pkg := range packages(t) {
		for _, bad := range forbidden[path] {
			for _, dep := range pkg.Deps {
				if matches(dep, bad) {
					t.Errorf("%s knows %s, directly or through others; ARCHITECTURE.md forbids %s", path, dep, bad)
				}
			}
		}
		for _, bad := range direct[path] {
			for _, imp := range pkg.Imports {
				if matches(imp, bad) {
					t.Errorf("%s imports %s; ARCHITECTURE.md forbids it", path, imp)
				}
			}
		}
	}
}

func TestOnlyTheGatewayImportsStripe(t *testing.T) {
	out, err := exec.Command("grep", "-rl", "--include=*.go", `"github.com/stripe/stripe-go`, "..").Output()
	if err != nil {
		t.Fatalf("search for imports of stripe-go: %v", err)
	}
	for file := range strings.FieldsSeq(string(out)) {
		gateway := strings.HasSuffix(file, "billing/stripe.go") || strings.Contains(file, "billing/stripe_")
		if !gateway && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s imports stripe-go; only billing/stripe.go and billing/stripe_*.go may", file)
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for path, pkg := range packages(t) {
		if len(pkg.Doc) == 0 {
			t.Errorf("%s has no package documentation", path)
		}
	}
}

func TestEveryNamedFolderExists(t *testing.T) {
	all := packages(t)
	for path := range forbidden {
		if _, ok := all[path]; !ok {
			t.Errorf("the table of forbidden imports names %s, which is not there", path)
		}
	}
}

func matches(dep, rule string) bool {
	if rule == "database/sql" { // its driver package holds two small interfaces that UUIDs implement
		return dep == rule
	}
	if strings.HasSuffix(rule, "/") {
		return strings.HasPrefix(dep, rule)
	}
	return dep == rule || strings.HasPrefix(dep, rule+"/")
}

func packages(t *testing.T) map[string]goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,Doc", "parley/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string]goPackage{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all[p.ImportPath] = p
	}
	return all
}

package billing_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"

	"parley/billing/stripemock"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestMain(m *testing.M) {
	if raw := os.Getenv(childEnv); raw != "" {
		if err := runChild(raw); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := stripemock.Run(func() int { return tenantstest.Run(m) })
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, "something is left running:", err)
		code = 1
	}
	os.Exit(code)
}

// scenario runs on both databases, each time in a world of its own.
func scenario(t *testing.T, run func(w *world)) {
	t.Helper()
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		run(newWorld(t, db, clock))
	})
}

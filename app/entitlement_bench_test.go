package app

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// BenchmarkEntitlement asks whether an organization may use something: "warm" as each further question of a request is, "cold" as the
// first one, which reads plan and quotas from the database.
func BenchmarkEntitlement(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		db, clock := tenantstest.Open(b, address(b)), clockwork.NewRealClock()
		service, err := billing.New(db, billing.NoSales{}, billing.Options{Clock: clock, Log: slog.New(slog.DiscardHandler), WebhookSecret: "whsec_bench"})
		if err != nil {
			b.Fatal(err)
		}
		world := tenantstest.New(b, db, clock)
		org := world.Org("acme").Owner("ann").ID
		s := &Server{tenants: world.Store, billing: service, clock: clock, log: slog.New(slog.DiscardHandler)}
		ask := func(ctx context.Context) {
			if e, err := s.may(ctx, org, tenants.RightNoAds); err != nil || e.Allowed {
				b.Fatal(e, err)
			}
		}
		b.Run(name+"/warm", func(b *testing.B) {
			ctx := context.WithValue(b.Context(), askedKey{}, &asked{answers: map[any]any{}})
			ask(ctx)
			b.ReportAllocs()
			for b.Loop() {
				ask(ctx)
			}
		})
		b.Run(name+"/cold", func(b *testing.B) {
			for b.Loop() {
				ask(b.Context())
			}
		})
	}
}

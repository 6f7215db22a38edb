package billing_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// ofNobody are the methods that belong to no organization, with the reason.
var ofNobody = map[string]string{
	"Plans":          "the catalogue is everybody's",
	"SetPlanLimits":  "the operator changes what is sold",
	"ChangePlan":     "the same",
	"Edition":        "the catalogue is everybody's",
	"HandleEvent":    "the customer that Stripe names says whose it is; see the webhook's tests",
	"Reconcile":      "the customers that Stripe names say whose it is, as with HandleEvent",
	"Replay":         "as HandleEvent, asked for by the operator",
	"Webhooks":       "the operator's log of events",
	"WebhookHealth":  "the operator's",
	"Owing":          "the operator's: a number, from a table that belongs to the service",
	"Revenue":        "the operator's: sums and ids, from tables that belong to the service",
	"Editions":       "the operator's: the catalogue, and how many are on each version",
	"OnEdition":      "the operator's: ids of who is on a version",
	"Reach":          "the operator's: whether Stripe answers",
	"EditPlan":       "the operator changes how a plan is shown",
	"CheckBooks":     "the operator's: all books, one after another",
	"LastBooksCheck": "the operator's",
	"OrgOfCustomer":  "the operator asks, who may know every organization",
	"Books":          "whose books there are, for who verifies them all; no page asks",

	"Packs":             "packs of stickers are everybody's",
	"SeedPacks":         "the same",
	"StickerPicture":    "the same",
	"StartPackCheckout": "a person buys a pack, whatever they belong to; see TestOnePersonsPacksAreNotAnothers",
	"SyncBuyer":         "the same",
	"Purchases":         "the same",
	"OwnedPacks":        "the same",
	"ForgetBuyer":       "the same",
	"ForgetCustomer":    "takes an address off a customer that the caller names, who is erased; nothing comes back",
	"MakePack":          "the operator makes packs, which are everybody's",
	"AddSticker":        "the same",
	"RemoveSticker":     "the same",
	"SetPackPrice":      "the same",
	"SetPackState":      "the same",
	"PackSales":         "what the operator sees of all people's purchases",
	"PackPurchases":     "the same",
	"RefundPurchase":    "the operator gives a person's payment back",

	"CreatePromotion": "codes are everybody's",
	"Promotions":      "the same",
	"StopPromotion":   "the same",
}

// crossings has, for every method of [billing.Service] that takes an
// organization, a call for one that has bought nothing, beside one that has
// bought. It says what came through; nil means nothing.
func crossings(w *world, theirs billing.Subscription) map[string]func(ctx context.Context, mine tenants.OrgID) error {
	foreign := func(sub billing.Subscription) error {
		if sub.CustomerID == theirs.CustomerID || sub.SubscriptionID == theirs.SubscriptionID && sub.SubscriptionID != "" {
			return fmt.Errorf("it showed another's subscription: %+v", sub)
		}
		return nil
	}
	return map[string]func(ctx context.Context, mine tenants.OrgID) error{
		"PlanOf": func(ctx context.Context, mine tenants.OrgID) error {
			plan, sub, err := w.billing.PlanOf(ctx, mine)
			if err == nil && plan.ID != billing.FreePlan {
				err = errors.New("it has another's plan")
			}
			return errors.Join(err, foreign(sub))
		},
		"Sync": func(ctx context.Context, mine tenants.OrgID) error {
			change, err := w.billing.Sync(ctx, mine)
			if err == nil && change.Org != "" && change.Org != mine {
				return fmt.Errorf("it changed another: %+v", change)
			}
			return err
		},
		"Duplicates": func(ctx context.Context, mine tenants.OrgID) error {
			all, err := w.billing.Duplicates(ctx, mine)
			if err == nil && len(all) > 0 {
				return fmt.Errorf("it showed another's payments: %+v", all)
			}
			return err
		},
		"VerifyBooks": func(ctx context.Context, mine tenants.OrgID) error {
			report, err := w.billing.VerifyBooks(ctx, mine)
			if err == nil && (report.Transactions > 0 || len(report.Balances) > 0) {
				return fmt.Errorf("it showed another's books: %+v", report)
			}
			return err
		},
		"PortalURL": func(ctx context.Context, mine tenants.OrgID) error {
			if page, err := w.billing.PortalURL(ctx, mine, w.pages); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it opened the portal %q: %w", page, err)
			}
			return nil
		},
		"Quote": func(ctx context.Context, mine tenants.OrgID) error {
			if q, err := w.billing.Quote(ctx, mine, billing.Order{Plan: "business", Interval: billing.Month, Seats: 1}); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it quoted who has none: %+v: %w", q, err)
			}
			return nil
		},
		"AcceptQuote": func(ctx context.Context, mine tenants.OrgID) error {
			if change, err := w.billing.AcceptQuote(ctx, mine, billing.Order{Plan: "business", Interval: billing.Month, Seats: 1}, w.clock.Now(), 0); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it changed who has none: %+v: %w", change, err)
			}
			return nil
		},
		"CancelAtEnd": func(ctx context.Context, mine tenants.OrgID) error {
			if err := w.billing.CancelAtEnd(ctx, mine); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it cancelled who has none: %w", err)
			}
			return nil
		},
		"KeepRunning": func(ctx context.Context, mine tenants.OrgID) error {
			if err := w.billing.KeepRunning(ctx, mine); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it resumed who has none: %w", err)
			}
			return nil
		},
		"Invoices": func(ctx context.Context, mine tenants.OrgID) error {
			all, _, err := w.billing.Invoices(ctx, mine, "", 10)
			if err == nil && len(all) > 0 {
				return fmt.Errorf("it showed another's invoices: %+v", all)
			}
			return err
		},
		"StopRenewal":   func(ctx context.Context, mine tenants.OrgID) error { return w.billing.StopRenewal(ctx, mine) },
		"ResumeRenewal": func(ctx context.Context, mine tenants.OrgID) error { return w.billing.ResumeRenewal(ctx, mine) },
		"Close":         func(ctx context.Context, mine tenants.OrgID) error { return w.billing.Close(ctx, mine) },
		"MoveToCurrent": func(ctx context.Context, mine tenants.OrgID) error {
			if change, err := w.billing.MoveToCurrent(ctx, mine); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it moved who has nothing: %+v: %w", change, err)
			}
			return nil
		},
		"PayURL": func(ctx context.Context, mine tenants.OrgID) error {
			if page, err := w.billing.PayURL(ctx, mine, w.pages); !errors.Is(err, billing.ErrNeverPaid) {
				return fmt.Errorf("it led to another's invoice %q: %w", page, err)
			}
			return nil
		},
		"After": func(ctx context.Context, mine tenants.OrgID) error {
			if _, at, err := w.billing.After(ctx, mine); err != nil || !at.IsZero() {
				return fmt.Errorf("it knows when another's plan ends: %v, %w", at, err)
			}
			return nil
		},
		"Dun": func(ctx context.Context, mine tenants.OrgID) error {
			if told, err := w.billing.Dun(ctx, mine, w.store); err != nil || told {
				return fmt.Errorf("it told of another's payment: %w", err)
			}
			return nil
		},
		"TellOfTrial": func(ctx context.Context, mine tenants.OrgID) error {
			if told, err := w.billing.TellOfTrial(ctx, mine, w.store); err != nil || told {
				return fmt.Errorf("it told of another's trial: %w", err)
			}
			return nil
		},
		"SetPlan": func(ctx context.Context, mine tenants.OrgID) error { return w.billing.SetPlan(ctx, mine, "business") },
		"StartCheckout": func(ctx context.Context, mine tenants.OrgID) error {
			page, err := w.billing.StartCheckout(ctx, w.input(mine, "pro", billing.Year))
			if err == nil && page == "" {
				return errors.New("no page")
			}
			return err
		},
	}
}

// TestNoMethodReachesAnotherOrganization holds every method of the service, also
// those that somebody adds tomorrow; on PostgreSQL with the ORM's wall down as
// well, so that row-level security alone must hold.
func TestNoMethodReachesAnotherOrganization(t *testing.T) {
	for name, c := range map[string]struct {
		address func(testing.TB) string
		wall    bool
	}{
		"sqlite": {tenantstest.SQLitePath, true}, "postgres": {tenantstest.PostgresURL, true}, "postgres alone": {tenantstest.PostgresURL, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, leak := range cross(t, c.address(t), c.wall) {
				t.Error(leak)
			}
		})
	}
}

// TestTheCrossTenantTestSeesAMissingWall takes the only wall of SQLite down.
func TestTheCrossTenantTestSeesAMissingWall(t *testing.T) {
	found := strings.Join(cross(t, tenantstest.SQLitePath(t), false), "\n")
	for _, want := range []string{"Service.PlanOf", "Service.PortalURL", "Service.Duplicates", "changed in subscriptions"} {
		if !strings.Contains(found, want) {
			t.Errorf("without any wall the test does not notice %q; it found:\n%s", want, found)
		}
	}
}

func cross(t *testing.T, address string, ormWall bool) (leaks []string) {
	t.Helper()
	db := tenantstest.Open(t, address)
	w := newWorld(t, db, clockwork.NewFakeClockAt(tenantstest.Start))
	mine, acme := w.newOrg("mine"), w.newOrg("acme")
	theirs := w.buy(acme, "pro", billing.Month)
	w.pay(w.pageFor(theirs.CustomerID, "pro", billing.Month)) // a payment too many
	w.settle()
	raw := tenantstest.Inspect(t, address)
	raw.Sow(acme)
	before := raw.Rows(acme)
	if !ormWall {
		tenantstest.DropORMWall(t, db)
	}
	calls := crossings(w, theirs)
	order := []string{"PlanOf", "Sync", "Duplicates", "VerifyBooks", "PortalURL", "Quote", "AcceptQuote", "CancelAtEnd", "KeepRunning", "Invoices", "MoveToCurrent", "StopRenewal", "ResumeRenewal", "Close", "PayURL", "After", "Dun", "TellOfTrial", "SetPlan", "StartCheckout"}
	methods := reflect.TypeFor[*billing.Service]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		if ofNobody[name] != "" {
			continue
		}
		if calls[name] == nil || !slices.Contains(order, name) {
			t.Errorf("Service.%s is not in the cross-tenant test: add a call to crossings and order in billing/crossing_test.go, or a reason to ofNobody", name)
		}
	}
	for _, name := range order {
		if err := calls[name](t.Context(), mine); err != nil {
			leaks = append(leaks, fmt.Sprintf("Service.%s beside an organization that has bought: %v", name, err))
		}
	}
	return append(leaks, before.Diff(raw.Rows(acme))...)
}

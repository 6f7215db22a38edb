package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/tenants"
)

// What can keep a subscription from being changed.
var (
	// ErrPayFirst: a payment is missing; what it is for cannot be changed before.
	ErrPayFirst = errors.New("billing: a payment is missing")
	// ErrEnding: the subscription ends with its period; it has to be kept first.
	ErrEnding = errors.New("billing: the subscription is about to end")
	// ErrSame: the subscription is what is wanted already.
	ErrSame = errors.New("billing: there is nothing to change")
	// ErrQuoteOver: the price that was agreed to does not hold any more.
	ErrQuoteOver = errors.New("billing: the quote is over")
)

// The sentences of these faults, in the message catalogue.
const (
	KeyPayFirst      = "error.billing.payfirst"
	KeyEnding        = "error.billing.ending"
	KeySame          = "error.billing.same"
	KeyQuoteOver     = "error.billing.quoteover"
	KeyChangePayment = "error.billing.changepayment"
)

// QuoteLife is how long a price that was shown can be accepted: the unused time that
// is credited counts from the moment of the quote.
const QuoteLife = 15 * time.Minute

// Order is what an organization has, or wants to have.
type Order struct {
	Plan, Interval string
	Seats          int
}

// Quote says what a change of a running subscription costs, before anybody decides.
type Quote struct {
	From, To Order
	Plan     Plan // the one wanted, in the version that it would be
	Preview
	Then    int64 // minor units of every further invoice, without the discount
	Trial   bool  // nothing is charged before the trial's end, which is RenewsAt
	Cheaper bool  // the new price of a month is lower than the present one
}

// Quote asks Stripe what an organization's subscription would cost as another plan,
// at another interval or for other seats. How many seats it needs is for the caller
// to know. Faults: ErrNeverPaid when nothing runs; ErrPayFirst while a payment is
// missing; ErrEnding when it ends with its period; ErrSame when there is nothing to
// change; ErrNotSold.
func (s *Service) Quote(ctx context.Context, org tenants.OrgID, want Order) (Quote, error) {
	q, _, err := s.quote(ctx, org, want, time.Time{})
	return q, err
}

// AcceptQuote makes the change that a quote was for, provided that it still costs
// what was shown: at and today are the quote's At and Today. Else it is ErrQuoteOver
// and nothing has changed, as after a payment that the bank refuses (ErrRejected).
// Twice the same is charged once.
func (s *Service) AcceptQuote(ctx context.Context, org tenants.OrgID, want Order, at time.Time, today int64) (Change, error) {
	fresh, change, err := s.quote(ctx, org, want, time.Time{})
	if errors.Is(err, ErrSame) { // pressed twice, or somebody else was first
		return s.Sync(ctx, org)
	}
	if err != nil {
		return Change{}, err
	}
	if age := fresh.At.Sub(at); age < 0 || age > QuoteLife {
		return Change{}, fault(tenants.CodeTaken, KeyQuoteOver, ErrQuoteOver)
	}
	change.At = at
	shown, err := s.gw.PreviewChange(ctx, change.subscription, change.SubscriptionChange)
	if err != nil {
		return Change{}, refusedAs(KeyNotSold, ErrNotSold, err)
	}
	if shown.Today != today {
		return Change{}, fault(tenants.CodeTaken, KeyQuoteOver, ErrQuoteOver)
	}
	key := fmt.Sprintf("parley-change-%s-%s-%d-%d", change.subscription, change.Price, change.Seats, at.Unix())
	if err := s.gw.ChangeSubscription(ctx, key, change.subscription, change.SubscriptionChange); err != nil {
		return Change{}, refusedAs(KeyChangePayment, ErrRejected, err)
	}
	return s.Sync(ctx, org)
}

// refusedAs gives what Stripe refuses a sentence; other errors stay what they are.
func refusedAs(key string, as, err error) error {
	if !errors.Is(err, ErrRejected) {
		return err
	}
	return fault(tenants.CodeTaken, key, errors.Join(as, err))
}

// remoteChange is a change, and of what.
type remoteChange struct {
	subscription string
	SubscriptionChange
}

func (s *Service) quote(ctx context.Context, org tenants.OrgID, want Order, at time.Time) (Quote, remoteChange, error) {
	row, err := s.changeable(ctx, org)
	if err != nil {
		return Quote{}, remoteChange{}, err
	}
	q := Quote{From: Order{row.Plan, row.PayInterval, row.Seats}, To: want, Trial: row.Status == StatusTrialing}
	if q.From == q.To {
		return q, remoteChange{}, fault(tenants.CodeInvalid, KeySame, ErrSame)
	}
	if q.Plan, err = s.wanted(ctx, row, want); err != nil {
		return q, remoteChange{}, err
	}
	had, err := s.plan(ctx, row.Plan, row.PlanVersion)
	if err != nil {
		return q, remoteChange{}, err
	}
	price, err := s.gw.EnsurePrice(ctx, priceOf(q.Plan, want.Interval))
	if err != nil {
		return q, remoteChange{}, err
	}
	change := remoteChange{row.SubscriptionID, SubscriptionChange{Price: price, Seats: want.Seats, At: at}}
	if q.Preview, err = s.gw.PreviewChange(ctx, change.subscription, change.SubscriptionChange); err != nil {
		return q, remoteChange{}, refusedAs(KeyNotSold, ErrNotSold, err)
	}
	if q.RenewsAt.IsZero() && row.PeriodEnd != nil {
		q.RenewsAt = *row.PeriodEnd
	}
	q.Then = q.Plan.Cents(want.Interval) * int64(want.Seats)
	q.Cheaper = perYear(q.Plan, q.To) < perYear(had, q.From)
	return q, change, nil
}

// changeable is the mirror of a subscription that can be changed, as Stripe has it now.
func (s *Service) changeable(ctx context.Context, org tenants.OrgID) (subscriptionRow, error) {
	if _, err := s.Sync(ctx, org); err != nil {
		return subscriptionRow{}, err
	}
	row, err := s.row(ctx, org)
	switch {
	case err != nil:
		return row, err
	case !running(row.Status):
		return row, fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	case row.Status != StatusActive && row.Status != StatusTrialing:
		return row, fault(tenants.CodeTaken, KeyPayFirst, ErrPayFirst)
	case row.CancelAtPeriodEnd:
		return row, fault(tenants.CodeTaken, KeyEnding, ErrEnding)
	}
	return row, nil
}

// wanted is the plan of an order. Who keeps the plan keeps its version; another plan
// is bought as it is sold now.
func (s *Service) wanted(ctx context.Context, row subscriptionRow, want Order) (Plan, error) {
	if want.Seats < 1 || want.Seats > SeatsMax {
		return Plan{}, seatsFault(KeySeatsNumber, fmt.Errorf("billing: %d seats", want.Seats))
	}
	version := 0
	if want.Plan == row.Plan {
		version = row.PlanVersion
	}
	plan, err := s.plan(ctx, want.Plan, version)
	if err != nil {
		return plan, err
	}
	if !plan.Sold(want.Interval) || !plan.Public && want.Plan != row.Plan {
		return plan, fault(tenants.CodeInvalid, KeyNotSold, ErrNotSold)
	}
	return plan, nil
}

func perYear(p Plan, o Order) int64 {
	if o.Interval == Year {
		return p.YearlyCents * int64(o.Seats)
	}
	return 12 * p.MonthlyCents * int64(o.Seats)
}

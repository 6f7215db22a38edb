package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/tenants"
)

// rounds is how often the mirror is fetched again because somebody else wrote
// it meanwhile.
const rounds = 20

// Change says what an event or a Sync did. Org and Plan are also set when
// nothing changed (a repeat), so that a caller who failed after the first time
// can catch up; Org is empty when the event is nobody's.
type Change struct {
	Org     tenants.OrgID
	Changed bool   // the plan in force is another one than before
	Plan    string // the id of the plan in force now
	unclear bool   // something runs at Stripe that we cannot place
	outcome string // of the event, for the log
}

// HandleEvent takes a webhook: the raw body and the Stripe-Signature header.
// ErrSignature is answered with 400, any other error with 500, so that Stripe
// tries again.
func (s *Service) HandleEvent(ctx context.Context, payload []byte, signature string) (Change, error) {
	event, err := s.gw.ParseEvent(payload, signature, s.secret)
	if err != nil {
		return Change{}, err
	}
	if err := fresh(event.SignedAt, s.now()); err != nil {
		return Change{}, err
	}
	change, _, err := s.handle(ctx, event)
	s.note(ctx, event, ViaWebhook, change, err)
	return change, err
}

// handle does what an event asks for, once; news reports whether this was the
// first time.
func (s *Service) handle(ctx context.Context, event Event) (change Change, news bool, err error) {
	change, news, err = s.deal(ctx, event)
	if change.outcome == "" {
		change.outcome = OutcomeHandled
	}
	return change, news, err
}

func (s *Service) deal(ctx context.Context, event Event) (change Change, news bool, err error) {
	d := decide(event)
	if !d.mirror {
		s.log.Debug("a Stripe event changes nothing", "event", event.ID, "type", event.Type, "why", d.why)
		return Change{outcome: OutcomeIgnored}, false, nil
	}
	if d.customer == "" {
		if d.customer, err = s.payerOf(ctx, d.charge); err != nil {
			return Change{}, false, err
		}
	}
	org, err := s.orgOf(ctx, d.customer)
	if err != nil {
		return Change{}, false, err
	}
	if org == "" {
		return s.handleBuyer(ctx, event, d.customer)
	}
	repeat, err := s.handled(ctx, event.ID)
	if err != nil {
		return Change{}, false, err
	}
	if repeat {
		change, err = s.unchanged(ctx, org)
		return change, false, err
	}
	change, err = s.mirror(ctx, org, &event)
	return change, err == nil, err
}

// payerOf says who paid a charge; "" when Stripe does not know it (any more).
func (s *Service) payerOf(ctx context.Context, charge string) (string, error) {
	customer, err := s.gw.PayerOf(ctx, charge)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return customer, err
}

// Sync fetches what an organization has at Stripe and writes it down, without
// waiting for an event: on the page after a payment, and to heal what got lost.
func (s *Service) Sync(ctx context.Context, org tenants.OrgID) (Change, error) {
	return s.mirror(ctx, org, nil)
}

// unchanged tells the plan in force after a repeat. Stripe also repeats what we
// failed at, so a refund that did not go through is tried again.
func (s *Service) unchanged(ctx context.Context, org tenants.OrgID) (Change, error) {
	row, err := s.row(ctx, org)
	if err != nil {
		return Change{}, err
	}
	plan, _ := s.inForce(row)
	return Change{Org: org, Plan: plan}, s.settle(ctx, org)
}

// untilWritten fetches and writes until nobody wrote in between. Once reads the
// revision before it fetches: whoever writes last has fetched after everybody else
// wrote.
func untilWritten(whose string, once func() error) error {
	for range rounds {
		if err := once(); !errors.Is(err, errStale) {
			return err
		}
	}
	return fmt.Errorf("billing: what %s has was written %d times while we looked", whose, rounds)
}

// mirror writes down what an organization has, and gives back what it paid twice.
func (s *Service) mirror(ctx context.Context, org tenants.OrgID, event *Event) (change Change, err error) {
	err = untilWritten(string(org), func() error {
		before, err := s.row(ctx, org)
		if err == nil {
			change, err = s.mirrorOnce(ctx, org, before, event)
		}
		return err
	})
	if errors.Is(err, errRepeated) {
		return s.unchanged(ctx, org)
	}
	if err != nil {
		return Change{}, err
	}
	return change, s.settle(ctx, org)
}

func (s *Service) mirrorOnce(ctx context.Context, org tenants.OrgID, before subscriptionRow, event *Event) (Change, error) {
	was, _ := s.inForce(before)
	if before.customer() == "" {
		return Change{Org: org, Plan: was}, nil
	}
	all, paid, err := s.fetch(ctx, before.customer())
	if errors.Is(err, ErrNoCustomer) {
		s.log.Warn("Stripe does not know an organization's customer any more", "org", org, "customer", before.customer())
		err = nil
	}
	if err != nil {
		return Change{}, err
	}
	current, extra := choose(s.ours(all))
	next := before.mirrored(current)
	var flags []duplicateRow
	for _, d := range extra {
		s.log.Warn("an organization paid twice; the newer subscription is cancelled and refunded", "org", org, "subscription", d.ID, "kept", current.ID)
		flags = append(flags, duplicateRow{TenantID: before.TenantID, SubscriptionID: d.ID, KeptID: current.ID, FoundAt: s.now()})
	}
	price, err := s.priceFor(ctx, next)
	if err != nil {
		return Change{}, err
	}
	if err := s.writeMirror(ctx, org, state{next, price, flags, entries(paid)}, event); err != nil {
		return Change{}, err
	}
	now, _ := s.inForce(next)
	return Change{Org: org, Changed: now != was, Plan: now, unclear: slices.ContainsFunc(all, RemoteSubscription.unclear)}, nil
}

// fetch asks Stripe what a customer has, and what it has paid.
func (s *Service) fetch(ctx context.Context, customer string) (all []RemoteSubscription, paid []Payment, err error) {
	if all, err = s.gw.Subscriptions(ctx, customer); err != nil {
		return nil, nil, err
	}
	paid, err = s.gw.Payments(ctx, customer)
	return all, paid, err
}

// ours leaves out what somebody sold this customer by hand and we do not know.
func (s *Service) ours(all []RemoteSubscription) []RemoteSubscription {
	var known []RemoteSubscription
	for _, r := range all {
		if r.Plan == "" {
			s.log.Warn("a subscription at Stripe has a price that is not one of our plans'", "subscription", r.ID, "customer", r.Customer)
			continue
		}
		known = append(known, r)
	}
	return known
}

// settle cancels and refunds what was paid twice. Each step may be repeated, so
// what a crash left undone is done the next time.
func (s *Service) settle(ctx context.Context, org tenants.OrgID) error {
	all, err := s.duplicates(ctx, org)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.SettledAt != nil {
			continue
		}
		if err := s.gw.CancelAndRefund(ctx, d.SubscriptionID); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err := s.markSettled(ctx, org, d.SubscriptionID); err != nil {
			return err
		}
	}
	return nil
}

// Duplicate is a subscription that was paid beside a running one.
type Duplicate struct {
	Subscription, Kept string
	FoundAt            time.Time
	SettledAt          *time.Time // when it was cancelled and refunded
}

// Duplicates lists what an organization paid twice, newest first.
func (s *Service) Duplicates(ctx context.Context, org tenants.OrgID) ([]Duplicate, error) {
	rows, err := s.duplicates(ctx, org)
	if err != nil {
		return nil, err
	}
	out := make([]Duplicate, len(rows))
	for i, r := range rows {
		out[i] = Duplicate{Subscription: r.SubscriptionID, Kept: r.KeptID, FoundAt: r.FoundAt, SettledAt: r.SettledAt}
	}
	return out, nil
}

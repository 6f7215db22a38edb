package billing

import (
	"context"
	"errors"
	"fmt"

	"parley/tenants"
)

// SeatsMax is how many seats one organization can buy here; more is a contract.
const SeatsMax = 10_000

// SetSeats makes what an organization pays for so many seats, and mirrors what
// Stripe then says. How many it needs is for the caller to know. Faults:
// ErrNeverPaid when nothing runs, and a payment that the bank refuses
// (KeySeatsPayment), after which everything is as before.
func (s *Service) SetSeats(ctx context.Context, org tenants.OrgID, seats int) (Change, error) {
	if seats < 1 || seats > SeatsMax {
		return Change{}, seatsFault(KeySeatsNumber, fmt.Errorf("billing: %d seats", seats))
	}
	if _, err := s.Sync(ctx, org); err != nil {
		return Change{}, err
	}
	row, err := s.row(ctx, org)
	if err != nil {
		return Change{}, err
	}
	if !running(row.Status) {
		return Change{}, fault(tenants.CodeNotFound, KeyNeverPaid, ErrNeverPaid)
	}
	if err := s.gw.SetSeats(ctx, row.SubscriptionID, seats); errors.Is(err, ErrRejected) {
		return Change{}, seatsFault(KeySeatsPayment, err)
	} else if err != nil {
		return Change{}, err
	}
	return s.Sync(ctx, org)
}

func seatsFault(key string, err error) error {
	return &tenants.Error{Code: tenants.CodeInvalid, Field: "seats", Key: key, Err: err}
}

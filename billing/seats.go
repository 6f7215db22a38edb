package billing

import "parley/tenants"

// SeatsMax is how many seats one organization can buy here; more is a contract.
const SeatsMax = 10_000

func seatsFault(key string, err error) error {
	return &tenants.Error{Code: tenants.CodeInvalid, Field: "seats", Key: key, Err: err}
}

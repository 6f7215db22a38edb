package billing

import (
	"fmt"
	"strings"

	"parley/tenants"
)

// FreePlan is the id of the plan that everybody has who has no other.
const FreePlan = "free"

// Intervals at which a plan is paid.
const (
	Month = "month"
	Year  = "year"
)

// Plan is something we sell, or give. The catalogue is data: migrations seed
// it, operators change it.
type Plan struct {
	ID            string
	Name, Tagline string
	// MonthlyCents and YearlyCents are for one seat; YearlyCents is the whole
	// year's total. Both are zero for a plan that is free or by contract.
	MonthlyCents, YearlyCents int64
	Currency                  string // ISO 4217, lower case
	Limits                    tenants.Limits
	Features                  []string // message catalogue ids, in the order shown
	Public, Contact           bool     // shown to everybody; sold by contract only
	Rank                      int      // order, cheapest first
	Highlight                 bool     // the one that we recommend
}

// Cents is the price of one seat for one interval.
func (p Plan) Cents(interval string) int64 {
	if interval == Year {
		return p.YearlyCents
	}
	return p.MonthlyCents
}

// Sold reports whether the plan can be bought in Checkout at that interval.
func (p Plan) Sold(interval string) bool {
	return !p.Contact && (interval == Month || interval == Year) && p.Cents(interval) > 0
}

// LookupKey is the name under which Stripe keeps the price of a plan.
func LookupKey(plan, interval string) string {
	return fmt.Sprintf("parley_%s_%s", plan, interval)
}

// parseLookupKey is LookupKey backwards.
func parseLookupKey(key string) (plan, interval string, ok bool) {
	rest, ok := strings.CutPrefix(key, "parley_")
	if !ok {
		return "", "", false
	}
	at := strings.LastIndexByte(rest, '_')
	if at < 1 {
		return "", "", false
	}
	plan, interval = rest[:at], rest[at+1:]
	return plan, interval, interval == Month || interval == Year
}

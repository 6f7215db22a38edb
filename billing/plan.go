package billing

import (
	"fmt"
	"regexp"
	"strconv"

	"parley/tenants"
)

// FreePlan is the id of the plan that everybody has who has no other.
const FreePlan = "free"

// Intervals at which a plan is paid.
const (
	Month = "month"
	Year  = "year"
)

// Plan is something we sell, or give, in one version. The catalogue is data:
// migrations seed it, operators make further versions.
type Plan struct {
	ID            string
	Version       int
	Name, Tagline string
	// MonthlyCents and YearlyCents are for one seat; YearlyCents is the whole
	// year's total. Both are zero for a plan that is free or by contract.
	MonthlyCents, YearlyCents int64
	Currency                  string // ISO 4217, lower case
	TrialDays                 int    // of the first subscription; 0 is none
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

// LookupKey is the name under which Stripe keeps the price of a plan. The first
// version has none in it: it was there before there were others.
func LookupKey(plan string, version int, interval string) string {
	if version > 1 {
		return fmt.Sprintf("parley_%s_v%d_%s", plan, version, interval)
	}
	return fmt.Sprintf("parley_%s_%s", plan, interval)
}

// lookupForm is LookupKey backwards.
var lookupForm = regexp.MustCompile(`^parley_(.+?)(?:_v([0-9]{1,6}))?_(month|year)$`)

func parseLookupKey(key string) (plan string, version int, interval string, ok bool) {
	m := lookupForm.FindStringSubmatch(key)
	if m == nil {
		return "", 0, "", false
	}
	version = 1
	if m[2] != "" {
		version, _ = strconv.Atoi(m[2])
	}
	return m[1], version, m[3], true
}

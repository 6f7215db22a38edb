package stripefake

import (
	"fmt"
	"strings"
)

// money spells an amount in the smallest unit of a currency with two decimals.
func money(cents int64, currency string) string {
	if cents < 0 {
		return "−" + money(-cents, currency)
	}
	amount := fmt.Sprintf("%d.%02d", cents/100, cents%100)
	switch currency {
	case "usd":
		return "$" + amount
	case "eur":
		return "€" + amount
	case "gbp":
		return "£" + amount
	default:
		return amount + " " + strings.ToUpper(currency)
	}
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

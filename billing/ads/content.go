package ads

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/tenants"
)

// Bounds of what the operator sets.
const (
	AdvertiserMax = 60  // characters
	TitleMax      = 60  // characters
	TextMax       = 140 // characters
	AltMax        = 160 // characters
	linkMax       = 500 // bytes
	weightMax     = 100
	capMax        = 50
	SecondsMin    = 3
	SecondsMax    = 30
	SecondsUsual  = 5
	budgetMax     = 1_000_000_000
	priceMax      = 1_000_000 // minor units a thousand
)

// The message catalogue ids of what can be wrong with a campaign.
const (
	KeyAdvertiser = "error.ads.advertiser"
	KeyTitle      = "error.ads.title"
	KeyText       = "error.ads.text"
	KeyAlt        = "error.ads.alt"
	KeyLink       = "error.ads.link"
	KeyPicture    = "error.ads.picture"
	KeyLarge      = "error.ads.large"
	KeyPlacements = "error.ads.placements"
	KeyFrom       = "error.ads.from"
	KeyUntil      = "error.ads.until"
	KeyWeight     = "error.ads.weight"
	KeyCap        = "error.ads.cap"
	KeySeconds    = "error.ads.seconds"
	KeyBudget     = "error.ads.budget"
	KeyBudgetUsed = "error.ads.budgetused"
	KeyPrice      = "error.ads.price"
	KeyPriceFixed = "error.ads.pricefixed"
	KeyCurrency   = "error.ads.currency"
	KeyEnded      = "error.ads.ended"
)

// Currencies are those that impressions are sold in, as ISO 4217 names them.
func Currencies() []string { return []string{"USD", "EUR", "GBP", "CHF"} }

// Clean tidies what was typed and says all that is wrong with it, each as the
// fault of a form field.
func (c Content) Clean() (Content, error) {
	var faults tenants.Errors
	line := func(field, key string, text *string, most int) {
		*text = oneLine(*text)
		if n := utf8.RuneCountInString(*text); n == 0 || n > most {
			faults = append(faults, fault(field, key))
		}
	}
	line("advertiser", KeyAdvertiser, &c.Advertiser, AdvertiserMax)
	line("title", KeyTitle, &c.Title, TitleMax)
	line("text", KeyText, &c.Text, TextMax)
	line("alt", KeyAlt, &c.Alt, AltMax)
	c.Link, c.Currency, c.Placements = strings.TrimSpace(c.Link), strings.ToUpper(strings.TrimSpace(c.Currency)), inOrder(c.Placements)
	for _, rule := range []struct {
		field, key string
		good       bool
	}{
		{"link", KeyLink, goodLink(c.Link)},
		{"placements", KeyPlacements, len(c.Placements) > 0},
		{"from", KeyFrom, !c.From.IsZero()},
		{"until", KeyUntil, c.Until.IsZero() || c.Until.After(c.From)},
		{"weight", KeyWeight, c.Weight >= 1 && c.Weight <= weightMax},
		{"cap", KeyCap, c.DailyCap >= 1 && c.DailyCap <= capMax},
		{"seconds", KeySeconds, c.Seconds >= SecondsMin && c.Seconds <= SecondsMax},
		{"budget", KeyBudget, c.Budget >= 1 && c.Budget <= budgetMax},
		{"price", KeyPrice, c.PriceCents >= 0 && c.PriceCents <= priceMax},
		{"currency", KeyCurrency, slices.Contains(Currencies(), c.Currency)},
	} {
		if !rule.good {
			faults = append(faults, fault(rule.field, rule.key))
		}
	}
	if len(faults) > 0 {
		return c, faults
	}
	return c, nil
}

// goodLink accepts an https address of a named host, without a sign-in in it.
func goodLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= linkMax && u.Scheme == "https" && u.Hostname() != "" && u.User == nil && u.Opaque == "" && strings.IndexFunc(s, unseen) < 0
}

func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r)
}

// oneLine leaves one line with single spaces and nothing invisible.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r != '\u200d' && unseen(r): // U+200D joins emoji
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

func fault(field, key string) *tenants.Error {
	return &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: key}
}

// String says what was set, for the audit log.
func (c Content) String() string {
	var until string
	if !c.Until.IsZero() {
		until = " until " + c.Until.UTC().Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("%s, %q, %q, %s; %v from %s%s; weight %d, %d a person and day, %d s; %d impressions at %d.%02d %s a thousand",
		c.Advertiser, c.Title, c.Text, c.Link, c.Placements, c.From.UTC().Format("2006-01-02 15:04"), until, c.Weight, c.DailyCap, c.Seconds,
		c.Budget, c.PriceCents/100, c.PriceCents%100, c.Currency)
}

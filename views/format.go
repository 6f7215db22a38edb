package views

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Money writes an amount of cents as the language does, without the cents when there are none: $12.99, $0, €8; 12,99 $.
func (t *Texts) Money(cents int64, currency string) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := t.Number(cents / 100)
	if part := cents % 100; part != 0 {
		whole += t.decimal() + fmt.Sprintf("%02d", part)
	}
	symbol, known := symbols[strings.ToLower(currency)]
	switch {
	case !known:
		return sign + whole + " " + strings.ToUpper(currency)
	case t.Lang() == "de":
		return sign + whole + "\u00a0" + symbol
	}
	return sign + symbol + whole
}

var symbols = map[string]string{"usd": "$", "": "$", "eur": "€", "gbp": "£"}

// Person is what somebody is called where others read of them: by name, or, when they have been deleted and nobody knows it any more, by that.
func (t *Texts) Person(name string) string {
	if name == "" {
		return t.T("person.deleted")
	}
	return name
}

// Guest is what a log calls somebody who does not belong to the organization.
func (t *Texts) Guest(name string) string { return t.T("audit.guest", "Name", t.Person(name)) }

// Number writes a whole number with the language's mark between thousands.
func (t *Texts) Number(n int64) string {
	if t == nil || t.printer == nil {
		return message.NewPrinter(language.English).Sprint(number.Decimal(n))
	}
	return t.printer.Sprint(number.Decimal(n))
}

// Size writes a number of bytes as people count them: whole kilobytes, and megabytes with one decimal while they are few. What is
// used is never shown as less than it is.
func (t *Texts) Size(bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	if bytes < mega {
		return t.T("quotas.kilobytes", "Size", int((bytes+kilo-1)/kilo))
	}
	tenths := (bytes*10 + mega - 1) / mega
	if tenths%10 == 0 || tenths >= 100 {
		return t.T("quotas.megabytes", "Size", int((tenths+5)/10))
	}
	return t.T("quotas.megabytes", "Size", t.Number(tenths/10)+t.decimal()+strconv.FormatInt(tenths%10, 10))
}

// decimal is the language's mark before the cents.
func (t *Texts) decimal() string {
	if t.Lang() == "de" {
		return ","
	}
	return "."
}

// Tagline is what a plan is for, in one line: the catalogue's if it has one for the plan, else the one that the plan came with.
func (t *Texts) Tagline(plan Plan) string {
	if id := "plan.tagline." + plan.ID; t.Lang() != "en" && t.Has(id) {
		return t.T(id)
	}
	return plan.Tagline
}

// Length writes a duration in words, in the two largest units that matter: "40 minutes", "1 hour 10 minutes", "25 seconds".
func (t *Texts) Length(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Minute {
		return t.N("length.seconds", int(d/time.Second))
	}
	hours, minutes, seconds := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case hours > 0 && minutes > 0:
		return t.N("length.hours", hours) + " " + t.N("length.minutes", minutes)
	case hours > 0:
		return t.N("length.hours", hours)
	case minutes < 5 && seconds > 0:
		return t.N("length.minutes", minutes) + " " + t.N("length.seconds", seconds)
	}
	return t.N("length.minutes", minutes)
}

// Limit is Length for a limit, where zero means that there is none.
func (t *Texts) Limit(d time.Duration) string {
	if d <= 0 {
		return t.T("length.no_limit")
	}
	return t.Length(d)
}

// perMonth is what a seat costs in one month when paid at that interval.
func (plan Plan) perMonth(interval string) int64 {
	if interval == Year {
		return plan.YearlyCents / 12
	}
	return plan.MonthlyCents
}

// today is what is charged at once for that many seats.
func (plan Plan) today(interval string, seats int) int64 {
	if seats < 1 {
		seats = 1
	}
	if interval == Year {
		return plan.YearlyCents * int64(seats)
	}
	return plan.MonthlyCents * int64(seats)
}

// free reports whether the plan costs nothing.
func (plan Plan) free() bool { return plan.MonthlyCents == 0 && plan.YearlyCents == 0 && !plan.Contact }

// saving is how much less the year costs than twelve months, in whole per cent.
func (plan Plan) saving() int {
	if plan.MonthlyCents == 0 {
		return 0
	}
	year := plan.MonthlyCents * 12
	return int((year - plan.YearlyCents) * 100 / year)
}

// bestSaving is the largest saving of a yearly price among the plans.
func bestSaving(plans []Plan) int {
	best := 0
	for _, plan := range plans {
		best = max(best, plan.saving())
	}
	return best
}

// Offers are the ways to buy the plans, yearly first, as they are shown. Plans that cannot be bought are left out.
func (t *Texts) Offers(plans []Plan, seats int) []Offer {
	var offers []Offer
	for _, plan := range plans {
		if plan.free() || plan.Contact {
			continue
		}
		for _, interval := range []string{Year, Month} {
			if plan.today(interval, 1) == 0 {
				continue
			}
			offer := Offer{
				Plan: plan.ID, Interval: interval, Trial: plan.TrialDays,
				Name:   t.T("offer.name_"+interval, "Plan", plan.Name),
				Price:  t.T("offer.price", "Price", t.Money(plan.perMonth(interval), plan.Currency)),
				Today:  t.Money(plan.today(interval, seats), plan.Currency),
				Detail: t.T("offer.detail_"+interval, "Length", t.Limit(plan.MeetingLength), "People", plan.Participants),
			}
			if offer.Trial > 0 {
				offer.Detail = t.N("offer.trial", offer.Trial, "Then", offer.Today)
				offer.Today = t.Money(0, plan.Currency)
			}
			offers = append(offers, offer)
		}
	}
	return offers
}

// Changes are the ways to change a running plan to one of these, as they are shown. What that costs today hangs on the time that is paid
// for already: Stripe says it on the page that a change leads to.
func (t *Texts) Changes(plans []Plan) []Offer {
	for i := range plans {
		plans[i].TrialDays = 0
	}
	offers := t.Offers(plans, 1)
	for i := range offers {
		offers[i].Change, offers[i].Today = true, ""
	}
	return offers
}

// Date is a day in words, "10 December 2026", as UTC has it.
func (t *Texts) Date(at time.Time) string {
	at = at.UTC()
	return t.T("date.long", "Day", at.Day(), "Month", t.T("date.month."+strings.ToLower(at.Month().String())), "Year", strconv.Itoa(at.Year()))
}

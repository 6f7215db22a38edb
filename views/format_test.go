package views

import (
	"testing"
	"time"
)

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		cents    int64
		currency string
		want     string
	}{
		{0, "usd", "$0"}, {1299, "usd", "$12.99"}, {12468, "USD", "$124.68"}, {1200, "eur", "€12"}, {5, "gbp", "£0.05"},
		{123456789, "usd", "$1,234,567.89"}, {-1299, "usd", "-$12.99"}, {1000, "chf", "10 CHF"},
	} {
		if got := words(t).Money(c.cents, c.currency); got != c.want {
			t.Errorf("Money(%d, %s) = %s, want %s", c.cents, c.currency, got, c.want)
		}
	}
}

func TestLength(t *testing.T) {
	texts := words(t)
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 25 * time.Second: "25 seconds", time.Minute: "1 minute", 90 * time.Second: "1 minute 30 seconds",
		40 * time.Minute: "40 minutes", 40*time.Minute + 10*time.Second: "40 minutes", time.Hour: "1 hour", 70 * time.Minute: "1 hour 10 minutes",
		30 * time.Hour: "30 hours", 59*time.Minute + 59*time.Second + 900*time.Millisecond: "1 hour",
	} {
		if got := texts.Length(d); got != want {
			t.Errorf("Length(%s) = %q, want %q", d, got, want)
		}
	}
	if got := texts.Limit(0); got != "No limit" {
		t.Errorf("no limit reads %q", got)
	}
}

func TestOffersAreHonest(t *testing.T) {
	offers := words(t).Offers(plans("Pro"), 2)
	if len(offers) != 2 {
		t.Fatalf("%d offers, want the paid plan twice: %+v", len(offers), offers)
	}
	year, month := offers[0], offers[1]
	if year.Interval != Year || year.Price != "$10.39 a month" || year.Today != "$249.36" {
		t.Errorf("yearly offer: %+v", year)
	}
	if month.Interval != Month || month.Price != "$12.99 a month" || month.Today != "$25.98" {
		t.Errorf("monthly offer: %+v", month)
	}
}

func TestSaving(t *testing.T) {
	if got := bestSaving(plans("Pro")); got != 20 {
		t.Errorf("yearly saves %d%%, want 20", got)
	}
	if got := bestSaving(nil); got != 0 {
		t.Errorf("nothing saves %d%%", got)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Amara Okafor": "AO", "amara": "A", "  ": "?", "Oisín Mac Giolla": "OG", "élise": "É", "李 雷": "李雷"} {
		if got := initials(name); got != want {
			t.Errorf("initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestDatesAreWrittenAsPeopleDo(t *testing.T) {
	day := time.Date(2026, time.December, 11, 9, 0, 0, 0, time.UTC)
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "11 December 2026", "de": "11. Dezember 2026"} {
		if got := catalogue.For(lang).Date(day); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

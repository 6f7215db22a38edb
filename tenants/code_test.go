package tenants_test

import (
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

var codeForm = regexp.MustCompile(`^[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$`)

func TestNewCodesHaveTheForm(t *testing.T) {
	seen, symbols := map[string]bool{}, map[rune]int{}
	for range 5000 {
		code := tenants.NewCode()
		if !codeForm.MatchString(code) || seen[code] {
			t.Fatalf("code %q", code)
		}
		seen[code] = true
		for _, r := range code {
			symbols[r]++
		}
	}
	if len(symbols) != 33 { // 32 and the dash
		t.Errorf("%d symbols occur: %v", len(symbols), symbols)
	}
}

func TestParseCode(t *testing.T) {
	const code = "k7dm-9q2x-h4tw"
	for _, text := range []string{
		code, "K7DM-9Q2X-H4TW", "k7dm9q2xh4tw", " k7dm 9q2x h4tw\n", "k7dm–9q2x‑h4tw", "k-7-d-m-9q2xh4tw",
		"https://meet.example/m/k7dm-9q2x-h4tw", "http://localhost:8080/m/K7DM9Q2XH4TW/room?x=1#y", "meet.example/m/k7dm-9q2x-h4tw/", "/m/k7dm-9q2x-h4tw",
		"Join us: https://meet.example/m/k7dm-9q2x-h4tw?from=mail",
	} {
		if got, err := tenants.ParseCode(text); err != nil || got != code {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	if got, err := tenants.ParseCode("OiLl-0000-oooo"); err != nil || got != "0111-0000-0000" {
		t.Errorf("look-alikes: %q, %v", got, err)
	}
	for _, text := range []string{
		"", "k7dm", "k7dm-9q2x-h4t", "k7dm-9q2x-h4twx", "k7dm-9q2x-h4tu", "k7dm-9q2x-h4t!", "k7dm_9q2x_h4tw", "https://meet.example/", "k7dm-9q2x-h4tẃ",
		"k7dm-9q2x-h4tw k7dm-9q2x-h4tw", strings.Repeat("k", 100_000), "/m/", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if got, err := tenants.ParseCode(text); tenants.CodeOf(err) != tenants.CodeInvalid || tenants.KeyOf(err) != tenants.KeyCodeInvalid {
			t.Errorf("%.40q is %q, %v", text, got, err)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"k7dm-9q2x-h4tw", "https://meet.example/m/K7DM 9Q2X H4TW?x", "oooo-iiii-llll", "/m//m/", "\xff", "ſ7dm-9q2x-h4tw"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := tenants.ParseCode(text)
		if err != nil {
			if code != "" {
				t.Errorf("%q: %q and %v", text, code, err)
			}
			return
		}
		if !codeForm.MatchString(code) {
			t.Errorf("%q gives %q", text, code)
		}
		for _, again := range []string{code, strings.ToUpper(code), "https://meet.example/m/" + code + "/room"} {
			if second, err := tenants.ParseCode(again); err != nil || second != code {
				t.Errorf("%q gives %q, and that gives %q, %v", text, code, second, err)
			}
		}
	})
}

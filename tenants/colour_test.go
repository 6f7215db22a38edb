package tenants_test

import (
	"fmt"
	"testing"

	"parley/tenants"
)

func TestAColourCanBeSeenOnPaper(t *testing.T) {
	for typed, want := range map[string]string{"#753e59": "", "C2510C": "#c2510c", "#1C7ED6": "#1c7ed6"} {
		got, adjusted, err := tenants.Colour(typed)
		if err != nil || want != "" && (got != want || adjusted) {
			t.Errorf("%q: %q, adjusted %t, %v", typed, got, adjusted, err)
		}
	}
	for _, wrong := range []string{"", "red", "#12345", "#1234567", "#12345g", "#-12345", "url(x)", "+12345"} {
		if got, _, err := tenants.Colour(wrong); tenants.Fields(err)["colour"] != tenants.KeyColourInvalid {
			t.Errorf("%q: %q, %v", wrong, got, err)
		}
	}
	// Whatever somebody likes ends in a colour that stands out, and that stays as it is the next time.
	light, dark := tenants.PaperColours()
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				typed := fmt.Sprintf("#%02x%02x%02x", r, g, b)
				got, adjusted, err := tenants.Colour(typed)
				if err != nil || adjusted == (got == typed) {
					t.Fatalf("%s: %s, adjusted %t, %v", typed, got, adjusted, err)
				}
				if tenants.Contrast(got, light) < 3 || tenants.Contrast(got, dark) < 3 || tenants.Contrast(got, tenants.InkOn(got)) < 3 {
					t.Errorf("%s became %s: %.2f on light paper, %.2f on dark, letters %.2f", typed, got,
						tenants.Contrast(got, light), tenants.Contrast(got, dark), tenants.Contrast(got, tenants.InkOn(got)))
				}
				if again, adjusted, _ := tenants.Colour(got); again != got || adjusted {
					t.Errorf("%s became %s and then %s", typed, got, again)
				}
			}
		}
	}
}

package app_test

import (
	"net/http"
	"testing"
)

// TestPeopleChooseTheLanguage: the browser's wish holds until one is chosen, and the choice stays in this browser.
func TestPeopleChooseTheLanguage(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.get("/").status(200).has(`lang="en"`, "Sign in", "Deutsch")
	b.http.Transport = wanting{"de-CH,en;q=0.5"}
	b.get("/").status(200).has(`lang="de"`, "Anmelden", "Gratis starten", `aria-pressed="true"`).lacks("Sign in", "Start free")
	b.get("/join").has("In welchen Raum?")
	b.post("/language", form("language", "en", "next", "/pricing")).status(303).location("/pricing")
	b.get("/pricing").status(200).has(`lang="en"`, "Pay for the host")
	b.post("/language", form("language", "de", "next", "//elsewhere.example")).status(303).location("/home")
	b.get("/pricing").status(200).has("Bezahlt wird für Gastgeber", "12,99\u00a0$")
	b.post("/language", form("language", "xx")).status(404)
	b.http.Transport = nil
	b.get("/nowhere").status(404).has("Hier ist nichts")
}

// wanting asks for pages in a language.
type wanting struct{ languages string }

func (w wanting) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("Accept-Language", w.languages)
	return http.DefaultTransport.RoundTrip(r)
}

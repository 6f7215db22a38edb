package app_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var secretShown = regexp.MustCompile(`data-testid="secret">([^<]+)<`)

func TestAnAdminMakesRotatesAndRevokesKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		page := org + "/developers"
		ann.get(page).status(200).has("No keys yet")
		wrong := ann.post(page+"/keys", form("label", "Typed label")).status(400).has("Typed label", "Choose at least one thing")
		if secretShown.MatchString(wrong.body) {
			t.Error("a refused form shows a secret")
		}
		fields := url.Values{"label": {"Reports"}, "scope": {"rooms:read", "usage:read"}}
		made := ann.post(page+"/keys", fields).status(200).has("Here is the key for Reports")
		token := secretShown.FindStringSubmatch(made.body)[1]
		if _, _, err := w.store.APIKeyOf(t.Context(), token); err != nil {
			t.Fatalf("the token that was shown opens nothing: %v", err)
		}
		id := strings.Split(token, "_")[1]
		ann.get(page).status(200).has(id, "Reports", "rooms:read").lacks(token)
		if made.header.Get("Cache-Control") != "no-store" {
			t.Errorf("a page with a secret may be kept: %v", made.header)
		}

		rotated := ann.post(page+"/keys/"+id+"/rotate", form("keep", "24")).status(200).has("Here is the key for Reports", "The old key works until")
		next := secretShown.FindStringSubmatch(rotated.body)[1]
		for _, live := range []string{token, next} {
			if _, _, err := w.store.APIKeyOf(t.Context(), live); err != nil {
				t.Errorf("during a rotation both keys work: %v", err)
			}
		}
		ann.post(page+"/keys/"+id+"/revoke", form()).status(303)
		ann.post(page+"/keys/"+id+"/revoke", form()).status(404)
		if _, _, err := w.store.APIKeyOf(t.Context(), token); err == nil {
			t.Error("a revoked key works")
		}
	})
}

func TestAnAdminMakesMediaKeys(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	page := org + "/developers"
	ann.get(page)
	ann.post(page+"/media-keys", form("media_label", " ")).status(400)
	made := ann.post(page+"/media-keys", form("media_label", "Robot")).status(200).has("Here is the key for Robot")
	id := regexp.MustCompile(`<span class="mono">(PK[a-z0-9]+)</span>`).FindStringSubmatch(made.body)[1]
	secret := secretShown.FindStringSubmatch(made.body)[1]
	dialWith(t, w, id, secret, "kitchen", "robot").Leave()
	ann.post(page+"/media-keys/"+id+"/rotate", form("keep", "1")).status(200).has("Here is the key for Robot")
	ann.post(page+"/media-keys/"+id+"/revoke", form()).status(303)
	if _, _, err := w.store.MediaKey(t.Context(), id); err == nil {
		t.Error("a revoked media key works")
	}
}

package app_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestAnotherOrganizationsThingsAreNotThere walks every route of the console with every mix of two organizations' ids.
func TestAnotherOrganizationsThingsAreNotThere(t *testing.T) { onBoth(t, foreignThingsAreNotThere) }

func foreignThingsAreNotThere(t *testing.T, w *world) {
	ann, annOrg := w.owner("Ann")
	ben, benOrg := w.owner("Ben")
	code := ann.room(annOrg)
	_, room, err := w.store.RoomByCode(t.Context(), code)
	must(t, err)
	nobody := w.browser()

	walked := 0
	for _, route := range w.web.Handler().GetRoutes(true) {
		if !strings.HasPrefix(route.Path, "/o/:org") || (route.Method != http.MethodGet && route.Method != http.MethodPost) {
			continue
		}
		walked++
		at := func(org, room string) string {
			return strings.NewReplacer("/o/:org", org, ":room", room).Replace(route.Path)
		}
		visit := func(b *browser, path string) *answer {
			if route.Method == http.MethodGet {
				return b.get(path)
			}
			b.get("/pricing")
			b.get("/join") // a page with a form, for its token
			return b.post(path, form("name", "Taken over", "plan", "pro", "interval", "month"))
		}
		visit(ben, at(annOrg, string(room.ID))).status(404).lacks("Kitchen refit", "Ann and friends")
		if strings.Contains(route.Path, ":room") {
			visit(ben, at(benOrg, string(room.ID))).status(404).lacks("Kitchen refit", "Ann and friends")
		}
		if a := visit(nobody, at(annOrg, string(room.ID))); a.code != 303 || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("%s %s answers a stranger with %d", route.Method, route.Path, a.code)
		}
	}
	if walked < 10 {
		t.Fatalf("only %d routes of the console were walked", walked)
	}
	ann.get(annOrg).status(200).has("Kitchen refit").lacks("Taken over")
}

func TestATokenOpensItsOwnOrganizationOnly(t *testing.T) {
	w := newWorld(t)
	ann, annOrg := w.owner("Ann")
	_, benOrg := w.owner("Ben")
	code := ann.room(annOrg)
	inside := dial(t, ann.join(code, "Ann"))
	ben, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(benOrg, "/o/"))
	must(t, err)
	key, err := w.store.Org(ben.ID).CreateKey(t.Context(), "test")
	must(t, err)

	foreign := dialWith(t, w, key.ID, key.Secret, code, "ben")
	if n := foreign.others(); n != 0 {
		t.Errorf("Ben's key sees %d people in a room that has the name of Ann's", n)
	}
	if n := inside.others(); n != 0 {
		t.Errorf("Ann sees %d people who came with Ben's key", n)
	}
}

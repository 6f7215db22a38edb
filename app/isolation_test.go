package app_test

import (
	"strings"
	"testing"
)

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

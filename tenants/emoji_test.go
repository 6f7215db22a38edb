package tenants_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestEmojiOfAnOrganization(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme").Owner("ann").Member("bob"), w.Org("other").Owner("eve")
		ctx, ann, free := t.Context(), acme.User("ann").ID, tenants.StorageLimit{}
		add := func(name string, data []byte) (tenants.Emoji, error) {
			return acme.AddEmoji(ctx, ann, tenants.EmojiInput{Name: name, MediaType: "image/png", Data: data}, free)
		}
		for name, c := range map[string]struct {
			in         tenants.EmojiInput
			field, key string
		}{
			"no name":    {tenants.EmojiInput{Name: "::", MediaType: "image/png", Data: []byte{1}}, "name", tenants.KeyEmojiName},
			"a blank":    {tenants.EmojiInput{Name: "a b", MediaType: "image/png", Data: []byte{1}}, "name", tenants.KeyEmojiName},
			"too long":   {tenants.EmojiInput{Name: strings.Repeat("a", 33), MediaType: "image/png", Data: []byte{1}}, "name", tenants.KeyEmojiName},
			"no picture": {tenants.EmojiInput{Name: "tada", MediaType: "image/png"}, "picture", tenants.KeyEmojiPicture},
			"a page":     {tenants.EmojiInput{Name: "tada", MediaType: "text/html", Data: []byte{1}}, "picture", tenants.KeyEmojiPicture},
			"too large":  {tenants.EmojiInput{Name: "tada", MediaType: "image/png", Data: bytes.Repeat([]byte{1}, tenants.EmojiBytes+1)}, "picture", tenants.KeyEmojiLarge},
		} {
			if _, err := acme.AddEmoji(ctx, ann, c.in, free); tenants.Fields(err)[c.field] != c.key {
				t.Errorf("%s: %v", name, err)
			}
		}
		made, err := add(" :Tada: ", []byte("12345"))
		if err != nil || made.Name != "tada" || made.Bytes != 5 || made.File() != made.ID+".png" {
			t.Fatalf("%+v, %v", made, err)
		}
		if _, err := add("tada", []byte{1}); tenants.CodeOf(err) != tenants.CodeTaken {
			t.Errorf("the same name again: %v", err)
		}
		if _, err := other.AddEmoji(ctx, other.User("eve").ID, tenants.EmojiInput{Name: "tada", MediaType: "image/png", Data: []byte{9}}, free); err != nil {
			t.Errorf("the same name elsewhere: %v", err)
		}
		if _, err := acme.AddEmoji(ctx, acme.User("bob").ID, tenants.EmojiInput{Name: "bobs", MediaType: "image/png", Data: []byte{1}}, free); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("by a member: %v", err)
		}
		if used, err := acme.StorageUsed(ctx); err != nil || used.Emoji != 5 || used.Total() != 5 {
			t.Errorf("stored are %+v, %v", used, err)
		}
		if _, err := acme.AddEmoji(ctx, ann, tenants.EmojiInput{Name: "more", MediaType: "image/png", Data: []byte("123456")}, tenants.StorageLimit{Most: 10}); tenants.Fields(err)["picture"] != tenants.KeyStorageFull {
			t.Errorf("above the limit: %v", err)
		}
		kind, data, err := w.Store.EmojiPicture(ctx, made.ID)
		if err != nil || kind != "image/png" || string(data) != "12345" {
			t.Errorf("%s %q %v", kind, data, err)
		}
		for i := range tenants.EmojiMost - 1 {
			if _, err := add(fmt.Sprintf("e-%d", i), []byte{1}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := add("one-more", []byte{1}); tenants.CodeOf(err) != tenants.CodeLimited || tenants.KeyOf(err) != tenants.KeyEmojiMany {
			t.Errorf("one too many: %v", err)
		}
		if err := acme.RemoveEmoji(ctx, ann, made.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Store.EmojiPicture(ctx, made.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("removed, and there: %v", err)
		}
		if all, err := acme.Emoji(ctx); err != nil || len(all) != tenants.EmojiMost-1 {
			t.Errorf("%d are left, %v", len(all), err)
		}
	})
}

func TestWhichPacksMayBeSent(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		ctx, ann := t.Context(), acme.User("ann").ID
		if rule, err := acme.StickerRule(ctx); err != nil || !rule.Allows("anything") {
			t.Errorf("before anybody said: %+v, %v", rule, err)
		}
		for name, wrong := range map[string]tenants.StickerRule{
			"nothing": {}, "a word": {Which: "few"}, "a bad id": {Which: tenants.PacksSome, Packs: []string{"a b"}}, "all but": {Which: tenants.PacksAll, Packs: []string{"a"}},
		} {
			if err := acme.SetStickerRule(ctx, ann, wrong); tenants.Fields(err)["packs"] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := acme.SetStickerRule(ctx, acme.User("bob").ID, tenants.StickerRule{Which: tenants.PacksNone}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("by a member: %v", err)
		}
		for _, set := range []tenants.StickerRule{{Which: tenants.PacksSome, Packs: []string{"front-room"}}, {Which: tenants.PacksNone}, {Which: tenants.PacksAll}} {
			if err := acme.SetStickerRule(ctx, ann, set); err != nil {
				t.Fatal(err)
			}
			rule, err := acme.StickerRule(ctx)
			if err != nil || rule.String() != set.String() || rule.Allows("front-room") != (set.Which != tenants.PacksNone) || rule.Allows("paper-zoo") != (set.Which == tenants.PacksAll) {
				t.Errorf("set %v, and it is %v, %v", set, rule, err)
			}
		}
	})
}

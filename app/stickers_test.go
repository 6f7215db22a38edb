package app_test

import (
	"testing"

	"parley/billing/stickers"
	"parley/views"
)

// Every sticker is described and every pack named, in every language.
func TestStickersAreDescribed(t *testing.T) {
	packs, err := stickers.Packs()
	must(t, err)
	catalogue, err := views.NewCatalogue()
	must(t, err)
	for _, language := range catalogue.Languages() {
		texts, described := catalogue.For(language), map[string]string{}
		for _, pack := range packs {
			for _, key := range append(keysOf(pack), pack.Key()) {
				text := texts.T(key)
				if !texts.Has(key) || described[text] != "" {
					t.Errorf("%s: %s is described as %q, as is %q", language, key, text, described[text])
				}
				described[text] = key
			}
		}
		if n := len(texts.Under("sticker.")); n != len(described) {
			t.Errorf("%s: %d descriptions for %d stickers and packs", language, n, len(described))
		}
	}
}

func keysOf(pack stickers.Pack) (keys []string) {
	for _, s := range pack.Stickers {
		keys = append(keys, s.Key())
	}
	return keys
}

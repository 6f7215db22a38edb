package emoji_test

import (
	"strings"
	"testing"

	"parley/static/emoji"
)

func TestEveryEmojiHasANameInEveryLanguage(t *testing.T) {
	list, err := emoji.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ given, symbol, en, de string }{
		{"🎉", "🎉", "party popper", "Konfettibombe"},
		{"❤", "❤️", "red heart", "rotes Herz"},
		{"❤️", "❤️", "red heart", "rotes Herz"},
		{"👍\uFE0F", "👍", "thumbs up", "Daumen hoch"},
		{"🧑‍🚀", "🧑‍🚀", "astronaut", "Astronaut(in)"},
		{"🇩🇪", "🇩🇪", "flag: Germany", "Flagge: Deutschland"},
	} {
		symbol, ok := list.Find(c.given)
		if !ok || symbol != c.symbol {
			t.Errorf("%q is found as %q, %v", c.given, symbol, ok)
		}
		for language, name := range map[string]string{"en": c.en, "de": c.de, "xx": c.en} {
			if got := list.Name(language, symbol); got != name {
				t.Errorf("%s in %s is %q, not %q", symbol, language, got, name)
			}
		}
	}
}

func TestNothingElseIsAnEmoji(t *testing.T) {
	list, err := emoji.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "a", "=smileys", "🎉🎉", "🎉 ", "<b>", "\uFE0F", "👋🏽", "party popper", "🎉\t", strings.Repeat("🎉", 1000)} {
		if found, ok := list.Find(wrong); ok {
			t.Errorf("%q is taken for %q", wrong, found)
		}
	}
}

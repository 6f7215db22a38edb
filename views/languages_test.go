package views

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// translated are the languages beside English in which no message may be missing.
var translated = []string{"de"}

// messagesOf are the messages of a language by their ids.
func messagesOf(t *testing.T, language string) map[string]*i18n.Message {
	t.Helper()
	files, err := fs.Glob(locales, "locales/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*i18n.Message{}
	for _, name := range files {
		if base := filepath.Base(name); base != language+".toml" && !strings.HasSuffix(base, "."+language+".toml") {
			continue
		}
		raw, err := fs.ReadFile(locales, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := i18n.ParseMessageFileBytes(raw, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, m := range file.Messages {
			if out[m.ID] != nil {
				t.Errorf("%s: %s is there twice", name, m.ID)
			}
			out[m.ID] = m
		}
	}
	return out
}

var hole = regexp.MustCompile(`\{\{\.\w+\}\}|\{\w+\}`)

// holesOf are the holes of a message, each once.
func holesOf(m *i18n.Message) []string {
	found := hole.FindAllString(m.One+m.Other, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// TestEveryMessageIsThereInEveryLanguage holds ids, plural forms and holes.
func TestEveryMessageIsThereInEveryLanguage(t *testing.T) {
	english := messagesOf(t, "en")
	if len(english) < 300 {
		t.Fatalf("only %d English messages were read", len(english))
	}
	for _, language := range translated {
		theirs := messagesOf(t, language)
		for _, id := range slices.Sorted(maps.Keys(english)) {
			ours, own := english[id], theirs[id]
			switch {
			case own == nil:
				t.Errorf("%s has no message %s: %q", language, id, ours.Other)
			case (ours.One == "") != (own.One == "") || own.Other == "":
				t.Errorf("%s: %s needs the same forms as in English", language, id)
			case !slices.Equal(holesOf(ours), holesOf(own)):
				t.Errorf("%s: %s has the holes %v, in English %v", language, id, holesOf(own), holesOf(ours))
			}
		}
		for id := range theirs {
			if english[id] == nil {
				t.Errorf("%s has the message %s, which English has not", language, id)
			}
		}
	}
}

var (
	comment   = regexp.MustCompile(`(?m)//.*$`)
	expressed = regexp.MustCompile(`\{[^{}\n]*\}`)
	literal   = regexp.MustCompile(`>([^<>{}]*\pL{2,}[^<>{}]*)</`)
	attribute = regexp.MustCompile(`\b(?:aria-label|title|placeholder|alt)="([^"]*\pL[^"]*)"`)
	code      = regexp.MustCompile(`^(?:if|for|switch|case|default|else|templ|func|package|import|return)\b|^[})@]`)
	spoken    = regexp.MustCompile("[\"'`]\\p{Lu}\\p{Ll}+ [^\"'`\\n]*[\"'`]")
)

// TestPagesSayNothingPastTheCatalogue finds text that stands in a page or in the client's code instead.
func TestPagesSayNothingPastTheCatalogue(t *testing.T) {
	pages, err := filepath.Glob("*.templ")
	if err != nil || len(pages) < 10 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, name := range pages {
		if name == "components.templ" { // the demo's show of components, for who builds pages
			continue
		}
		for _, text := range literals(read(t, name)) {
			t.Errorf("%s says %q: take it from the catalogue", name, text)
		}
	}
	err = filepath.WalkDir("../static/src", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".ts" || strings.HasSuffix(path, ".test.ts") {
			return err
		}
		for _, line := range strings.Split(read(t, path), "\n") {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "*") || strings.HasPrefix(line, "/*") || strings.HasPrefix(line, "//") || strings.Contains(line, "Error(") || strings.Contains(line, "console.") {
				continue
			}
			if text := spoken.FindString(line); text != "" {
				t.Errorf("%s says %s: take it from the catalogue", path, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := literals("<p>Hello there</p><b title=\"No way\">{ p.T(\"x\") }</b>"); len(found) != 2 {
		t.Errorf("two texts in a page are found as %q", found)
	}
}

// literals are the texts that a template says by itself.
func literals(source string) (out []string) {
	source = expressed.ReplaceAllString(comment.ReplaceAllString(source, ""), "")
	for _, m := range literal.FindAllStringSubmatch(source, -1) {
		for line := range strings.SplitSeq(m[1], "\n") {
			if line = strings.TrimSpace(line); line != "" && !code.MatchString(line) {
				out = append(out, line)
			}
		}
	}
	for _, m := range attribute.FindAllStringSubmatch(source, -1) {
		out = append(out, m[1])
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestNumbersAndMoneyFollowTheLanguage compares what both write.
func TestNumbersAndMoneyFollowTheLanguage(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string][]string{
		"en": {"1,234,567", "$12.99", "€8", "-$1,299", "2 hours"},
		"de": {"1.234.567", "12,99\u00a0$", "8\u00a0€", "-1.299\u00a0$", "2 Stunden"},
	} {
		texts := catalogue.For(language)
		got := []string{texts.Number(1234567), texts.Money(1299, "usd"), texts.Money(800, "eur"), texts.Money(-129900, "usd"), texts.Length(2 * 3600e9)}
		if !slices.Equal(got, want) {
			t.Errorf("%s writes %q, want %q", language, got, want)
		}
	}
}

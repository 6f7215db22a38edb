package emoji

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.tsv
var lists embed.FS

// fallback has names for languages without a list.
const fallback = "en"

// variant asks for a picture where a sign can be drawn as text too. People's keyboards put it or leave it out.
const variant = "\uFE0F"

// List is Unicode's emoji with their names.
type List struct {
	names  map[string]map[string]string // language, emoji without variants, name
	symbol map[string]string            // the emoji as Unicode writes it, by itself without variants
}

// Load reads the lists, one a language.
func Load() (*List, error) {
	files, err := lists.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("look for the names of emoji: %w", err)
	}
	out := &List{names: map[string]map[string]string{}, symbol: map[string]string{}}
	for _, file := range files {
		raw, err := lists.ReadFile(file.Name())
		if err != nil {
			return nil, fmt.Errorf("read the names of emoji: %w", err)
		}
		out.read(strings.TrimSuffix(file.Name(), ".tsv"), string(raw))
	}
	return out, nil
}

func (l *List) read(language, raw string) {
	names := map[string]string{}
	for line := range strings.Lines(raw) {
		symbol, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			continue // the head of a group
		}
		plain := strings.ReplaceAll(symbol, variant, "")
		names[plain], _, _ = strings.Cut(rest, "\t")
		l.symbol[plain] = symbol
	}
	l.names[language] = names
}

// Find gives an emoji as Unicode writes it. It is false for everything else, also for two of them, and for one with a tone of skin.
func (l *List) Find(symbol string) (string, bool) {
	found, ok := l.symbol[strings.ReplaceAll(symbol, variant, "")]
	return found, ok
}

// Name says what an emoji shows, in a language; in English where that language has no list.
func (l *List) Name(language, symbol string) string {
	names, ok := l.names[language]
	if !ok {
		names = l.names[fallback]
	}
	return names[strings.ReplaceAll(symbol, variant, "")]
}

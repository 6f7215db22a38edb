package views

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
)

//go:embed locales/*.toml
var locales embed.FS

// Catalogue holds the messages of every language. It is safe to share once made.
type Catalogue struct {
	bundle  *i18n.Bundle
	ids     []string // of the default language, in no order
	matcher language.Matcher
	texts   []*Texts // by the matcher's index: made once, since a page asks for hundreds of messages
}

// NewCatalogue reads the embedded message files. Files of one language are named <part>.<language>.toml or <language>.toml.
func NewCatalogue() (*Catalogue, error) {
	c := &Catalogue{bundle: i18n.NewBundle(language.English)}
	c.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	files, err := fs.Glob(locales, "locales/*.toml")
	if err != nil {
		return nil, fmt.Errorf("list message files: %w", err)
	}
	for _, name := range files {
		file, err := c.bundle.LoadMessageFileFS(locales, name)
		if err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		if file.Tag != language.English {
			continue
		}
		for _, m := range file.Messages {
			c.ids = append(c.ids, m.ID)
		}
	}
	c.matcher = language.NewMatcher(c.bundle.LanguageTags())
	for _, tag := range c.bundle.LanguageTags() {
		c.texts = append(c.texts, c.in(tag))
	}
	return c, nil
}

// in reads a language's messages that have no holes and no forms: most of a page is made of them, and go-i18n matches languages anew for
// each message that it is asked for.
func (c *Catalogue) in(tag language.Tag) *Texts {
	t := &Texts{
		localizer: i18n.NewLocalizer(c.bundle, tag.String(), language.English.String()), ids: c.ids, lang: tag.String(), all: c.Languages(),
		printer: message.NewPrinter(tag), plain: make(map[string]string, len(c.ids)),
	}
	for _, id := range c.ids {
		if text := t.localize(&i18n.LocalizeConfig{MessageID: id}); !strings.Contains(text, "<no value>") {
			t.plain[id] = text
		}
	}
	return t
}

// Languages are those that there are messages in, as BCP 47 tags, English first.
func (c *Catalogue) Languages() []string {
	var out []string
	for _, tag := range c.bundle.LanguageTags() {
		out = append(out, tag.String())
	}
	return slices.Compact(out)
}

// IDs lists the ids of all messages.
func (c *Catalogue) IDs() []string { return append([]string(nil), c.ids...) }

// For gives the words in the first of the wanted languages that there is; wanted are values of Accept-Language or tags.
func (c *Catalogue) For(wanted ...string) *Texts {
	tags := append(slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return w == "" }), language.English.String())
	_, at := language.MatchStrings(c.matcher, tags...)
	return c.texts[at]
}

// Texts are the words in one reader's language; many requests share them. A nil Texts answers with the ids themselves.
type Texts struct {
	localizer *i18n.Localizer
	ids       []string
	lang      string
	all       []string // languages to choose from
	printer   *message.Printer
	plain     map[string]string // messages without holes, by id
}

// Lang is the BCP 47 tag for the page's lang attribute.
func (t *Texts) Lang() string {
	if t == nil || t.lang == "" {
		return "en"
	}
	return t.lang
}

// Language is one that the reader may choose.
type Language struct {
	Tag    string // BCP 47
	Name   string // in itself
	Chosen bool
}

// Languages are those that the reader may choose from.
func (t *Texts) Languages() (out []Language) {
	if t == nil {
		return nil
	}
	for _, tag := range t.all {
		out = append(out, Language{Tag: tag, Name: display.Self.Name(language.Make(tag)), Chosen: tag == t.lang})
	}
	return out
}

// T is the message with the id, its holes filled from pairs of name and value.
func (t *Texts) T(id string, pairs ...any) string {
	if t != nil {
		if text, ok := t.plain[id]; ok {
			return text
		}
	}
	return t.localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: t.holes(pairs)})
}

// N is the message with the id in the form for that count, which fills the hole Count.
func (t *Texts) N(id string, count int, pairs ...any) string {
	data := t.holes(pairs)
	data["Count"] = t.Number(int64(count))
	return t.localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: count, TemplateData: data})
}

// Has reports whether there is a message with that id.
func (t *Texts) Has(id string) bool {
	if t != nil && t.plain[id] != "" {
		return true
	}
	return t != nil && t.localizer != nil && t.localize(&i18n.LocalizeConfig{MessageID: id}) != id
}

// Under gives all messages whose ids start with the prefix, by their whole id; holes stay as they are written.
func (t *Texts) Under(prefix string) map[string]string {
	out := map[string]string{}
	if t == nil {
		return out
	}
	for _, id := range t.ids {
		if strings.HasPrefix(id, prefix) {
			out[id] = t.T(id)
		}
	}
	return out
}

func (t *Texts) localize(config *i18n.LocalizeConfig) string {
	if t == nil || t.localizer == nil {
		return config.MessageID
	}
	text, err := t.localizer.Localize(config)
	if err != nil && text == "" {
		return config.MessageID
	}
	return text
}

// holes are the values for a message's holes by name; whole numbers are written as the language does.
func (t *Texts) holes(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		value := pairs[i+1]
		if n, ok := value.(int); ok {
			value = t.Number(int64(n))
		}
		data[fmt.Sprint(pairs[i])] = value
	}
	return data
}

package views

import (
	"context"
	"fmt"
	"strings"
)

// Letter is a mail that asks a person to press one button, or tells them something. Kind names its messages: letter.<kind>.subject, title,
// text, go (the button's word; only with a Link) and ignore.
type Letter struct {
	Texts *Texts
	Kind  string
	Name  string // of the person, for the greeting
	Link  string // what the button opens; empty for none
	Pairs []any  // further holes of the messages, as pairs of name and value
}

func (l Letter) say(part string) string {
	return l.Texts.T("letter."+l.Kind+"."+part, append([]any{"Name", l.Name}, l.Pairs...)...)
}

// Mail renders the letter as text and HTML.
func (l Letter) Mail(ctx context.Context) (Mail, error) {
	var html strings.Builder
	if err := letterHTML(l).Render(ctx, &html); err != nil {
		return Mail{}, fmt.Errorf("render a %s mail: %w", l.Kind, err)
	}
	parts := []string{l.Texts.T("letter.hello", "Name", l.Name), l.say("text")}
	if l.Link != "" {
		parts = append(parts, l.Link)
	}
	parts = append(parts, l.say("ignore"), l.Texts.T("brand"))
	return Mail{Subject: l.say("subject"), Text: strings.Join(parts, "\n\n") + "\n", HTML: html.String()}, nil
}

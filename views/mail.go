package views

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// ConfirmMail is the mail that asks a person to confirm their address.
func ConfirmMail(ctx context.Context, m ConfirmMailModel) (Mail, error) {
	t := m.Texts
	var html strings.Builder
	if err := confirmHTML(m, t).Render(ctx, &html); err != nil {
		return Mail{}, fmt.Errorf("render confirmation mail: %w", err)
	}
	text := strings.Join([]string{
		t.T("mail.confirm_hello", "Name", m.Name),
		t.T("mail.confirm_text"),
		m.Link,
		t.T("mail.confirm_ignore"),
		t.T("brand"),
	}, "\n\n") + "\n"
	return Mail{Subject: t.T("mail.confirm_subject"), Text: text, HTML: html.String()}, nil
}

// linked writes plain text with its addresses as links.
func linked(text string) templ.Component {
	address := regexp.MustCompile(`https?://[^\s<>"]+`)
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var out strings.Builder
		at := 0
		for _, span := range address.FindAllStringIndex(text, -1) {
			link := templ.EscapeString(text[span[0]:span[1]])
			out.WriteString(templ.EscapeString(text[at:span[0]]))
			out.WriteString(`<a href="` + link + `">` + link + `</a>`)
			at = span[1]
		}
		out.WriteString(templ.EscapeString(text[at:]))
		_, err := io.WriteString(w, out.String())
		return err
	})
}

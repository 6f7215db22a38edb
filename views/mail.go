package views

import (
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

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

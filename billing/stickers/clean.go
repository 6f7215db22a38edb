package stickers

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// The bounds of a drawing.
const (
	MaxBytes = 4096 // before and after
	MaxNodes = 160  // elements
	maxDepth = 6    // elements inside of each other
)

// ErrDrawing is the fault of every drawing that is refused; what wraps it says why.
var ErrDrawing = errors.New("not a drawing that is allowed here")

const svgSpace = "http://www.w3.org/2000/svg" // SVG 2, section 1.3

// Clean reads a drawing and writes it anew, of nothing but shapes, colours and
// places. Everything else is refused with [ErrDrawing]: elements and attributes
// that are not on the list, values that are not numbers, colours or path data,
// names from other namespaces, entities, comments, instructions, text. It is a list
// of what is allowed, since no list of what is dangerous is ever complete: no
// script, no style, no event, no reference to anything, inside or outside, is on it.
//
// What comes out is the same for the same drawing, and Clean leaves it as it is.
func Clean(raw []byte) ([]byte, error) {
	if len(raw) > MaxBytes {
		return nil, refuse("%d bytes, at most %d are allowed", len(raw), MaxBytes)
	}
	if !utf8.Valid(raw) {
		return nil, refuse("it is not UTF-8")
	}
	c := cleaner{in: xml.NewDecoder(bytes.NewReader(raw))}
	c.in.Entity = map[string]string{} // none but the five of XML
	for {
		token, err := c.in.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refuse("it is not XML: %v", err)
		}
		if err := c.token(token); err != nil {
			return nil, err
		}
	}
	if c.nodes == 0 || len(c.open) > 0 {
		return nil, refuse("it ends too early")
	}
	c.out.WriteByte('\n')
	if c.out.Len() > MaxBytes {
		return nil, refuse("%d bytes when written out", c.out.Len())
	}
	return c.out.Bytes(), nil
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDrawing, fmt.Sprintf(format, args...))
}

// cleaner is a drawing that is read and written at the same time. The decoder gives
// raw tokens, prefixes and all: nothing is resolved that could hide something.
type cleaner struct {
	in    *xml.Decoder
	out   bytes.Buffer
	open  []string // elements that are open, outermost first
	bare  bool     // the innermost has a start that is not written to its end yet
	nodes int
}

func (c *cleaner) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		return c.end(t)
	case xml.CharData:
		if len(bytes.Trim(t, " \t\r\n")) > 0 {
			return refuse("text has no place in it")
		}
		return nil
	case xml.Comment:
		return refuse("comments have no place in it")
	default: // instructions, <?xml too, and directives, DOCTYPE with its entities
		return refuse("declarations and instructions have no place in it")
	}
}

func (c *cleaner) start(t xml.StartElement) error {
	name := t.Name.Local
	switch {
	case t.Name.Space != "":
		return refuse("the element %.40q has a prefix", t.Name.Space+":"+name)
	case (name == "svg") != (c.nodes == 0):
		return refuse("svg is the outermost element, and only that")
	case c.nodes > 0 && len(c.open) == 0:
		return refuse("something stands after it")
	case len(c.open) > 0 && c.open[len(c.open)-1] != "svg" && c.open[len(c.open)-1] != "g":
		return refuse("something stands inside of a shape")
	}
	own, known := elements[name]
	if !known {
		return refuse("the element %.40q is not allowed", name)
	}
	if c.nodes++; c.nodes > MaxNodes || len(c.open) >= maxDepth {
		return refuse("more than %d elements, or more than %d inside of each other", MaxNodes, maxDepth)
	}
	c.close()
	c.out.WriteString("<" + name)
	if err := c.attributes(t.Attr, own, name); err != nil {
		return err
	}
	c.open, c.bare = append(c.open, name), true
	return nil
}

func (c *cleaner) attributes(all []xml.Attr, own []string, element string) error {
	seen := map[string]bool{}
	for _, a := range all {
		name := a.Name.Local
		if a.Name.Space != "" {
			return refuse("the attribute %.40q has a prefix", a.Name.Space+":"+name)
		}
		if seen[name] {
			return refuse("%s has %s twice", element, name)
		}
		seen[name] = true
		if element == "svg" && name == "xmlns" {
			if a.Value != svgSpace {
				return refuse("the namespace is not that of SVG")
			}
		} else {
			grammar, known := values[name]
			if !known || !slices.Contains(own, name) && !slices.Contains(everywhere(element), name) {
				return refuse("%s has the attribute %.40q, which is not allowed", element, name)
			}
			if !grammar.MatchString(a.Value) {
				return refuse("%s has %s=%.40q", element, name, a.Value)
			}
		}
		c.out.WriteString(" " + name + `="` + a.Value + `"`) // no grammar lets a quote, an ampersand or a bracket through
	}
	if element == "svg" && (!seen["xmlns"] || !seen["viewBox"]) {
		return refuse("svg needs xmlns and viewBox")
	}
	return nil
}

func (c *cleaner) end(t xml.EndElement) error {
	if len(c.open) == 0 || t.Name.Space != "" || t.Name.Local != c.open[len(c.open)-1] {
		return refuse("%.40q ends, which has not begun", t.Name.Local)
	}
	c.open = c.open[:len(c.open)-1]
	if c.bare {
		c.out.WriteString("/>")
		c.bare = false
		return nil
	}
	c.out.WriteString("</" + t.Name.Local + ">")
	return nil
}

// close ends the start of the element that is open, since something follows in it.
func (c *cleaner) close() {
	if c.bare {
		c.out.WriteByte('>')
		c.bare = false
	}
}

package stickers

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// drawing puts something into a drawing that is allowed.
func drawing(inside string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160">` + inside + `</svg>`
}

func TestWhatADrawingMayBe(t *testing.T) {
	for in, want := range map[string]string{
		drawing(`<path d="M1 2L3.5 -4z" fill="#fff"/>`):                                         "",
		drawing(`<g fill="none" stroke="#14241d" stroke-width="3"><circle r="4"></circle></g>`): drawing(`<g fill="none" stroke="#14241d" stroke-width="3"><circle r="4"/></g>`),
		"\n" + drawing("\n  <rect x='1' width='5'\n height = \"6\" />\n"):                       drawing(`<rect x="1" width="5" height="6"/>`),
		drawing(`<ellipse transform="rotate(-24 58 44)" rx="2"/>`):                              "",
		drawing(`<circle r="&#52;"/>`):                                                          drawing(`<circle r="4"/>`),
	} {
		if want == "" {
			want = in
		}
		got, err := Clean([]byte(in))
		if err != nil || string(got) != want+"\n" {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
}

// attacks are ways in that have worked somewhere.
func attacks() []string {
	out := []string{
		"", " ", "<svg/>", "<html/>", "no", "\x00", "\xff\xfe<svg/>", "\ufeff" + drawing(""), `<svg viewBox="0 0 1 1"/>`,
		`<?xml version="1.0"?>` + drawing(""), `<!DOCTYPE svg>` + drawing(""), drawing("<!-- -->"), drawing("<![CDATA[x]]>"), drawing("x"),
		`<!DOCTYPE svg [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + drawing("&b;"),
		`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + drawing("&x;"),
		`<?xml-stylesheet href="https://evil.example/x.css"?>` + drawing(""),
		drawing("") + drawing(""), drawing(drawing("")), drawing("<g>"), drawing("</g>"), drawing("<circle><circle/></circle>"), drawing("") + "<g/>", drawing("") + "x",
		`<svg xmlns="http://www.w3.org/1999/xhtml" viewBox="0 0 1 1"/>`, `<x:svg xmlns:x="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>`,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" onload="alert(1)"/>`,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" viewBox="0 0 1 1"/>`,
		`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 1 1"/>`,
		drawing(strings.Repeat("<g>", 9) + strings.Repeat("</g>", 9)), drawing(strings.Repeat("<g/>", MaxNodes)), drawing(strings.Repeat(" ", MaxBytes)),
		drawing(`<g xmlns="http://www.w3.org/1999/xhtml"/>`), drawing(`<x:script/>`), drawing(`<G/>`), drawing(`<SCRIPT/>`),
	}
	for _, element := range []string{
		"script", "style", "foreignObject", "image", "use", "a", "animate", "set", "animateTransform", "iframe", "audio", "video", "handler", "listener", "filter", "feImage",
		"mask", "pattern", "linearGradient", "symbol", "defs", "text", "title", "metadata", "switch", "cursor", "view", "embed", "object",
	} {
		out = append(out, drawing("<"+element+"/>"))
	}
	for _, attribute := range []string{
		`onclick="alert(1)"`, `onload="x"`, `onbegin="x"`, `ONCLICK="x"`, `style="fill:red"`, `class="x"`, `id="x"`, `href="#x"`, `xlink:href="https://evil.example/"`, `xml:base="x"`,
		`fill="url(#x)"`, `fill="url(https://evil.example/x)"`, `fill="red"`, `fill="javascript:alert(1)"`, `fill="#fff;x"`, "fill=\"#fff\n\"", `fill="&#117;rl(#x)"`, `fill="var(--x)"`, `fill="&quot; onload=&quot;x"`,
		`filter="url(#x)"`, `mask="url(#x)"`, `clip-path="url(#x)"`, `cx="1e9"`, `cx="99999"`, `cx="1px"`, `cx="calc(1)"`, `cx=""`, `cx="1" cx="2"`, `cx=1`, `cx`,
		`transform="rotate(1)rotate(1)"`, `transform="url(x)"`, `r="&lt;"`, `tabindex="0"`, `requiredExtensions="x"`, `d="M0 0"`, `fill="#FFF"`, `fill="&nbsp;"`,
	} {
		out = append(out, drawing("<circle "+attribute+"/>"))
	}
	return append(out, drawing(`<path d="M0 0&#10;url(x)"/>`), drawing(`<path d="L0 0"/>`), drawing(`<path d=""/>`))
}

func TestADrawingIsNothingElse(t *testing.T) {
	for _, attack := range attacks() {
		if got, err := Clean([]byte(attack)); !errors.Is(err, ErrDrawing) {
			t.Errorf("%.120q came out as %q, %v", attack, got, err)
		}
	}
}

// What comes out is small, stays as it is, and has nothing in it that could do something.
func FuzzClean(f *testing.F) {
	for _, attack := range attacks() {
		f.Add([]byte(attack))
	}
	files, err := filepath.Glob("packs/*/*.svg")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files[:6] {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := Clean(raw)
		if err != nil {
			if !errors.Is(err, ErrDrawing) {
				t.Errorf("another fault: %v", err)
			}
			return
		}
		again, err := Clean(out)
		if err != nil || !bytes.Equal(again, out) || len(out) > MaxBytes {
			t.Errorf("%q is not left as it is: %q, %v", out, again, err)
		}
		low := strings.ToLower(string(out))
		for _, bad := range []string{"script", "href", "url(", "style", "&", "<!", "<?", "foreign", "data:", " on", "'", "\x00"} {
			if strings.Contains(low, bad) {
				t.Errorf("%q has %q in it", out, bad)
			}
		}
	})
}

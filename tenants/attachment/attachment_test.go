package attachment_test

import (
	"errors"
	"mime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"parley/tenants/attachment"
)

func TestNameIsText(t *testing.T) {
	for said, want := range map[string]string{
		"report.pdf":                        "report.pdf",
		`C:\Users\ann\secret plan.docx`:     "secret plan.docx",
		"../../etc/passwd":                  "passwd",
		"..":                                "file",
		"":                                  "file",
		"   ":                               "file",
		".bashrc":                           "bashrc",
		"a\r\nSet-Cookie: x=1.txt":          "a Set-Cookie_ x=1.txt",
		"photo\u202egnp.exe":                "photognp.exe",
		"\u2066x\u2069\u200b\ufeff.png":     "x.png",
		"nul\x00byte.txt":                   "nulbyte.txt",
		`quo"te;name*=.txt`:                 "quo_te;name_=.txt",
		"trailing. . ":                      "trailing",
		"U\u0308bersicht.xlsx":              "Übersicht.xlsx",
		"雪だるま.pdf":                          "雪だるま.pdf",
		"bad\xff\xfe.txt":                   "bad.txt",
		strings.Repeat("ä", 300) + ".tar":   strings.Repeat("ä", 98) + ".tar",
		strings.Repeat("x", 300):            strings.Repeat("x", 200),
		"a." + strings.Repeat("long", 100):  "a." + strings.Repeat("long", 50)[:198],
		"<img src=x onerror=alert(1)>.html": "_img src=x onerror=alert(1)_.html",
	} {
		if got := attachment.Name(said); got != want {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

func FuzzName(f *testing.F) {
	for _, seed := range []string{"a.txt", "\u202e/..\\x\x00", strings.Repeat("ä.", 200), "\"\r\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		name := attachment.Name(said)
		if name == "" || len(name) > attachment.NameMost || !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\r\n\"\x00") || name[0] == '.' {
			t.Errorf("%q becomes %q", said, name)
		}
		if again := attachment.Name(name); again != name {
			t.Errorf("%q becomes %q, and then %q", said, name, again)
		}
		header := attachment.Disposition(name)
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != name {
			t.Errorf("%q reads as %q %v, %v", header, kind, params, err)
		}
	})
}

func TestDispositionNamesTheFileForOldAndNew(t *testing.T) {
	const want = `attachment; filename="50_ __.pdf"; filename*=UTF-8''50%25%20%E2%82%AC%C3%A4.pdf`
	if got := attachment.Disposition("50% €ä.pdf"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTypeIsWhatTheContentSays(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"
	for _, c := range []struct{ name, content, want string }{
		{"a.png", png, "image/png"},
		{"a.txt", png, "image/png"},
		{"a.png", "just words", "text/plain"},
		{"a.pdf", "%PDF-1.7\n", "application/pdf"},
		{"a.png", "<!DOCTYPE html><script>alert(1)</script>", attachment.Unknown},
		{"a.txt", "<html><body>hi", attachment.Unknown},
		{"a.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, attachment.Unknown},
		{"a.xml", `<?xml version="1.0"?><x/>`, attachment.Unknown},
		{"a", "\x00\x01\x02\x03", attachment.Unknown},
		{"empty.txt", "", "text/plain"},
	} {
		got, err := attachment.Type(c.name, []byte(c.content))
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestProgramsAreRefused(t *testing.T) {
	for _, c := range []struct{ name, content string }{
		{"holiday.png", "MZ\x90\x00\x03\x00\x00\x00\x04\x00"},
		{"holiday.png", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00"},
		{"holiday.png", "\xcf\xfa\xed\xfe\x07\x00\x00\x01"},
		{"a.txt", "L\x00\x00\x00\x01\x14\x02\x00"},
		{"run.BAT", "echo hi"},
		{"invoice.pdf.js", "alert(1)"},
		{"x.hta", "<html>"},
	} {
		if kind, err := attachment.Type(c.name, []byte(c.content)); !errors.Is(err, attachment.ErrProgram) {
			t.Errorf("%s passes as %q, %v", c.name, kind, err)
		}
	}
}

// The patterns of the table, which the client has too, and what we are told of a
// file's type agree: what begins like one of our programs is one for both.
func TestTheTableOfProgramsIsTrue(t *testing.T) {
	for kind, content := range map[string]string{
		"application/vnd.microsoft.portable-executable": "MZ\x90\x00",
		"application/x-elf":                             "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00",
		"application/x-mach-binary":                     "\xca\xfe\xba\xbe\x00\x00\x00\x02",
		"application/x-java-applet":                     "\xca\xfe\xba\xbe\x00\x00\x00\x34",
		"application/x-ms-shortcut":                     "L\x00\x00\x00\x01\x14\x02\x00",
		"application/java-archive":                      "PK\x03\x04\x14" + strings.Repeat("\x00", 21) + "\x14\x00\x00\x00META-INF/MANIFEST.MF",
		"application/vnd.android.package-archive":       "PK\x03\x04\x14" + strings.Repeat("\x00", 21) + "\x13\x00\x00\x00AndroidManifest.xml",
		"application/x-chrome-extension":                "Cr24\x02" + strings.Repeat("\x00", 11) + "PK\x03\x04",
		"application/vnd.debian.binary-package":         "!<arch>\ndebian-binary   ",
		"application/x-rpm":                             "\xed\xab\xee\xdb\x03\x00",
		"application/vnd.ms-htmlhelp":                   "ITSF\x03\x00\x00\x00\x60\x00\x00\x00",
		"application/x-shockwave-flash":                 "CWS\x0a",
	} {
		found := mimetype.Detect([]byte(content))
		for found != nil && !found.Is(kind) {
			found = found.Parent()
		}
		if found == nil {
			t.Errorf("%s is taken for %s", kind, mimetype.Detect([]byte(content)))
		}
		if _, err := attachment.Type("holiday.png", []byte(content)); !errors.Is(err, attachment.ErrProgram) {
			t.Errorf("%s passes: %v", kind, err)
		}
		if !attachment.BeginsAsProgram([]byte(content)) {
			t.Errorf("%s is not in the table", kind)
		}
	}
}

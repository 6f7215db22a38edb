package tenants

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How long things that people type may be, in characters.
const (
	nameMax      = 80
	emailMax     = 254 // RFC 5321, 4.5.3.1
	identityMax  = 128 // bytes
	mediaNameMax = 128 // bytes
)

// storable reports whether both databases can keep a text as it is: PostgreSQL
// takes UTF-8 without zero bytes. What is not storable names nothing of ours.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// cleanName tidies what a person typed as a name: one line, single spaces, one
// spelling per letter, nothing invisible that would let one name pass for
// another.
func cleanName(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200d': // joins emoji
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// checkName tidies a name and tells which fault it has, if any.
func checkName(s, field, empty, long string) (string, *Error) {
	s = cleanName(s)
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "", invalid(field, empty)
	case n > nameMax:
		return "", invalid(field, long)
	}
	return s, nil
}

// checkEmail accepts a bare address and gives it in lower case: two spellings of
// one address are one person.
func checkEmail(s string) (string, *Error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || a.Name != "" || len(s) > emailMax {
		return "", invalid("email", KeyEmailInvalid)
	}
	local, domain, _ := strings.Cut(s, "@")
	if local == "" || strings.ContainsAny(s, " \"\\") || strings.Count(s, "@") != 1 || !plainDomain(domain) {
		return "", invalid("email", KeyEmailInvalid)
	}
	return s, nil
}

func plainDomain(d string) bool {
	if d == "" || strings.HasPrefix(d, "[") {
		return false
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}

// slugOf spells a name for an address: letters and digits of ASCII, dashes
// between. A name with none of them is "team".
func slugOf(name string) string {
	var b strings.Builder
	dash := false
	for _, r := range norm.NFKD.String(strings.ToLower(strings.ReplaceAll(name, "ß", "ss"))) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the dots of ö
		default:
			dash = true
		}
		if b.Len() >= 40 {
			break
		}
	}
	if b.Len() == 0 {
		return "team"
	}
	return b.String()
}

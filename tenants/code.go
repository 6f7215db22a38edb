package tenants

import (
	"crypto/rand"
	"strings"
)

// alphabet is Crockford's base32 in lower case: no i, l, o or u, so that nothing
// looks like anything else of it.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// codeSymbols carry five bits each: sixty altogether.
const codeSymbols = 12

// newCode makes an unguessable meeting code, "k7dm-9q2x-h4tw".
func newCode() string { return spell(randomSymbols(codeSymbols)) }

// randomSymbols draws n symbols of the alphabet, each equally likely: 256 is a
// multiple of 32.
func randomSymbols(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}

// ParseCode reads a meeting code as people write it: in any case, with spaces,
// without dashes, with an o for 0 or an l for 1, or as the whole link. It gives
// the code's one spelling.
func ParseCode(text string) (string, error) {
	symbols := make([]byte, 0, codeSymbols)
	for _, r := range codePart(text) {
		switch {
		case r == '-' || r == ' ' || r == '\t' || r == '\u00a0' || r == '\n' || r == '\r' || r == '–' || r == '‑':
			continue
		case r > 'z' || len(symbols) == codeSymbols:
			return "", invalid("code", KeyCodeInvalid)
		}
		s, ok := symbolOf(byte(r))
		if !ok {
			return "", invalid("code", KeyCodeInvalid)
		}
		symbols = append(symbols, s)
	}
	if len(symbols) != codeSymbols {
		return "", invalid("code", KeyCodeInvalid)
	}
	return spell(string(symbols)), nil
}

// codePart picks the code out of a link: what stands after /m/, up to the next
// slash, question mark or hash.
func codePart(text string) string {
	if len(text) > 2048 {
		return ""
	}
	if i := strings.LastIndex(text, "/m/"); i >= 0 {
		text = text[i+len("/m/"):]
	}
	if i := strings.IndexAny(text, "/?#"); i >= 0 {
		text = text[:i]
	}
	return text
}

func symbolOf(c byte) (byte, bool) {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	switch c {
	case 'i', 'l':
		c = '1'
	case 'o':
		c = '0'
	}
	return c, strings.IndexByte(alphabet, c) >= 0
}

func spell(symbols string) string {
	return symbols[0:4] + "-" + symbols[4:8] + "-" + symbols[8:12]
}

package attachment

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NameMost is how many bytes a name has at most: what every file system takes,
// with room for the " (1)" of a browser that has the file already.
const NameMost = 200

// reserved can mean something to a file system, a shell or a header.
const reserved = `<>:"/\|?*`

// Name is what a file is called: the last part of what the sender said, on one
// line, without anything that cannot be seen or that turns the direction of
// reading ("gnp.exe" would be read as "exe.png"). Nothing that is left is "file".
func Name(said string) string {
	said = norm.NFC.String(strings.ToValidUTF8(said, ""))
	if at := strings.LastIndexAny(said, `/\`); at >= 0 {
		said = said[at+1:]
	}
	said = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(reserved, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r): // controls, marks of direction, what has no width
			return -1
		}
		return r
	}, said)
	said = strings.Trim(strings.Join(strings.Fields(said), " "), ". ") // a dot in front hides, one at the end is lost on Windows
	if said == "" {
		return "file"
	}
	return short(said)
}

// short keeps the ending, by which people and computers know what it is.
func short(name string) string {
	if len(name) <= NameMost {
		return name
	}
	ending := path.Ext(name)
	if len(ending) > 20 {
		ending = ""
	}
	stem := name[:NameMost-len(ending)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, ". ") + ending
}

// Disposition is the header by which a browser saves a file and shows nothing of
// it: the name in ASCII for old ones, and as it is (RFC 6266, RFC 8187).
func Disposition(name string) string {
	var plain, full strings.Builder
	for _, b := range []byte(name) {
		if strings.IndexByte(attrChars, b) >= 0 {
			full.WriteByte(b)
			continue
		}
		full.WriteByte('%')
		full.WriteByte(hex[b>>4])
		full.WriteByte(hex[b&15])
	}
	for _, r := range name {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			r = '_'
		}
		plain.WriteRune(r)
	}
	return `attachment; filename="` + plain.String() + `"; filename*=UTF-8''` + full.String()
}

const hex = "0123456789ABCDEF"

// attrChars need no escape in an extended parameter (RFC 8187, 3.2.1).
const attrChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~"

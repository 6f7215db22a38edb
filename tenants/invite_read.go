package tenants

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/mail"
	"strings"
	"unicode/utf8"
)

// InviteBytesMax is how long a list of people may be.
const InviteBytesMax = 256 << 10

// ReadAddresses reads addresses as people paste them: one a line, or with commas,
// semicolons or blanks between, with or without names, as mail programs write
// them. What is no address stays in the list, to be shown as wrong.
func ReadAddresses(text string) ([]InviteInput, error) {
	if len(text) > InviteBytesMax {
		return nil, &Error{Code: CodeInvalid, Field: "addresses", Key: KeyInvitesMany}
	}
	var out []InviteInput
	n := 0
	for line := range strings.Lines(strings.ToValidUTF8(text, "")) {
		n++
		for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
			for _, p := range addressesIn(strings.Trim(part, " \t,")) {
				p.Line = n
				out = append(out, p)
			}
		}
	}
	if len(out) > InvitesMax {
		return nil, &Error{Code: CodeInvalid, Field: "addresses", Key: KeyInvitesMany}
	}
	return out, nil
}

// addressesIn reads what stands on one line.
func addressesIn(line string) (out []InviteInput) {
	if line == "" {
		return nil
	}
	if list, err := mail.ParseAddressList(line); err == nil {
		for _, a := range list {
			out = append(out, InviteInput{Email: a.Address, Name: a.Name})
		}
		return out
	}
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		out = append(out, InviteInput{Email: strings.Trim(word, `<>"'`)})
	}
	return out
}

// columns of a table of people: where each stands; -1 for a column that is not
// there.
type columns struct{ email, name, role int }

// ReadPeopleCSV reads a table of people: a line of names for the columns (email,
// name, role, in any order), or none and the columns in this order; separated by
// commas, semicolons or tabs, as spreadsheets write them.
func ReadPeopleCSV(raw []byte) ([]InviteInput, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if len(raw) > InviteBytesMax {
		return nil, &Error{Code: CodeInvalid, Field: "file", Key: KeyInvitesMany}
	}
	if !utf8.Valid(raw) {
		return nil, invalid("file", KeyCSVText)
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = separator(raw), -1, true, true
	line, err := r.Read()
	if err != nil {
		return nil, invalid("file", KeyCSVText)
	}
	at, headed := readHead(line)
	if at.email < 0 {
		return nil, invalid("file", KeyCSVColumns)
	}
	if headed {
		line, err = r.Read()
	}
	var out []InviteInput
	for ; err == nil; line, err = r.Read() {
		n, _ := r.FieldPos(0) // as a spreadsheet or an editor numbers them
		p := InviteInput{Email: cell(line, at.email), Name: cell(line, at.name), Role: readRole(cell(line, at.role)), Line: n}
		if p.Email != "" || p.Name != "" {
			out = append(out, p)
		}
	}
	if !errors.Is(err, io.EOF) {
		return nil, invalid("file", KeyCSVText)
	}
	if len(out) > InvitesMax {
		return nil, &Error{Code: CodeInvalid, Field: "file", Key: KeyInvitesMany}
	}
	return out, nil
}

// WritePeopleCSV writes a list so that [ReadPeopleCSV] reads it again.
func WritePeopleCSV(people []InviteInput) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"email", "name", "role"}) // a strings.Builder does not fail
	for _, p := range people {
		_ = w.Write([]string{p.Email, p.Name, string(p.Role)})
	}
	w.Flush()
	return b.String()
}

// separator is what stands between the columns of the first line.
func separator(raw []byte) rune {
	head, _, _ := bytes.Cut(bytes.TrimLeft(raw, "\r\n"), []byte("\n"))
	best := ','
	for _, r := range ";\t" {
		if bytes.Count(head, []byte(string(r))) > bytes.Count(head, []byte(string(best))) {
			best = r
		}
	}
	return best
}

// readHead reads the names of columns. A first line with an address in it has
// none.
func readHead(line []string) (at columns, headed bool) {
	at = columns{-1, -1, -1}
	for i, word := range line {
		if strings.Contains(word, "@") {
			return columns{0, 1, 2}, false
		}
		switch strings.ToLower(strings.TrimSpace(word)) {
		case "email", "e-mail", "mail", "address", "e-mail address", "email address", "e-mail-adresse", "adresse":
			at.email = i
		case "name", "full name", "display name":
			at.name = i
		case "role", "rolle":
			at.role = i
		}
	}
	return at, true
}

func readRole(s string) Role { return Role(strings.ToLower(s)) }

func cell(line []string, at int) string {
	if at < 0 || at >= len(line) {
		return ""
	}
	return strings.TrimSpace(line[at])
}

package isolation

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what an id names. One that is written like a column, "webhooks.id",
// needs nothing else in the test: its ids are read from the database.
type Kind string

// The kinds of ids. Who makes a [Target] gives at least one id of each kind that
// [Rules] use, but for [Secret] and [Text], which are made up for each request.
const (
	Organization Kind = "organization" // its name in addresses
	Room         Kind = "room"         // id
	Code         Kind = "code"         // of a room that strangers are invited to
	Member       Kind = "member"       // a person's id
	Secret       Kind = "secret"       // a token that only its addressee has
	Text         Kind = "text"         // names nothing of anybody's
)

// Duty is what a route owes to who does not belong to the organization.
type Duty int

// The duties.
const (
	// Hidden: to who is not in the organization its things do not exist. The
	// answer is the same as for an id that was made up.
	Hidden Duty = iota + 1
	// Open: everybody may ask, and gets nothing of an organization.
	Open
	// Invited: who knows the code is invited and sees what [Rule.Shows].
	Invited
	// Skipped: not asked, for the reason in [Rule.Why].
	Skipped
	// Closed: nobody who uses the service gets in, whatever they may do in their own
	// organization: the answer is never a success.
	Closed
)

// Rule says of an address what its parameters are and what it owes.
type Rule struct {
	Duty   Duty
	Params map[string]Kind // by the name after the colon
	Form   map[string]Kind // fields and query parameters that name something
	Rest   []string        // what the star at the end of the address stands for
	Only   []string        // verbs to try; none = all
	// Costly: the asker's own is left alone, for it would start work of minutes.
	Costly bool
	Shows  []string // columns, like "rooms.name", that an invited person may see
	Why    string
}

// Params names the parameters of an address.
type Params = map[string]Kind

func console(p Params) Rule { return hidden(with(p, "org", Organization)) }
func hidden(p Params) Rule  { return Rule{Duty: Hidden, Params: p} }
func open(p Params) Rule    { return Rule{Duty: Open, Params: p} }
func closed(p Params) Rule  { return Rule{Duty: Closed, Params: p} }
func skipped(why string) Rule {
	return Rule{Duty: Skipped, Why: why}
}

func (r Rule) costly() Rule { r.Costly = true; return r }

func (r Rule) showing(columns ...string) Rule {
	r.Shows = append(slices.Clone(r.Shows), columns...)
	return r
}

func (r Rule) naming(form Params) Rule { r.Form = form; return r }

// also adds what further parts of the address name.
func (r Rule) also(p Params) Rule {
	for name, kind := range p {
		r.Params = with(r.Params, name, kind)
	}
	return r
}

func with(p Params, name string, kind Kind) Params {
	out := Params{name: kind}
	for n, k := range p {
		out[n] = k
	}
	return out
}

// Route is a verb and an address as the web server knows it.
type Route struct{ Method, Path string }

// Check compares the server's routes with the rules. Each fault says what to do.
func Check(routes []Route, rules map[string]Rule) (faults []string) {
	known := map[string]bool{}
	for _, r := range routes {
		if known[r.Path] {
			continue
		}
		known[r.Path] = true
		rule, ok := rules[r.Path]
		if !ok {
			faults = append(faults, missing(r.Path))
			continue
		}
		if rule.Duty == Skipped {
			if rule.Why == "" {
				faults = append(faults, r.Path+" is skipped without a reason")
			}
			continue
		}
		for _, name := range params(r.Path) {
			if rule.Params[name] == "" {
				faults = append(faults, fmt.Sprintf("%s: its rule in app/isolation/routes.go does not say what :%s names", r.Path, name))
			}
		}
	}
	for path := range rules {
		if !known[path] {
			faults = append(faults, path+" is listed in app/isolation/routes.go and is no route of the server: take it out")
		}
	}
	slices.Sort(faults)
	return faults
}

// missing says how to list a route.
func missing(path string) string {
	var named []string
	for _, name := range params(path) {
		if name != "org" || !strings.HasPrefix(path, "/o/:org") {
			named = append(named, fmt.Sprintf("%q: %s", name, kindOf(name)))
		}
	}
	what := "nil"
	if len(named) > 0 {
		what = "Params{" + strings.Join(named, ", ") + "}"
	}
	duty := "open(" + what + ")    (or hidden, invited, skipped)"
	if strings.HasPrefix(path, "/o/:org") {
		duty = "console(" + what + ")"
	}
	return fmt.Sprintf("%s is not in the isolation test. Add to Rules in app/isolation/routes.go:\n\t\t%q: %s,\n"+
		"\tFields of its forms that name things go in .naming(Params{…}). For kinds see rules.go; a column does as well, like "+
		"\"webhooks.id\".", path, path, duty)
}

// kindOf guesses what a parameter of that name names.
func kindOf(name string) string {
	switch Kind(name) {
	case Organization, Room, Code, Member, Secret:
		return strings.ToUpper(name[:1]) + name[1:]
	}
	return fmt.Sprintf("%q", name+"s.id")
}

// params are the names after colons in an address.
func params(path string) (out []string) {
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			out = append(out, strings.TrimSuffix(name, "?"))
		}
	}
	return out
}

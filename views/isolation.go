package views

import (
	"strings"
	"time"
)

// IsolationModel is where admins test that nobody else sees anything of their organization.
type IsolationModel struct {
	Running     bool
	Done, Total int           // requests of the running test; Total is zero before it is known
	Fault       string        // message id of why no test was started; empty for none
	Wait        time.Duration // until the next one may start, with a fault that passes
	FailedAt    time.Time     // when the newest test broke off; zero when it did not
	Report      *IsolationReport
}

// IsolationReport is what a test tried and what came through.
type IsolationReport struct {
	At       time.Time
	Routes   int // addresses with their verbs
	Requests int
	Texts    int       // words that no answer may hold
	Askers   []Counted // who asked, and how often
	Things   []Counted // what was asked for
	Leaks    []string  // sentences of what came through
	More     int       // leaks that are not listed
}

// Counted is how many there are of something.
type Counted struct {
	Word  string // last part of a message id
	Count int
}

// ThingWord is the last part of the message about a kind of things that strangers ask for.
func ThingWord(kind string) string { return strings.TrimSuffix(kind, ".id") }

// labelled is a count with its word.
type labelled struct {
	label string
	count int
}

// worded puts counts into words; what nobody has put into words is left out.
func worded(p Page, prefix string, counts []Counted) (out []labelled) {
	for _, c := range counts {
		if p.Texts.Has(prefix + c.Word) {
			out = append(out, labelled{p.T(prefix + c.Word), c.Count})
		}
	}
	return out
}

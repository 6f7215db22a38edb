package isolation

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// Things are ids by what they name.
type Things map[Kind][]string

// Target is the organization that is asked about.
type Target struct {
	Things  Things
	Secrets map[string]string // texts that nobody else may see, with where they lie: "rooms.name"
}

// Walk is one run over all routes.
type Walk struct {
	Routes []Route
	Rules  map[string]Rule
	Target Target
	Askers []*Asker

	// Reading leaves out what could change something.
	Reading bool
	// Own also asks for pages of the asker's own organization that name nothing
	// of the target, with its ids in fields that no form has. They do what they
	// do: money is spent and mail is sent.
	Own bool

	Progress func(done, total int) // nil = nobody watches
}

// Report is what a walk tried and what came through.
type Report struct {
	Routes   int      // addresses with their verbs
	Requests int      // in all
	By       []int    // requests by asker, in their order
	Leaks    []string // sentences; none is what one hopes for
}

// question is one request that must not be answered with anything of the target.
type question struct {
	asker  *Asker
	rule   Rule
	method string
	path   string
	fields url.Values
	ids    []string // of the target, in the order of twin's
	twin   *twin
}

// twin is the same question about a thing that never was. Questions that differ
// only in the target's ids share one.
type twin struct {
	question
	asked func() (answer, error) // once
}

// Run asks everything.
func (w Walk) Run(ctx context.Context) (Report, error) {
	whole := ctx // the group's own ends with it
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	all, routes := w.questions(ctx)
	report := Report{Routes: routes, By: make([]int, len(w.Askers))}
	var mu sync.Mutex
	var done int
	for _, q := range all {
		group.Go(func() error {
			leaks, err := w.try(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			done++
			report.Requests++
			report.By[slices.Index(w.Askers, q.asker)]++
			report.Leaks = append(report.Leaks, leaks...)
			if w.Progress != nil {
				w.Progress(done, len(all))
			}
			return err
		})
	}
	err := group.Wait()
	for _, a := range w.Askers {
		if err == nil && a.signedIn {
			var in bool
			if in, err = a.stillIn(whole); err == nil && !in {
				report.Leaks = append(report.Leaks, a.Name+" was signed out on the way, so what came after was not tried")
			}
		}
	}
	slices.Sort(report.Leaks)
	return report, err
}

// try asks one question, and its twin about a thing that never was.
func (w Walk) try(ctx context.Context, q question) (leaks []string, err error) {
	say := func(format string, args ...any) {
		leaks = append(leaks, fmt.Sprintf("%s %s by %s: ", q.method, q.path, q.asker.Name)+fmt.Sprintf(format, args...))
	}
	got, err := q.asker.ask(ctx, q.method, q.path, q.fields)
	if err != nil {
		return nil, err
	}
	for secret, from := range w.Target.Secrets {
		if strings.Contains(got.text, secret) && !q.carries(secret) && !slices.Contains(q.rule.Shows, from) {
			say("the answer holds %q from %s", secret, from)
		}
	}
	switch {
	case got.status == http.StatusTooManyRequests:
		say("it was slowed down, so nothing was tried")
	case got.status >= http.StatusInternalServerError:
		say("it failed with %d", got.status)
	case q.rule.Duty == Closed && got.status < http.StatusMultipleChoices:
		say("it is answered with %d, and nobody but an operator may get in", got.status)
	}
	if q.twin == nil {
		return leaks, nil
	}
	like, err := q.twin.asked()
	if err != nil {
		return leaks, err
	}
	if got.status != like.status || nameless(got.location, q.ids) != nameless(like.location, q.twin.ids) {
		say("it is answered with %d %s, while a thing that never was is answered with %d %s", got.status, got.location, like.status, like.location)
	}
	return leaks, nil
}

// carries says whether the question itself holds the text.
func (q question) carries(secret string) bool {
	if strings.Contains(q.path, secret) {
		return true
	}
	for _, values := range q.fields {
		if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, secret) }) {
			return true
		}
	}
	return false
}

func nameless(text string, ids []string) string {
	for _, id := range ids {
		text = strings.ReplaceAll(strings.ReplaceAll(text, id, "·"), url.QueryEscape(id), "·")
	}
	return text
}

package isolation

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// verbs are tried on every address, whether or not a route has them.
var verbs = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// usual are fields that a handler might read though no form of its page has them.
var usual = Params{"org": Organization, "tenant": Organization, "room": Room, "member": Member, "user": Member}

func reads(verb string) bool {
	return verb == http.MethodGet || verb == http.MethodHead || verb == http.MethodOptions
}

// questions are all requests of the walk, and how many verbs of addresses they
// are about.
func (w Walk) questions(ctx context.Context) (all []question, routes int) {
	registered := map[string][]string{}
	for _, r := range w.Routes {
		registered[r.Path] = append(registered[r.Path], r.Method)
	}
	for _, path := range slices.Sorted(maps.Keys(registered)) {
		rule := w.Rules[path]
		if rule.Duty == 0 || rule.Duty == Skipped {
			continue
		}
		for _, verb := range verbs {
			if w.Reading && !reads(verb) || len(rule.Only) > 0 && !slices.Contains(rule.Only, verb) {
				continue
			}
			routes++
			for i, asker := range w.Askers {
				if i > 1 && (verb == http.MethodHead || !slices.Contains(registered[path], verb)) {
					continue // nothing that depends on who asks is reached
				}
				all = append(all, w.about(ctx, asker, rule, verb, path)...)
			}
		}
	}
	return all, routes
}

// about are one asker's requests of one route: with every mix of the target's
// ids and the asker's own.
func (w Walk) about(ctx context.Context, asker *Asker, rule Rule, verb, path string) (out []question) {
	addresses := []string{path}
	if base, ok := strings.CutSuffix(path, "*"); ok {
		addresses = nil
		for _, rest := range rule.Rest {
			addresses = append(addresses, base+rest)
		}
	}
	twins := map[string]*twin{}
	for _, address := range addresses {
		for _, mix := range w.mixes(asker, rule, params(path)) {
			q := question{asker: asker, rule: rule, method: verb, path: address, fields: url.Values{"name": {"Taken over"}}}
			if rule.Duty == Open {
				q.fields.Set("email", uuid.NewString()+"@parley.example") // tries on one address are counted
			}
			like := q
			like.fields = cloned(q.fields)
			foreign, ownThing, same := false, false, address
			for _, name := range slices.Sorted(maps.Keys(mix)) {
				pick := mix[name]
				never := pick.id
				switch {
				case pick.foreign:
					foreign, never = true, madeUp(pick.id)
					same += " " + name
				case rule.Params[name] != Organization && len(asker.Own[rule.Params[name]]) > 0:
					ownThing = true
				}
				q.path = strings.Replace(q.path, ":"+name, url.PathEscape(pick.id), 1)
				like.path = strings.Replace(like.path, ":"+name, url.PathEscape(never), 1)
				q.ids, like.ids = append(q.ids, pick.id), append(like.ids, never)
			}
			foreign = w.fill(rule, &q, &like) || foreign
			if !foreign && rule.Duty != Open && rule.Duty != Closed && (!w.Own || ownThing || rule.Costly && !reads(verb)) {
				continue // what people do to their own things is not the question
			}
			if foreign && rule.Duty == Hidden {
				if twins[same] == nil {
					twins[same] = &twin{like, sync.OnceValues(func() (answer, error) { return like.asker.ask(ctx, like.method, like.path, like.fields) })}
				}
				q.twin = twins[same]
			}
			out = append(out, q)
		}
	}
	return out
}

// pick is an id for a parameter.
type pick struct {
	id      string
	foreign bool // of the target
}

// mixes are all ways to fill the parameters.
func (w Walk) mixes(asker *Asker, rule Rule, names []string) []map[string]pick {
	out := []map[string]pick{{}}
	for _, name := range names {
		kind := rule.Params[name]
		var picks []pick
		for _, id := range w.Target.Things[kind] {
			picks = append(picks, pick{id, true})
		}
		if own := asker.Own[kind]; len(own) > 0 {
			picks = append(picks, pick{own[0], false})
		}
		if len(picks) == 0 { // a secret, or a text
			picks = []pick{{madeUp("0190b7a4-0000-7000-8000-000000000000"), false}}
		}
		var next []map[string]pick
		for _, before := range out {
			for _, p := range picks {
				mix := maps.Clone(before)
				mix[name] = p
				next = append(next, mix)
			}
		}
		out = next
	}
	return out
}

// fill puts the target's ids into the fields that the rule names and, on walks
// that also ask for the asker's own pages, into fields with usual names. It says
// whether any that the rule names holds one.
func (w Walk) fill(rule Rule, q, like *question) (foreign bool) {
	put := func(name string, kind Kind) bool {
		id := madeUp("0190b7a4-0000-7000-8000-000000000000")
		ids := w.Target.Things[kind]
		if len(ids) == 0 {
			q.fields.Set(name, id)
			like.fields.Set(name, id)
			return false
		}
		never := madeUp(ids[0])
		q.fields.Set(name, ids[0])
		like.fields.Set(name, never)
		q.ids, like.ids = append(q.ids, ids[0]), append(like.ids, never)
		return true
	}
	for _, name := range slices.Sorted(maps.Keys(rule.Form)) {
		foreign = put(name, rule.Form[name]) || foreign
	}
	if w.Own && q.asker.Authorize == nil {
		for name, kind := range usual {
			if rule.Form[name] == "" {
				put(name, kind)
			}
		}
	}
	return foreign
}

// madeUp is an id of the same shape that nobody has: letters and digits are
// others, everything else stays.
func madeUp(id string) string {
	if _, err := uuid.Parse(id); err == nil {
		return uuid.NewString()
	}
	fresh := strings.ReplaceAll(uuid.NewString()+uuid.NewString(), "-", "")
	var out strings.Builder
	for i, r := range id {
		switch c := fresh[i%len(fresh)]; {
		case r >= '0' && r <= '9':
			out.WriteByte('2' + c%8)
		case r >= 'a' && r <= 'z':
			out.WriteByte("bcdfghjkmnpqrstvwxyz"[c%20])
		case r >= 'A' && r <= 'Z':
			out.WriteByte("BCDFGHJKMNPQRSTVWXYZ"[c%20])
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

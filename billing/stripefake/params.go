package stripefake

import (
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// params is a form with Stripe's nested names, line_items[0][price]=…, as a
// tree. Reading a name marks it; what nobody read is a parameter that Stripe
// would not know either.
type params struct {
	path string
	leaf string
	set  bool
	sub  map[string]*params
	used bool
}

// parseParams reads an encoded form or query.
func parseParams(encoded string) (*params, error) {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, invalid("", "parameter_invalid", "The request's body is not a form: %v", err)
	}
	root := &params{}
	for name, all := range values {
		for i, v := range all {
			root.put(split(name, i), v)
		}
	}
	return root, nil
}

// split turns a[b][] into a, b and a running number for the empty brackets.
func split(name string, index int) []string {
	parts := strings.Split(name, "[")
	for i := range parts {
		parts[i] = strings.TrimSuffix(parts[i], "]")
		if i > 0 && parts[i] == "" {
			parts[i] = strconv.Itoa(index)
		}
	}
	return parts
}

func (p *params) put(path []string, v string) {
	if len(path) == 0 {
		p.leaf, p.set = v, true
		return
	}
	if p.sub == nil {
		p.sub = map[string]*params{}
	}
	next, ok := p.sub[path[0]]
	if !ok {
		next = &params{path: path[0]}
		if p.path != "" {
			next.path = p.path + "[" + path[0] + "]"
		}
		p.sub[path[0]] = next
	}
	next.put(path[1:], v)
}

// at goes one level down; a missing level is empty, never nil.
func (p *params) at(name string) *params {
	next, ok := p.sub[name]
	if !ok {
		return &params{path: name}
	}
	next.used = true
	return next
}

func (p *params) str(name string) string { return p.at(name).leaf }

func (p *params) has(name string) bool { return p.at(name).set }

// opt is a string that may be absent.
func (p *params) opt(name string) *string {
	at := p.at(name)
	if !at.set || at.leaf == "" {
		return nil
	}
	return &at.leaf
}

// change sets v to what was sent; an empty value takes away what was there.
func (p *params) change(name string, v **string) {
	if p.at(name).set {
		*v = p.opt(name)
	}
}

func (p *params) need(name string) (string, error) {
	if v := p.str(name); v != "" {
		return v, nil
	}
	return "", invalid(name, "parameter_missing", "Missing required param: %s.", name)
}

func (p *params) num(name string, otherwise int64) (int64, error) {
	at := p.at(name)
	if !at.set {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(at.leaf, 10, 64)
	if err != nil {
		return 0, invalid(at.path, "parameter_invalid_integer", "Invalid integer: %s", at.leaf)
	}
	return n, nil
}

func (p *params) yes(name string) bool { return p.str(name) == "true" }

// dict is metadata-like: every name below is a key.
func (p *params) dict(name string) map[string]string {
	out := map[string]string{}
	for k, v := range p.at(name).sub {
		v.used = true
		out[k] = v.leaf
	}
	return out
}

// array is the children in the order of their numbers.
func (p *params) array(name string) []*params {
	at := p.at(name)
	var keys []string
	for k := range at.sub {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, _ := strconv.Atoi(keys[i])
		b, _ := strconv.Atoi(keys[j])
		return a < b
	})
	out := make([]*params, len(keys))
	for i, k := range keys {
		out[i] = at.at(k)
	}
	return out
}

func (p *params) strings(name string) []string {
	var out []string
	for _, v := range p.array(name) {
		out = append(out, v.leaf)
	}
	return out
}

// unknown refuses the first parameter that no handler asked for.
func (p *params) unknown() error {
	var names []string
	for _, v := range p.sub {
		names = append(names, v.unread()...)
	}
	if len(names) == 0 {
		return nil
	}
	sort.Strings(names)
	return invalid(names[0], "parameter_unknown", "Received unknown parameter: %s", names[0])
}

func (p *params) unread() []string {
	if !p.used {
		return []string{p.path}
	}
	var names []string
	for _, v := range p.sub {
		names = append(names, v.unread()...)
	}
	return names
}

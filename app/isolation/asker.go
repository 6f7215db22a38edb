package isolation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Asker is who asks: a person signed in to another organization, a guest, a
// program with another organization's key, or nobody.
type Asker struct {
	Name string // "an owner of another organization"
	Own  Things // of the asker's own organization; none for nobody

	// Authorize gives the header with which a program proves itself, for the room
	// that it asks about; nil for people.
	Authorize func(room string) (string, error)

	signedIn bool

	door *Door
	http *http.Client
	turn sync.RWMutex // held to write by what may change who the asker is
	mu   sync.Mutex   // guards form
	form string       // the token that this browser's forms carry
}

// Nobody is a browser that nobody has signed in with.
func (d *Door) Nobody(name string) (*Asker, error) {
	client, err := d.client()
	return &Asker{Name: name, door: d, http: client}, err
}

// Program is something that sends a key with each request.
func (d *Door) Program(name string, own Things, authorize func(room string) (string, error)) (*Asker, error) {
	a, err := d.Nobody(name)
	if err == nil {
		a.Own, a.Authorize = own, authorize
	}
	return a, err
}

// SignIn is a browser in which a person has signed in.
func (d *Door) SignIn(ctx context.Context, name string, own Things, email, password string) (*Asker, error) {
	a, err := d.Nobody(name)
	if err != nil {
		return nil, err
	}
	a.Own, a.signedIn = own, true
	got, err := a.ask(ctx, http.MethodPost, "/login", url.Values{"email": {email}, "password": {password}})
	if err == nil && got.status != http.StatusSeeOther {
		err = fmt.Errorf("signing %s in was answered with %d", name, got.status)
	}
	return a, err
}

// stillIn says whether the person is still signed in.
func (a *Asker) stillIn(ctx context.Context) (bool, error) {
	got, err := a.send(ctx, http.MethodGet, "/home", nil, nil)
	return err == nil && !strings.HasPrefix(got.location, "/login"), err
}

// SignOut ends the sign-in.
func (a *Asker) SignOut(ctx context.Context) error {
	if !a.signedIn {
		return nil
	}
	_, err := a.ask(ctx, http.MethodPost, "/logout", nil)
	return err
}

// Guest is a browser in which somebody has taken a seat behind a code.
func (d *Door) Guest(ctx context.Context, name string, own Things, code, called string) (*Asker, error) {
	a, err := d.Nobody(name)
	if err != nil {
		return nil, err
	}
	a.Own = own
	got, err := a.ask(ctx, http.MethodPost, "/m/"+code+"/join", url.Values{"name": {called}})
	if err == nil && got.status != http.StatusSeeOther {
		err = fmt.Errorf("%s was not let in: %d", name, got.status)
	}
	return a, err
}

// answer is what came back.
type answer struct {
	status   int
	location string
	text     string // headers and body
}

// ask sends a request, with the token of the browser's forms if it may change
// something.
func (a *Asker) ask(ctx context.Context, method, path string, fields url.Values) (answer, error) {
	if a.Authorize != nil {
		return a.call(ctx, method, path, fields)
	}
	if reads(method) {
		if len(fields) > 0 {
			path += "?" + fields.Encode()
		}
		a.turn.RLock()
		defer a.turn.RUnlock()
		return a.send(ctx, method, path, nil, nil)
	}
	token, err := a.formToken(ctx)
	if err != nil {
		return answer{}, err
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Csrf-Token": {token}}
	fields = cloned(fields)
	fields.Set("csrf", token)
	a.turn.Lock()
	defer a.turn.Unlock()
	got, err := a.send(ctx, method, path, header, strings.NewReader(fields.Encode()))
	if err != nil || !a.signedIn || got.status >= http.StatusBadRequest {
		return got, err
	}
	// Whoever got other rights by it gets another session id with the next answer. A
	// question that is on its way beside that one would be a stranger's.
	_, err = a.send(ctx, http.MethodGet, "/home", nil, nil)
	return got, err
}

// call sends a program's request: JSON, and its proof.
func (a *Asker) call(ctx context.Context, method, path string, fields url.Values) (answer, error) {
	proof, err := a.Authorize(fields.Get("room"))
	if err != nil {
		return answer{}, err
	}
	body := map[string]string{}
	for name := range fields {
		body[name] = fields.Get(name)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	if reads(method) && len(fields) > 0 {
		path += "?" + fields.Encode()
	}
	header := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "Authorization": {proof}}
	return a.send(ctx, method, path, header, bytes.NewReader(raw))
}

func (a *Asker) send(ctx context.Context, method, path string, header http.Header, body io.Reader) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.door.base.String()+path, body)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Accept", "text/html")
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := a.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	got := answer{status: res.StatusCode, location: res.Header.Get("Location"), text: string(raw)}
	for _, values := range res.Header {
		got.text += "\n" + strings.Join(values, "\n")
	}
	return got, nil
}

var tokenField = regexp.MustCompile(`name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"`)

// formToken finds the token on a page that everybody sees, once.
func (a *Asker) formToken(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.form != "" {
		return a.form, nil
	}
	page, err := a.send(ctx, http.MethodGet, "/join", nil, nil)
	if err != nil {
		return "", err
	}
	m := tokenField.FindStringSubmatch(page.text)
	if m == nil {
		return "", errors.New("the page /join has no form with a token")
	}
	a.form = html.UnescapeString(m[1] + m[2])
	return a.form, nil
}

func cloned(v url.Values) url.Values {
	out := url.Values{}
	for name, values := range v {
		out[name] = append([]string(nil), values...)
	}
	return out
}

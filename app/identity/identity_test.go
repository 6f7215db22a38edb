package identity_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/app/identity"
	"parley/app/identityfake"
)

// place is a stand-in that listens, and a client of it.
type place struct {
	t      *testing.T
	fake   *identityfake.Server
	client *identity.Client
	http   *http.Client
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{t: t}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.fake.ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	clock := clockwork.NewRealClock()
	fake, err := identityfake.New(identityfake.Config{Clock: clock, Base: srv.URL + "/dev/login"})
	if err != nil {
		t.Fatal(err)
	}
	p.fake = fake
	p.client = &identity.Client{Transport: fake, Outward: identity.PublicOnly(true), Reach: fake.Reach, Now: clock.Now}
	p.http = srv.Client()
	p.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return p
}

func (p *place) providers() map[string]identity.Provider {
	out := map[string]identity.Provider{
		identity.Google: {Issuer: identity.GoogleIssuer}, identity.Facebook: {Issuer: identity.FacebookIssuer}, identity.OIDC: {Issuer: p.fake.Issuer()},
	}
	for kind, one := range out {
		one.Kind, one.ClientID, one.Secret, one.Callback = kind, identityfake.ClientID, identityfake.ClientSecret, "http://parley.example/auth/"+kind+"/callback"
		out[kind] = one
	}
	return out
}

// there goes to the provider and gives what it sends back.
func (p *place) there(provider identity.Provider) (identity.Flow, url.Values) {
	p.t.Helper()
	flow, address, err := p.client.Begin(p.t.Context(), provider)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := p.http.PostForm(address, url.Values{"subject": {"1001"}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("%d, %v", res.StatusCode, err)
	}
	return flow, back.Query()
}

func TestEachProviderSaysWhoItIs(t *testing.T) {
	p := newPlace(t)
	for kind, provider := range p.providers() {
		flow, answer := p.there(provider)
		got, err := p.client.Finish(t.Context(), provider, flow, answer)
		if err != nil || got.Issuer != provider.Issuer || got.Subject != "1001" || got.Name != "Leila Haddad" || !strings.HasPrefix(got.Email, "leila@") {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
		if want := kind != identity.Facebook; got.EmailVerified != want {
			t.Errorf("%s: verified %t", kind, got.EmailVerified)
		}
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	p := newPlace(t)
	for kind, provider := range p.providers() {
		for name, tt := range map[string]struct {
			change func(*identity.Provider, *identity.Flow, url.Values)
			want   error
		}{
			"another state":    {func(_ *identity.Provider, _ *identity.Flow, q url.Values) { q.Set("state", "x") }, identity.ErrState},
			"no state at all":  {func(_ *identity.Provider, f *identity.Flow, q url.Values) { f.State = ""; q.Del("state") }, identity.ErrState},
			"another verifier": {func(_ *identity.Provider, f *identity.Flow, _ url.Values) { f.Verifier += "x" }, identity.ErrProvider},
			"another code":     {func(_ *identity.Provider, _ *identity.Flow, q url.Values) { q.Set("code", "x") }, identity.ErrProvider},
			"another issuer":   {func(_ *identity.Provider, _ *identity.Flow, q url.Values) { q.Set("iss", "https://evil.example") }, identity.ErrProvider},
			"another callback": {func(pr *identity.Provider, _ *identity.Flow, _ url.Values) { pr.Callback += "x" }, identity.ErrProvider},
			"another secret":   {func(pr *identity.Provider, _ *identity.Flow, _ url.Values) { pr.Secret += "x" }, identity.ErrProvider},
			"a refusal":        {func(_ *identity.Provider, _ *identity.Flow, q url.Values) { q.Set("error", "access_denied") }, identity.ErrDenied},
		} {
			provider := provider
			flow, answer := p.there(provider)
			tt.change(&provider, &flow, answer)
			if got, err := p.client.Finish(t.Context(), provider, flow, answer); !errors.Is(err, tt.want) {
				t.Errorf("%s, %s: %+v, %v; want %v", kind, name, got, err, tt.want)
			}
		}
		flow, answer := p.there(provider)
		if _, err := p.client.Finish(t.Context(), provider, flow, answer); err != nil {
			t.Fatal(err)
		}
		if _, err := p.client.Finish(t.Context(), provider, flow, answer); !errors.Is(err, identity.ErrProvider) {
			t.Errorf("%s: a code works twice: %v", kind, err)
		}
		if kind != identity.Facebook {
			flow, answer = p.there(provider)
			flow.Nonce += "x"
			if _, err := p.client.Finish(t.Context(), provider, flow, answer); !errors.Is(err, identity.ErrProvider) {
				t.Errorf("%s: another nonce: %v", kind, err)
			}
		}
	}
}

// TestAProviderThatIsNobodysIsNotReached looks for requests into our own network.
func TestAProviderThatIsNobodysIsNotReached(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer srv.Close()
	tls := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer tls.Close()
	client := &http.Client{Transport: identity.PublicOnly(false)}
	_, port, _ := strings.Cut(strings.TrimPrefix(tls.URL, "https://"), ":")
	for _, address := range []string{srv.URL, tls.URL, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://0.0.0.0:" + port} {
		res, err := client.Get(address)
		if err == nil {
			_ = res.Body.Close()
		}
		if !errors.Is(err, identity.ErrPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if asked != 0 {
		t.Errorf("asked %d times", asked)
	}
}

// TestStrangeAnswers is a provider that answers anything.
func TestStrangeAnswers(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "no JSON": "<html>", "a list": "[]", "numbers": `{"issuer": 1}`, "another issuer": `{"issuer":"https://evil.example","authorization_endpoint":"https://evil.example/a"}`,
		"too long": strings.Repeat(" ", 2<<20),
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		}))
		client := &identity.Client{Outward: identity.PublicOnly(true)}
		_, _, err := client.Begin(t.Context(), identity.Provider{Kind: identity.OIDC, Issuer: srv.URL, ClientID: "x", Secret: "x", Callback: "http://parley.example"})
		if !errors.Is(err, identity.ErrProvider) {
			t.Errorf("%s: %v", name, err)
		}
		srv.Close()
	}
}

package identityfake

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// The clients that the stand-in knows. Its OpenID Connect provider knows the one
// whose id is ClientID.
const (
	ClientID     = "parley-demo"
	ClientSecret = "demo-secret" //nolint:gosec // opens nothing but this stand-in
)

// codeTime is how long a code waits to be exchanged.
const codeTime = 5 * time.Minute

// Account is somebody as one of the providers knows them.
type Account struct {
	Subject  string
	Name     string
	Email    string
	Verified bool // the provider has checked the address
}

// Config is what a stand-in needs.
type Config struct {
	Clock clockwork.Clock
	// Base is the address below which its handler is served, such as
	// http://localhost:8080/dev/login, without a slash at the end.
	Base string
}

// Server is the stand-in. It is an [http.Handler] for what people and programs
// ask below its base.
type Server struct {
	cfg Config
	key *rsa.PrivateKey
	mux *http.ServeMux

	mu       sync.Mutex // guards what follows
	accounts map[string][]Account
	codes    map[string]grant
	tokens   map[string]grant

	// tamper changes what ID tokens claim, for tests of what must not be
	// believed; nil for honesty.
	tamper func(claims map[string]any)
}

// grant is what a person has allowed a client.
type grant struct {
	provider, client, redirect, nonce, challenge string
	account                                      Account
	until                                        time.Time
}

// New makes a stand-in with two people at each provider.
func New(cfg Config) (*Server, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("identityfake: make a key: %w", err)
	}
	s := &Server{cfg: cfg, key: key, mux: http.NewServeMux(), accounts: map[string][]Account{}, codes: map[string]grant{}, tokens: map[string]grant{}}
	for provider, domain := range map[string]string{"google": "gmail.example", "facebook": "mail.example", "oidc": "fernhill.example"} {
		s.accounts[provider] = []Account{
			{Subject: "1001", Name: "Leila Haddad", Email: "leila@" + domain, Verified: true},
			{Subject: "1002", Name: "Kenji Watanabe", Email: "kenji@" + domain, Verified: true},
		}
	}
	for provider := range s.accounts {
		s.mux.HandleFunc("GET /"+provider+"/authorize", s.authorize(provider))
		s.mux.HandleFunc("POST /"+provider+"/authorize", s.decide(provider))
		s.mux.HandleFunc("POST /"+provider+"/token", s.exchange(provider))
		s.mux.HandleFunc("GET /"+provider+"/userinfo", s.userinfo(provider))
		s.mux.HandleFunc("GET /"+provider+"/keys", s.keys)
	}
	s.mux.HandleFunc("GET /oidc/.well-known/openid-configuration", s.discovery)
	s.mux.HandleFunc("GET /style.css", style)
	return s, nil
}

// Issuer is the name of the stand-in's OpenID Connect provider.
func (s *Server) Issuer() string { return s.cfg.Base + "/oidc" }

// ServeHTTP answers what is asked below the base.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	base, err := url.Parse(s.cfg.Base)
	if err == nil && base.Path != "" {
		http.StripPrefix(base.Path, s.mux).ServeHTTP(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// places are the providers' own addresses, and what stands in for each.
var places = map[string]string{
	"accounts.google.com/o/oauth2/auth":     "/google/authorize",
	"oauth2.googleapis.com/token":           "/google/token",
	"www.googleapis.com/oauth2/v2/userinfo": "/google/userinfo",
	"www.googleapis.com/oauth2/v3/certs":    "/google/keys",
	"www.facebook.com/dialog/oauth":         "/facebook/authorize",
	"graph.facebook.com/oauth/access_token": "/facebook/token",
	"graph.facebook.com/me":                 "/facebook/userinfo",
}

// Reach gives the stand-in's address for one of a provider's, for browsers.
func (s *Server) Reach(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if place, ok := places[u.Host+u.Path]; ok {
		return s.cfg.Base + place + "?" + u.RawQuery
	}
	return address
}

// RoundTrip answers what Google and Facebook are asked, inside the process: goth
// has their addresses as constants.
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) {
	place, ok := places[r.URL.Host+r.URL.Path]
	if !ok {
		return nil, fmt.Errorf("identityfake: nothing stands in for %s%s", r.URL.Host, r.URL.Path)
	}
	in := r.Clone(r.Context())
	in.URL.Path = place
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, in)
	res := w.Result()
	res.Request = r
	return res, nil
}

// Known makes somebody known to a provider.
func (s *Server) Known(provider string, a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[provider] = append(s.accounts[provider], a)
}

// account finds somebody by subject, or makes somebody new of what was typed.
func (s *Server) account(provider, subject, name, email string) (Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if subject != "" {
		i := slices.IndexFunc(s.accounts[provider], func(a Account) bool { return a.Subject == subject })
		if i < 0 {
			return Account{}, errors.New("nobody is known by that")
		}
		return s.accounts[provider][i], nil
	}
	name, email = strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(email))
	if name == "" || len(name) > 80 || len(email) > 254 || (email != "" && strings.Count(email, "@") != 1) {
		return Account{}, errors.New("a name is needed, and an address or none")
	}
	sum := sha256.Sum256([]byte(provider + "\x00" + email + "\x00" + name))
	a := Account{Subject: hex.EncodeToString(sum[:8]), Name: name, Email: email, Verified: true}
	if !slices.ContainsFunc(s.accounts[provider], func(b Account) bool { return b.Subject == a.Subject }) && len(s.accounts[provider]) < 200 {
		s.accounts[provider] = append(s.accounts[provider], a)
	}
	return a, nil
}

func random() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(raw)
}

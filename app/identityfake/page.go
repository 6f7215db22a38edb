package identityfake

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed page.html
var pageText string

//go:embed style.css
var styleText []byte

var page = template.Must(template.New("page").Parse(pageText))

// pageModel is the page on which a person chooses who they are.
type pageModel struct {
	Provider, Style, Ask string
	Accounts             []Account
	Fault                string
}

var names = map[string]string{"google": "Google", "facebook": "Facebook", "oidc": "Fernhill sign-in"}

// asked is a client's request to authorize (RFC 6749, section 4.1.1, with RFC
// 7636).
type asked struct{ client, redirect, state, nonce, challenge string }

// read checks a request. What it gives outlives the request: behind a server that uses its buffers again, the query's strings do not.
func read(q url.Values) (asked, string) {
	keep := func(name string) string { return strings.Clone(q.Get(name)) }
	a := asked{keep("client_id"), keep("redirect_uri"), keep("state"), keep("nonce"), keep("code_challenge")}
	to, err := url.Parse(a.redirect)
	switch {
	case a.client != ClientID:
		return a, "The client is not known here."
	case err != nil || to.Host == "":
		return a, "The address to come back to is not whole."
	case q.Get("response_type") != "code":
		return a, "Only the code flow is spoken here."
	case a.state == "":
		return a, "There is no state."
	case a.challenge == "" || q.Get("code_challenge_method") != "S256":
		return a, "There is no proof for the exchange (PKCE with S256)."
	}
	return a, ""
}

func (s *Server) authorize(provider string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, fault := read(r.URL.Query())
		s.show(w, provider, r.URL.RawQuery, fault)
	}
}

// decide is the person's answer: who they are, or that they do not want to.
func (s *Server) decide(provider string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, fault := read(r.URL.Query())
		if fault != "" {
			s.show(w, provider, r.URL.RawQuery, fault)
			return
		}
		back, _ := url.Parse(a.redirect)
		q := back.Query()
		q.Set("state", a.state)
		if r.PostFormValue("cancel") != "" {
			q.Set("error", "access_denied")
		} else {
			who, err := s.account(provider, r.PostFormValue("subject"), r.PostFormValue("name"), r.PostFormValue("email"))
			if err != nil {
				s.show(w, provider, r.URL.RawQuery, "Type a name, and a whole address or none.")
				return
			}
			q.Set("code", s.grant(provider, a, who))
		}
		back.RawQuery = q.Encode()
		http.Redirect(w, r, back.String(), http.StatusSeeOther)
	}
}

func (s *Server) show(w http.ResponseWriter, provider, query, fault string) {
	s.mu.Lock()
	m := pageModel{Provider: names[provider], Style: s.cfg.Base + "/style.css", Ask: s.cfg.Base + "/" + provider + "/authorize?" + query, Fault: fault, Accounts: append([]Account(nil), s.accounts[provider]...)}
	s.mu.Unlock()
	var out bytes.Buffer
	if err := page.Execute(&out, m); err != nil {
		http.Error(w, "This page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if fault != "" {
		w.WriteHeader(http.StatusBadRequest)
	}
	_, _ = w.Write(out.Bytes())
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(styleText)
}

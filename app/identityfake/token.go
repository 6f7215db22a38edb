package identityfake

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// grant keeps what a person allowed, under a code that works once.
func (s *Server) grant(provider string, a asked, who Account) string {
	code := random()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = grant{
		provider: provider, client: a.client, redirect: a.redirect, nonce: a.nonce, challenge: a.challenge, account: who, until: s.cfg.Clock.Now().Add(codeTime),
	}
	return code
}

// exchange gives tokens for a code (RFC 6749, section 4.1.3). Clients show their
// secret in the form or in the header.
func (s *Server) exchange(provider string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, secret, ok := r.BasicAuth()
		if !ok {
			id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
		}
		if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(ClientSecret)) != 1 {
			refuse(w, http.StatusUnauthorized, "invalid_client")
			return
		}
		given, ok := s.take(r.PostFormValue("code"))
		proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !ok || r.PostFormValue("grant_type") != "authorization_code" || given.provider != provider || given.client != id ||
			given.redirect != r.PostFormValue("redirect_uri") || given.challenge != base64.RawURLEncoding.EncodeToString(proof[:]) {
			refuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		s.answer(w, provider, given)
	}
}

// take uses a code up.
func (s *Server) take(code string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.codes[code]
	delete(s.codes, code)
	return g, ok && s.cfg.Clock.Now().Before(g.until)
}

func (s *Server) answer(w http.ResponseWriter, provider string, g grant) {
	access := random()
	s.mu.Lock()
	s.tokens[access] = g
	s.mu.Unlock()
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 3600}
	if provider != "facebook" {
		token, err := s.idToken(provider, g)
		if err != nil {
			refuse(w, http.StatusInternalServerError, "server_error")
			return
		}
		out["id_token"] = token
	}
	reply(w, out)
}

// idToken says who it is, signed (OpenID Connect Core 1.0, section 2).
func (s *Server) idToken(provider string, g grant) (string, error) {
	issuer := s.Issuer()
	if provider == "google" {
		issuer = "https://accounts.google.com"
	}
	now := s.cfg.Clock.Now()
	claims := jwt.MapClaims{
		"iss": issuer, "sub": g.account.Subject, "aud": g.client, "exp": now.Add(codeTime).Unix(), "iat": now.Unix(), "nonce": g.nonce,
		"name": g.account.Name, "email": g.account.Email, "email_verified": g.account.Verified,
	}
	s.mu.Lock()
	tamper := s.tamper
	s.mu.Unlock()
	if tamper != nil {
		tamper(claims)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	token.Header["kid"] = "stand-in"
	return token.SignedString(s.key)
}

// SetTamper changes what ID tokens claim from now on; nil for honesty.
func (s *Server) SetTamper(f func(claims map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tamper = f
}

// userinfo says the same to who holds an access token: in the header, or in the
// query as Google's older and Facebook's addresses take it.
func (s *Server) userinfo(provider string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			token = r.URL.Query().Get("access_token")
		}
		s.mu.Lock()
		g, known := s.tokens[token]
		s.mu.Unlock()
		if !known || g.provider != provider {
			refuse(w, http.StatusUnauthorized, "invalid_token")
			return
		}
		out := map[string]any{"id": g.account.Subject, "sub": g.account.Subject, "name": g.account.Name}
		if g.account.Email != "" {
			out["email"], out["email_verified"], out["verified_email"] = g.account.Email, g.account.Verified, g.account.Verified
		}
		reply(w, out)
	}
}

// keys publishes what ID tokens are signed with (RFC 7517).
func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	encode := base64.RawURLEncoding.EncodeToString
	reply(w, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "stand-in", "n": encode(s.key.N.Bytes()), "e": encode(big.NewInt(int64(s.key.E)).Bytes()),
	}}})
}

// discovery says where everything is (OpenID Connect Discovery 1.0).
func (s *Server) discovery(w http.ResponseWriter, _ *http.Request) {
	at := s.Issuer()
	reply(w, map[string]any{
		"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "userinfo_endpoint": at + "/userinfo", "jwks_uri": at + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
		"code_challenge_methods_supported": []string{"S256"}, "scopes_supported": []string{"openid", "email", "profile"},
	})
}

func reply(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(body) // who is gone needs no answer
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why})
}

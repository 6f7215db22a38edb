package stripefake

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// APIVersion is the version of Stripe's API that the stand-in speaks.
const APIVersion = "2023-10-16"

// Config says where the stand-in stands.
type Config struct {
	Clock clockwork.Clock
	Log   *slog.Logger
	// WebhookURL gets the events; empty means nobody listens.
	WebhookURL, WebhookSecret string
	// PagesBase is where Pages is reachable by browsers, e.g.
	// http://localhost:8080/dev/stripe. Pages expects the whole path, with the
	// base's own in front.
	PagesBase string
	// File keeps the state between runs; empty keeps it in memory.
	File string
	// HTTP delivers the webhooks; nil is a client with a deadline.
	HTTP *http.Client
}

// Server is one Stripe account, standing in for the real one.
type Server struct {
	// Control is what Stripe would not let you do.
	Control *Control

	cfg     Config
	base    *url.URL
	pageKey []byte // signs the tokens in forms
	courier *courier

	mu    sync.Mutex // guards all below; never held while a webhook is sent
	st    *state
	saved map[string]savedAnswer // by idempotency key
}

// New starts the stand-in and its goroutine that delivers webhooks; Close ends it.
func New(cfg Config) (*Server, error) {
	if cfg.Clock == nil || cfg.Log == nil {
		return nil, errors.New("stripefake: a clock and a logger are needed")
	}
	if cfg.WebhookURL != "" && cfg.WebhookSecret == "" {
		return nil, errors.New("stripefake: webhooks need a secret to sign with")
	}
	base, err := url.Parse(strings.TrimSuffix(cfg.PagesBase, "/"))
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("stripefake: PagesBase %q must be a whole address, like http://localhost:8080/dev/stripe", cfg.PagesBase)
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 20 * time.Second}
	}
	st, err := load(cfg.File)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("stripefake: no randomness: %w", err)
	}
	s := &Server{cfg: cfg, base: base, pageKey: key, st: st, saved: map[string]savedAnswer{}}
	s.Control = &Control{s: s}
	s.courier = startCourier(cfg)
	return s, nil
}

// Close stops the deliveries. What was not delivered stays undelivered, as when
// a network goes down; billing.Service.Sync is for that.
func (s *Server) Close() { s.courier.close() }

// Client is an HTTP client whose every request is answered by API inside the
// process, whatever its host: no port is opened.
func (s *Server) Client() *http.Client { return &http.Client{Transport: inside{s.API()}} }

// inside is a RoundTripper into a handler.
type inside struct{ h http.Handler }

// RoundTrip answers the request on the spot.
func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	i.h.ServeHTTP(w, in)
	res := w.Result()
	res.Request = r
	return res, nil
}

// now is the time that objects live by.
func (s *Server) now() time.Time {
	return s.cfg.Clock.Now().Add(time.Duration(s.st.Advanced)).UTC()
}

// change runs fn on the state, with everything done before it that has fallen
// due, and keeps the result. fn must check before it writes: an error leaves
// the state as fn left it.
func (s *Server) change(fn func() error) error { return s.do(true, fn) }

// look is change for a fn that only reads: what has fallen due is kept, if
// anything has; that always makes an event.
func (s *Server) look(fn func() error) error { return s.do(false, fn) }

func (s *Server) do(writes bool, fn func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.st.Events)
	s.fallDue()
	err := fn()
	fresh := s.st.Events[before:]
	if writes || len(fresh) > 0 {
		if serr := s.st.save(s.cfg.File); serr != nil {
			s.cfg.Log.Error("the stand-in could not keep its state", "error", serr)
		}
	}
	s.courier.add(fresh)
	return err
}

// emit writes an event with a snapshot of the object as it is now.
func (s *Server) emit(kind string, object any) {
	snapshot, err := json.Marshal(object)
	if err != nil {
		s.cfg.Log.Error("an event has no snapshot", "type", kind, "error", err)
		return
	}
	s.st.Events = append(s.st.Events, Event{
		ID: s.st.id("evt"), Object: "event", APIVersion: APIVersion, Created: s.now().Unix(),
		Data: EventData{Object: snapshot}, Type: kind, PendingWebhooks: 1,
	})
}

// Wait blocks until every webhook that may be sent has been sent and answered.
func (s *Server) Wait(ctx context.Context) error { return s.courier.wait(ctx) }

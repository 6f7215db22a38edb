package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"parley/app"
	"parley/app/identity"
	"parley/app/identityfake"
)

// openIdentity prepares speaking to identity providers: the real ones, or in demo mode their stand-in where none is configured.
func (p *process) openIdentity() (*identity.Client, error) {
	client := &identity.Client{Transport: http.DefaultTransport, Outward: identity.PublicOnly(p.cfg.Demo), Now: p.clock.Now}
	if !p.cfg.Demo || p.cfg.GoogleID != "" || p.cfg.FacebookID != "" {
		return client, nil
	}
	fake, err := identityfake.New(identityfake.Config{Clock: p.clock, Base: p.cfg.BaseURL + "/dev/login"})
	if err != nil {
		return nil, fmt.Errorf("start the identity stand-in: %w", err)
	}
	client.Transport, client.Reach, p.dev.Login = fake, fake.Reach, fake
	return client, nil
}

// providers are the clients that Google and Facebook know us as; the stand-in's in demo mode.
func (p *process) providers() (google, facebook app.Client) {
	if p.dev != nil && p.dev.Login != nil {
		demo := app.Client{ID: identityfake.ClientID, Secret: identityfake.ClientSecret}
		return demo, demo
	}
	return app.Client{ID: p.cfg.GoogleID, Secret: p.cfg.GoogleSecret}, app.Client{ID: p.cfg.FacebookID, Secret: p.cfg.FacebookSecret}
}

// identityFaults keeps a provider from being half set up, or from a place that it does not send people back to.
func (c Config) identityFaults() (all []error) {
	for _, one := range []struct{ flag, id, secret string }{{"google", c.GoogleID, c.GoogleSecret}, {"facebook", c.FacebookID, c.FacebookSecret}} {
		if (one.id == "") != (one.secret == "") {
			all = append(all, fmt.Errorf("--%s-client-id and --%s-client-secret go together; copy both from the provider's console, or leave both out", one.flag, one.flag))
		}
	}
	return all
}

// identityOK is for the doctor: providers send people back to https only, but for this machine.
func identityOK(cfg Config) error {
	if cfg.GoogleID == "" && cfg.FacebookID == "" {
		return nil
	}
	if !strings.HasPrefix(cfg.BaseURL, "https://") && !strings.HasPrefix(cfg.BaseURL, "http://localhost") {
		return errors.New(cfg.BaseURL + " is not https, so Google and Facebook send nobody back to it")
	}
	return nil
}

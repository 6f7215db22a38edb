package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"parley/app"
	"parley/billing"
	"parley/billing/ads"
	"parley/billing/stripefake"
	"parley/tenants"
)

type demoSignIn struct{ name, email, password, org, plan string }

// demoSignIns are people and organizations that demo mode makes at its first start, and prints at every one.
var demoSignIns = []demoSignIn{
	{"Amara Okafor", "amara@okafor.example", "good light two chairs", "Okafor Interiors", billing.FreePlan},
	{"Mateo Rivas", "mateo@fernhill.example", "beans on a tuesday", "Fernhill Studio", "pro"},
}

// demoOperator runs the demo: the one who may open the operator's console.
var demoOperator = demoSignIn{name: "Dele Adeyemi", email: "dele@parley.example", password: "keys on the hook by nine"}

// openBilling connects to Stripe, to its stand-in in demo mode, or to nothing when sales are off.
func (p *process) openBilling(context.Context) error {
	if p.cfg.Demo {
		p.dev = &app.Dev{Mails: p.mailFolder()}
	}
	var gateway billing.Gateway
	secret := p.cfg.Webhook
	switch {
	case p.cfg.Billing == "off":
		gateway, secret = billing.NoSales{}, randomHex()
	case p.cfg.Demo && p.cfg.StripeKey == "":
		fake, err := p.standIn()
		if err != nil {
			return err
		}
		gateway, secret = fake.gateway, fake.secret
	default:
		real, err := billing.NewStripe(billing.StripeConfig{Key: p.cfg.StripeKey, Log: p.log})
		if err != nil {
			return err
		}
		gateway = real
	}
	service, err := billing.New(p.db, gateway, billing.Options{Clock: p.clock, Log: p.log, WebhookSecret: secret})
	p.billing = service
	return err
}

type fakeStripe struct {
	gateway billing.Gateway
	secret  string
}

// standIn starts the payment stand-in on a loopback port of its own; its pages are shown below /dev/stripe.
func (p *process) standIn() (fakeStripe, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fakeStripe{}, fmt.Errorf("start the payment stand-in: %w", err)
	}
	_, port, err := net.SplitHostPort(p.cfg.Listen)
	if err != nil {
		return fakeStripe{}, errors.Join(err, l.Close())
	}
	secret := p.cfg.Webhook
	if secret == "" {
		secret = "whsec_" + randomHex()
	}
	fake, err := stripefake.New(stripefake.Config{
		Clock: p.clock, Log: p.log, WebhookSecret: secret,
		WebhookURL: "http://127.0.0.1:" + port + "/webhooks/stripe",
		PagesBase:  p.cfg.BaseURL + "/dev/stripe",
		File:       p.cfg.dataPath("stripe-stand-in.json"),
	})
	if err != nil {
		return fakeStripe{}, errors.Join(fmt.Errorf("start the payment stand-in: %w", err), l.Close())
	}
	srv := &http.Server{Handler: fake.API(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	p.later(func(ctx context.Context) error { return closeBoth(ctx, srv, fake) })
	p.dev.Stripe = fake.Pages()
	gateway, err := billing.NewStripe(billing.StripeConfig{Key: "sk_test_stand_in", URL: "http://" + l.Addr().String(), Log: p.log})
	return fakeStripe{gateway, secret}, err
}

func closeBoth(ctx context.Context, srv *http.Server, fake *stripefake.Server) error {
	fake.Close()
	return srv.Shutdown(ctx)
}

// greet tells the person at the terminal where to go, and in demo mode as whom.
func (p *process) greet() {
	fmt.Fprintf(p.std.out, "\nParley is at %s\n", p.cfg.BaseURL)
	if p.cfg.Demo {
		fmt.Fprint(p.std.out, "\nDemo mode: no money moves, no mail leaves. Sign in as\n")
		for _, d := range demoSignIns {
			fmt.Fprintf(p.std.out, "  %-24s password  %-22s  %s, %s plan\n", d.email, d.password, d.org, d.plan)
		}
		fmt.Fprintf(p.std.out, "The operator's console: %s/operator\n  %-24s password  %s\n", p.cfg.BaseURL, demoOperator.email, demoOperator.password)
		fmt.Fprintf(p.std.out, "Mails that would have been sent: %s/dev/mail\n", p.cfg.BaseURL)
	}
	fmt.Fprint(p.std.out, "Press Ctrl+C to stop.\n\n")
}

// seedDemo makes the demo people once, in demo mode only. It runs before anybody is answered, so that who finds Parley ready can sign in.
func (p *process) seedDemo(ctx context.Context) error {
	if !p.cfg.Demo {
		return nil
	}
	for _, d := range demoSignIns {
		if err := p.seed(ctx, d); err != nil {
			return fmt.Errorf("make the demo organization %s: %w", d.org, err)
		}
	}
	_, err := p.store.CreateOperator(ctx, demoOperator.email, demoOperator.name, demoOperator.password)
	if err != nil && !isTaken(err) {
		return fmt.Errorf("make the demo's operator: %w", err)
	}
	if err := p.adverts().SeedDemo(ctx); err != nil {
		return fmt.Errorf("make the demo's advertisements: %w", err)
	}
	return nil
}

// adverts shows and counts advertisements.
func (p *process) adverts() *ads.Service {
	return ads.New(p.db, ads.Options{Clock: p.clock, Secret: p.secret})
}

func (p *process) seed(ctx context.Context, d demoSignIn) error {
	made, err := p.store.SignUp(ctx, tenants.SignUpInput{Name: d.name, Email: d.email, Password: d.password, Organization: d.org})
	if isTaken(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := p.store.ConfirmEmail(ctx, made.ConfirmToken); err != nil {
		return err
	}
	if d.plan != billing.FreePlan {
		if err := p.billing.SetPlan(ctx, made.Org.ID, d.plan); err != nil {
			return err
		}
	}
	_, err = p.store.Org(made.Org.ID).CreateRoom(ctx, made.User.ID, "Kitchen refit, weekly")
	return err
}

func isTaken(err error) bool {
	return err != nil && tenants.CodeOf(err) == tenants.CodeTaken
}

func randomHex() string {
	raw := make([]byte, 24)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
	return hex.EncodeToString(raw)
}

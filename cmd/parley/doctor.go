package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"parley/billing"
	"parley/migrations"
)

// finding is one thing that the doctor looked at: what was seen, and the mend when it is not well.
type finding struct {
	what string
	err  error
	mend string
}

// runDoctor checks configuration and surroundings and says what to do. It changes nothing, and fails when something is not well.
func runDoctor(ctx context.Context, args []string, std stdio) error {
	cfg, _, err := parseConfig("doctor", args, std.err, nil)
	if err != nil {
		return err
	}
	ill := 0
	for _, f := range examine(ctx, cfg) {
		if f.err == nil {
			fmt.Fprintf(std.out, "ok    %s\n", f.what)
			continue
		}
		ill++
		fmt.Fprintf(std.out, "FAIL  %s: %s\n", f.what, strings.ReplaceAll(f.err.Error(), "\n", "\n      "))
		if f.mend != "" {
			fmt.Fprintf(std.out, "      %s\n", f.mend)
		}
	}
	if ill > 0 {
		return fmt.Errorf("%d of the checks above failed", ill)
	}
	return nil
}

func examine(ctx context.Context, cfg Config) []finding {
	findings := []finding{
		{"configuration", cfg.faults(), ""},
		{"data folder " + cfg.Data, writable(cfg.Data), "make the folder, or give this user the right to write in it"},
		{"web port " + cfg.Listen, free("tcp", cfg.Listen), "if Parley runs already, this is as it should be; else choose another with --listen"},
		{"media port " + strconv.Itoa(cfg.MediaPort) + " (UDP and TCP)", mediaFree(cfg.MediaPort), "if Parley runs already, this is as it should be; else choose another with --media-port, and open it in the firewall"},
		{"address for media", reachable(cfg), "give the address that browsers reach this node on with --node-ip"},
		{"database", databaseOK(ctx, cfg), "check --database; then run: parley migrate up"},
		{"NATS", natsOK(ctx, cfg), "check --nats, or leave it out to use the server inside the process; it needs JetStream, on as many servers as --nats-replicas says"},
		{"Google and Facebook", identityOK(cfg), "give the https address that people use with --base-url, and tell both consoles BASE-URL/auth/google/callback and BASE-URL/auth/facebook/callback"},
		{"Stripe webhook", webhookOK(cfg), "Stripe delivers events to --base-url + /webhooks/stripe over https only"},
		{"Stripe account", accountOK(ctx, cfg, billing.StripeConfig{Key: cfg.StripeKey}), "docs/stripe.md says how to go live, step by step"},
	}
	return append(findings, examineReach(ctx, cfg)...)
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "doctor")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func free(network, address string) error {
	if network == "udp" {
		c, err := net.ListenPacket("udp", address)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	return l.Close()
}

func mediaFree(port int) error {
	address := ":" + strconv.Itoa(port)
	return errors.Join(free("udp", address), free("tcp", address))
}

// reachable looks for an address that somebody else could use, when the service is not for this machine alone.
func reachable(cfg Config) error {
	if len(split(cfg.NodeIPs)) > 0 || cfg.STUN != "" || strings.Contains(cfg.BaseURL, "//localhost") || strings.Contains(cfg.BaseURL, "//127.0.0.1") {
		return nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() && !ip.IP.IsPrivate() {
			return nil
		}
	}
	return errors.New("this host has private addresses only, and browsers elsewhere cannot reach them")
}

func databaseOK(ctx context.Context, cfg Config) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err := migrations.Status(ctx, cfg.Database)
	return err
}

func webhookOK(cfg Config) error {
	if cfg.Demo || cfg.Billing == "off" {
		return nil
	}
	if !strings.HasPrefix(cfg.BaseURL, "https://") {
		return fmt.Errorf("%s is not https, so Stripe sends nothing", cfg.BaseURL)
	}
	if !strings.HasPrefix(cfg.Webhook, "whsec_") {
		return errors.New("the webhook secret does not begin with whsec_")
	}
	return nil
}

// accountOK asks Stripe whether the key is good and the webhook endpoint there is ours.
func accountOK(ctx context.Context, cfg Config, stripe billing.StripeConfig) error {
	if cfg.Demo || cfg.Billing == "off" || cfg.StripeKey == "" || webhookOK(cfg) != nil { // said above
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return billing.CheckEndpoint(ctx, stripe, strings.TrimSuffix(cfg.BaseURL, "/")+"/webhooks/stripe")
}

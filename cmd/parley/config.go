package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"
)

// Config is what an operator may set, by flag or by the variable of the same name in the environment
// (`--media-port` is PARLEY_MEDIA_PORT). The zero value is not usable: parseConfig fills the defaults.
type Config struct {
	Listen    string // host:port of the web tier
	Data      string // folder of the embedded database, NATS store, mails and the installation's secret
	Database  string // postgres://… or a SQLite file; empty = Data/parley.db
	NATS      string // nats://…; empty = a server inside this process
	MediaPort int    // one UDP and TCP port for all media; 0 = any free one
	NodeIPs   string // comma-separated addresses that browsers reach the media port on, each alone or public/own; empty = this host's own
	STUN      string // host:port of a server that tells the public address, instead of NodeIPs

	TURNPort          int    // UDP and TCP port of the media node's own TURN server; 0 = none
	TURNTLSPort       int    // the same over TLS; 0 = none
	TURNHost          string // name or address of it that browsers are told; empty = the media address
	TURNCert, TURNKey string // PEM files
	TURNServers       string // comma-separated turn: and turns: addresses of servers elsewhere
	TURNSecret        string // shared with those

	Loudest        int // microphones heard at once in a room of more than LoudestAbove; 0 = all
	LoudestAbove   int
	Pool           string // pool of media nodes that this node belongs to
	Region         string // where this node stands, as clients are told
	Capacity       int    // people on this node at whom it gets no more rooms; 0 = no bound
	Replicas       int    // servers of a NATS cluster that keep each event and each room's place
	Metrics        string // host:port of the Prometheus listener; empty = none
	BaseURL        string // what people type, e.g. https://meet.example.org; empty = http://localhost:<port of Listen>
	Secret         string // 64 hex digits that seal keys and sign seats; empty = made at first start in Data/secret
	Demo           bool   // stand-ins for Stripe and mail, a demo organization
	Billing        string // stripe or off
	StripeKey      string // secret API key
	Webhook        string // signing secret of the Stripe webhook endpoint
	GoogleID       string // OAuth client at Google; empty = no such button
	GoogleSecret   string
	FacebookID     string // app at Facebook; empty = no such button
	FacebookSecret string
	SMTP           string // smtp://user:password@host:587; empty = mails are written to Data/mail
	MailFrom       string // sender of mails
	Proxies        string // comma-separated addresses of proxies whose X-Forwarded-For is believed
	Drain          time.Duration
	LogFormat      string // text or json
}

// flags binds every setting to a flag set; the defaults stand here and nowhere else.
func (c *Config) flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "`host:port` of the web tier")
	fs.StringVar(&c.Data, "data", "./data", "`folder` for the database, events, mails and the installation's secret")
	fs.StringVar(&c.Database, "database", "", "postgres://… `URL` or SQLite file (default: DATA/parley.db)")
	fs.StringVar(&c.NATS, "nats", "", "nats://… `URL` (default: a server inside this process)")
	fs.IntVar(&c.MediaPort, "media-port", 7882, "one UDP and TCP `port` for all media, 0 for any free one")
	fs.StringVar(&c.NodeIPs, "node-ip", "", "comma-separated `addresses` that browsers reach the media port on (default: this host's own)")
	fs.StringVar(&c.STUN, "stun", "", "`host:port` of a STUN server that tells this node's public address, instead of --node-ip")
	fs.IntVar(&c.TURNPort, "turn-port", 0, "UDP and TCP `port` of the media node's own TURN server, 0 for none; 3478 is usual")
	fs.IntVar(&c.TURNTLSPort, "turn-tls-port", 0, "TLS `port` of the media node's own TURN server, 0 for none; 443 gets through nearly everywhere")
	fs.StringVar(&c.TURNHost, "turn-host", "", "`name` or address at which browsers find the TURN server (default: the media address)")
	fs.StringVar(&c.TURNCert, "turn-cert", "", "PEM `file` with the certificate for --turn-host and its chain; read again when it changes")
	fs.StringVar(&c.TURNKey, "turn-key", "", "PEM `file` with the key of --turn-cert")
	fs.StringVar(&c.TURNServers, "turn-servers", "", "comma-separated `addresses` of TURN servers elsewhere, such as turns:turn.example.org:443?transport=tcp")
	fs.StringVar(&c.TURNSecret, "turn-secret", "", "`secret` by which those servers check credentials (coturn: static-auth-secret)")
	fs.IntVar(&c.Loudest, "loudest", 8, "`number` of microphones heard at once in very large rooms, 0 for all")
	fs.IntVar(&c.LoudestAbove, "loudest-above", 50, "`number` of microphones above which a room is very large, 0 for never")
	fs.StringVar(&c.Pool, "pool", "default", "`name` of the pool of media nodes that this node belongs to")
	fs.StringVar(&c.Region, "region", "", "`name` of where this node stands, such as eu-central, for clients and the console")
	fs.IntVar(&c.Capacity, "capacity", 0, "`number` of people on this node at which it gets no more rooms, 0 for no bound")
	fs.IntVar(&c.Replicas, "nats-replicas", 1, "`number` of servers of the NATS cluster that keep each event and each room's place; 3 survives the loss of one")
	fs.StringVar(&c.Metrics, "metrics", "", "`host:port` of the Prometheus listener (default: none)")
	fs.StringVar(&c.BaseURL, "base-url", "", "`URL` that people use, such as https://meet.example.org (default: http://localhost:PORT)")
	fs.StringVar(&c.Secret, "secret", "", "`64 hex digits` that seal keys and sign seats (default: made once in DATA/secret)")
	fs.BoolVar(&c.Demo, "demo", false, "stand-ins for Stripe, identity providers and mail, and a demo organization; for trying out only")
	fs.StringVar(&c.Billing, "billing", "stripe", "`stripe` or off")
	fs.StringVar(&c.StripeKey, "stripe-key", "", "Stripe secret `key` (sk_live_… or rk_live_…)")
	fs.StringVar(&c.Webhook, "stripe-webhook-secret", "", "signing `secret` of the Stripe webhook endpoint (whsec_…)")
	fs.StringVar(&c.GoogleID, "google-client-id", "", "`id` of the OAuth client at Google, for signing in with Google")
	fs.StringVar(&c.GoogleSecret, "google-client-secret", "", "its `secret`")
	fs.StringVar(&c.FacebookID, "facebook-client-id", "", "`id` of the app at Facebook, for signing in with Facebook")
	fs.StringVar(&c.FacebookSecret, "facebook-client-secret", "", "its `secret`")
	fs.StringVar(&c.SMTP, "smtp", "", "smtp://user:password@host:587 `URL` (default: mails are written to DATA/mail)")
	fs.StringVar(&c.MailFrom, "mail-from", "Parley <parley@localhost>", "`sender` of mails")
	fs.StringVar(&c.Proxies, "trusted-proxies", "", "comma-separated `addresses` of proxies whose X-Forwarded-For is believed")
	fs.DurationVar(&c.Drain, "drain", 20*time.Second, "longest `time` that stopping may take")
	fs.StringVar(&c.LogFormat, "log-format", "text", "`text` or json")
	return fs
}

// parseConfig reads flags over environment over defaults. It judges nothing: see faults.
func parseConfig(name string, args []string, errOut io.Writer, more func(*flag.FlagSet)) (Config, []string, error) {
	var c Config
	fs := c.flags(name)
	fs.SetOutput(errOut)
	if more != nil {
		more(fs)
	}
	if err := ff.Parse(fs, args, ff.WithEnvVarPrefix("PARLEY")); err != nil {
		return c, nil, fmt.Errorf("read flags of parley %s: %w", name, err)
	}
	c.fill()
	return c, fs.Args(), nil
}

func (c *Config) fill() {
	if c.Database == "" {
		c.Database = filepath.Join(c.Data, "parley.db")
	}
	if c.BaseURL == "" {
		_, port, err := net.SplitHostPort(c.Listen)
		if err != nil {
			port = "8080"
		}
		c.BaseURL = "http://localhost:" + port
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
}

// faults lists everything that is wrong with the configuration, each with its mend. Nil means it can start.
func (c Config) faults() error {
	var all []error
	add := func(bad bool, text string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf(text, args...))
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	add(err != nil, "--listen %q is not host:port; try 127.0.0.1:8080", c.Listen)
	if c.Metrics != "" {
		_, _, err = net.SplitHostPort(c.Metrics)
		add(err != nil, "--metrics %q is not host:port; try 127.0.0.1:9090", c.Metrics)
	}
	add(c.Loudest < 0 || c.LoudestAbove < 0, "--loudest %d and --loudest-above %d are numbers of microphones; use 0 to let everybody be heard", c.Loudest, c.LoudestAbove)
	add(c.MediaPort < 0 || c.MediaPort > 65535, "--media-port %d is not a port; use 1 to 65535, or 0 for any free one", c.MediaPort)
	all = append(all, c.reachFaults()...)
	all = append(all, c.clusterFaults()...)
	for _, p := range split(c.Proxies) {
		_, _, cidr := net.ParseCIDR(p)
		add(net.ParseIP(p) == nil && cidr != nil, "--trusted-proxies %q is neither an address nor a range such as 10.0.0.0/8", p)
	}
	u, err := url.Parse(c.BaseURL)
	add(err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"), "--base-url %q is not an http or https address", c.BaseURL)
	add(c.Secret != "" && !isHex(c.Secret, 64), "--secret must be 64 hex digits; make one with: openssl rand -hex 32")
	add(c.LogFormat != "text" && c.LogFormat != "json", "--log-format %q is unknown; use text or json", c.LogFormat)
	add(c.Drain <= 0, "--drain %s must be longer than nothing; try 20s", c.Drain)
	if c.SMTP != "" {
		u, err = url.Parse(c.SMTP)
		add(err != nil || u.Host == "" || (u.Scheme != "smtp" && u.Scheme != "smtps"), "--smtp is not an smtp:// or smtps:// address")
	}
	all = append(all, c.identityFaults()...)
	all = append(all, c.billingFaults()...)
	return list(all)
}

// list makes one error of many, a line each; nil of none.
func list(all []error) error {
	if len(all) < 2 {
		return errors.Join(all...)
	}
	lines := make([]string, len(all))
	for i, err := range all {
		lines[i] = "\n  - " + err.Error()
	}
	return errors.New(strings.Join(lines, ""))
}

// billingFaults keeps a real service from starting on play money or with a webhook that anybody could call.
func (c Config) billingFaults() (all []error) {
	switch {
	case c.Billing != "stripe" && c.Billing != "off":
		return []error{fmt.Errorf("--billing %q is unknown; use stripe or off", c.Billing)}
	case c.Billing == "off":
		return nil
	case c.Demo:
		if c.StripeKey != "" && !strings.Contains(c.StripeKey, "_test_") {
			all = append(all, errors.New("--stripe-key is a live key, but --demo is on; demo mode never touches real money: leave one of them out"))
		}
		return all
	}
	if c.StripeKey == "" {
		all = append(all, errors.New("--stripe-key is empty; copy the secret key from Stripe's dashboard, or start with --billing off (no sales) or --demo (play money)"))
	} else if strings.Contains(c.StripeKey, "_test_") {
		all = append(all, errors.New("--stripe-key is a test key; use a live key, or --demo for trying out"))
	}
	if c.Webhook == "" {
		all = append(all, errors.New("--stripe-webhook-secret is empty, so anybody could forge a payment; copy it from the endpoint's page in Stripe's dashboard, or start with --billing off"))
	}
	return all
}

// split cuts a comma-separated setting; no entries for an empty one.
func split(s string) (out []string) {
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(strings.ToLower(s), "0123456789abcdef") == ""
}

// prepareData makes the data folder, readable by its owner alone: it holds the installation's secret.
func (c Config) prepareData() error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	return nil
}

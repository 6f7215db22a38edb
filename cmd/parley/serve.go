package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"net/mail"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"

	"parley/app"
	"parley/billing"
	"parley/migrations"
	"parley/sfu"
	"parley/sfu/cluster"
	"parley/tenants"
)

// process is one running Parley: what was built, and how to take it down in the opposite order.
type process struct {
	cfg     Config
	log     *slog.Logger
	std     stdio
	clock   clockwork.Clock
	secret  [32]byte
	db      *tenants.DB
	store   *tenants.Store
	billing *billing.Service
	nats    *nats.Conn
	node    *sfu.Node
	media   app.Media
	nodes   app.MediaNodes
	metrics *app.Metrics
	mailer  app.Mailer
	dev     *app.Dev
	checks  []app.Check
	stops   []func(context.Context) error
}

func runServe(ctx context.Context, args []string, std stdio) error {
	return runTier(ctx, "serve", args, std)
}

func runWeb(ctx context.Context, args []string, std stdio) error {
	return runTier(ctx, "web", args, std)
}

// runTier starts a process with a web tier: alone, or with everything else in it.
func runTier(ctx context.Context, name string, args []string, std stdio) error {
	p, err := newProcess(name, args, std)
	if err != nil {
		return err
	}
	if name == "web" && p.cfg.NATS == "" {
		return errors.New("--nats is empty; the web tier alone needs a NATS server to find media nodes, or use `parley serve`")
	}
	defer p.stop()
	l, err := net.Listen("tcp", p.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; stop what uses the port, or choose another with --listen", p.cfg.Listen, err)
	}
	p.adoptPort(l)
	for _, step := range []func(context.Context) error{p.openStore, p.openBilling, p.openMail, p.openNATS} {
		if err := step(ctx); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	open := p.openNode
	if name == "web" {
		open = p.openCluster
	}
	if err := open(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	return p.serveWeb(ctx, l)
}

// newProcess reads and judges the configuration; nothing runs yet.
func newProcess(name string, args []string, std stdio) (*process, error) {
	cfg, rest, err := parseConfig(name, args, std.err, nil)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%q is not understood; flags begin with --", rest[0])
	}
	if err := cfg.faults(); err != nil {
		return nil, err
	}
	if err := cfg.prepareData(); err != nil {
		return nil, err
	}
	secret, err := cfg.secret()
	if err != nil {
		return nil, err
	}
	return &process{cfg: cfg, log: cfg.logger(std.err), std: std, clock: clockwork.NewRealClock(), secret: secret, metrics: app.NewMetrics()}, nil
}

// adoptPort puts the port that the system chose into the configuration, when port 0 asked for any.
func (p *process) adoptPort(l net.Listener) {
	_, asked, _ := net.SplitHostPort(p.cfg.Listen)
	if asked != "0" {
		return
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if p.cfg.BaseURL == "http://localhost:0" {
		p.cfg.BaseURL = "http://localhost:" + port
	}
	p.cfg.Listen = l.Addr().String()
}

// later remembers how to take something down again.
func (p *process) later(stop func(context.Context) error) { p.stops = append(p.stops, stop) }

// stop takes everything down, the youngest first, within the drain time.
func (p *process) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), p.cfg.Drain)
	defer cancel()
	for i := len(p.stops) - 1; i >= 0; i-- {
		if err := p.stops[i](ctx); err != nil {
			p.log.Warn("stopping", "err", err)
		}
	}
	p.stops = nil
}

func (p *process) openStore(ctx context.Context) error {
	if err := migrations.Up(ctx, p.cfg.Database); err != nil {
		return fmt.Errorf("bring the database up to date: %w", err)
	}
	db, err := tenants.OpenDB(ctx, tenants.DBOptions{URL: p.cfg.Database, Log: p.log})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	p.later(func(context.Context) error { return db.Close() })
	p.db = db
	p.store = tenants.New(db, tenants.Options{Clock: p.clock, Log: p.log, Secret: p.secret})
	p.checks = append(p.checks, app.Check{Name: "database", Ok: db.Ping})
	return nil
}

func (p *process) openMail(context.Context) error {
	if p.cfg.SMTP == "" {
		p.mailer = p.mailFolder()
		return nil
	}
	m, err := app.NewSMTPMailer(p.cfg.SMTP, p.cfg.MailFrom)
	p.mailer = m
	return err
}

func (p *process) mailFolder() app.FolderMailer {
	return app.FolderMailer{Dir: p.cfg.dataPath("mail"), From: p.cfg.MailFrom}
}

func (p *process) openNATS(context.Context) error {
	if p.cfg.NATS != "" {
		nc, err := cluster.Dial(p.cfg.NATS, p.log)
		if err != nil {
			return fmt.Errorf("connect to NATS at %s: %w", p.cfg.NATS, err)
		}
		p.later(func(context.Context) error { nc.Close(); return nil })
		p.nats = nc
	} else {
		srv, err := cluster.Embedded(p.cfg.dataPath("nats"), p.log)
		if err != nil {
			return fmt.Errorf("start the embedded NATS server: %w", err)
		}
		p.later(func(context.Context) error { srv.Close(); return nil })
		p.nats = srv.Conn()
	}
	p.checks = append(p.checks, app.Check{Name: "nats", Ok: func(context.Context) error {
		if !p.nats.IsConnected() {
			return fmt.Errorf("NATS is %s", p.nats.Status())
		}
		return nil
	}})
	return nil
}

// serveWeb answers requests until the context ends, then drains: no new meetings, people are told to come back, requests finish.
func (p *process) serveWeb(ctx context.Context, l net.Listener) error {
	idp, err := p.openIdentity()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	web, err := app.New(p.webConfig(), app.Deps{
		Log: p.log, Clock: p.clock, Tenants: p.store, Billing: p.billing, Ads: p.adverts(), Media: p.media,
		Mailer: p.mailer, Checks: p.checks, Metrics: p.metrics, Dev: p.dev, Identity: idp,
		Nodes: p.nodes, Doors: p.doors(), Around: p.surroundings,
	})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	p.followEvents(web)
	p.deliverWebhooks(web)
	p.catchUp(ctx)
	if err := p.serveMetrics(); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := errors.Join(p.billing.SeedPacks(ctx), p.seedDemo(ctx)); err != nil {
		if ctx.Err() != nil { // told to stop before it had begun
			err = nil
		}
		return errors.Join(err, l.Close())
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(l) }()
	p.greet()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	p.log.Info("stopping", "within", p.cfg.Drain)
	web.Drain()
	drain, cancel := context.WithTimeout(context.Background(), p.cfg.Drain)
	defer cancel()
	if p.node != nil {
		err = p.node.Close(drain)
	}
	return errors.Join(err, web.Shutdown(drain))
}

// followEvents writes what media nodes report into the store, until everything else has stopped: the last people's leaving counts too.
func (p *process) followEvents(web *app.Server) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := cluster.Consume(ctx, p.nats, p.consumer(), web.MediaEvent); err != nil {
			p.log.Error("media events are not followed any more", "err", err)
		}
	}()
	p.later(func(context.Context) error { cancel(); <-done; return nil })
}

// deliverWebhooks posts to customers' servers what is due, until the process stops.
func (p *process) deliverWebhooks(web *app.Server) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		web.RunCourier(ctx)
	}()
	p.later(func(context.Context) error { cancel(); <-done; return nil })
}

func (p *process) consumer() cluster.ConsumerOptions {
	return cluster.ConsumerOptions{Logger: p.log, Clock: p.clock, Durable: "web", Replicas: p.cfg.Replicas}
}

// catchUpTime bounds how long a start waits for old events. A web tier that cannot catch up serves all the same: the node's own limits hold.
const catchUpTime = 20 * time.Second

// catchUp waits until what media nodes reported during an outage is in the store, so that a running meeting is not taken for an empty one.
func (p *process) catchUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, catchUpTime)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		waiting, err := cluster.Behind(ctx, p.nats, p.consumer())
		if err == nil && waiting == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			p.log.Warn("serving before all media events are in", "waiting", waiting, "err", err)
			return
		}
	}
}

// addressOf is the address of who mails come from, which is also where people write to; "" for none.
func addressOf(from string) string {
	parsed, err := mail.ParseAddress(from)
	if err != nil {
		return ""
	}
	return parsed.Address
}

func (p *process) webConfig() app.Config {
	google, facebook := p.providers()
	return app.Config{
		Google: google, Facebook: facebook,
		BaseURL: p.cfg.BaseURL, Version: version, Demo: p.cfg.Demo, Selling: p.cfg.Billing == "stripe",
		Proxies: split(p.cfg.Proxies), Secret: p.secret, Contact: addressOf(p.cfg.MailFrom),
	}
}

// serveMetrics opens the listener for Prometheus and for profiles of where time and memory go, if one is wanted. It is for operators: it
// stands on an address of its own, which nobody else should reach.
func (p *process) serveMetrics() error {
	if p.cfg.Metrics == "" {
		return nil
	}
	l, err := net.Listen("tcp", p.cfg.Metrics)
	if err != nil {
		return fmt.Errorf("listen for metrics on %s: %w", p.cfg.Metrics, err)
	}
	srv := &http.Server{Handler: p.inspection(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	p.later(srv.Shutdown)
	return nil
}

// inspection answers those who watch over this process.
func (p *process) inspection() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

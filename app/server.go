package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/gofiber/fiber/v2/middleware/session"
	"github.com/jonboulle/clockwork"

	"parley/app/identity"
	"parley/app/isolation"
	"parley/app/outgoing"
	"parley/billing"
	"parley/billing/ads"
	"parley/sfu"
	"parley/static/emoji"
	"parley/tenants"
	"parley/views"
)

// maxHeader bounds a request's line and headers: the /rtc/v1 address carries a packed SDP offer, of about 4 KB where a client has
// sixty media sections. Each open signalling socket keeps a buffer of this size.
const maxHeader = 32 << 10

// maxBody bounds a request's body; Stripe's events are the largest thing that we accept.
const maxBody = 1 << 20

// Config is what the web tier has to know about its surroundings.
type Config struct {
	BaseURL string   // what people type, without a slash at the end
	Version string   // of the program
	Demo    bool     // stand-ins are reachable under /dev
	Selling bool     // plans can be bought
	Proxies []string // addresses whose X-Forwarded-For is believed
	Secret  [32]byte // signs seats; never leaves the process
	Contact string   // address that people write to whom the operator has locked out; "" hides it

	Google, Facebook Client // zero when it is not set up
}

// Deps are the services that the web tier stands on; cmd builds them.
type Deps struct {
	Log     *slog.Logger
	Clock   clockwork.Clock
	Tenants *tenants.Store
	Billing *billing.Service
	Ads     *ads.Service // nil = no advertisements
	Media   Media
	Mailer  Mailer
	Checks  []Check
	Metrics *Metrics
	Hooks   *outgoing.Client                    // delivers webhooks; nil = a careful one
	Nodes   MediaNodes                          // for the operator
	Doors   func() sfu.Doors                    // what a network has to let through; nil where media nodes are apart
	Around  func(context.Context) []Surrounding // what is around the process, for the operator; nil = nothing is looked at
	Dev     *Dev                                // nil outside demo mode

	Identity *identity.Client // speaks to identity providers
}

// Server is the web tier of one process.
type Server struct {
	cfg        Config
	log        *slog.Logger
	clock      clockwork.Clock
	tenants    *tenants.Store
	billing    *billing.Service
	ads        *ads.Service
	media      Media
	mailer     Mailer
	checks     []Check
	metrics    *Metrics
	dev        *Dev
	hooks      *outgoing.Client
	nodes      MediaNodes
	doors      func() sfu.Doors
	around     func(context.Context) []Surrounding
	keys       sfu.Keyring
	sessions   *session.Store
	assets     assets
	catalogue  *views.Catalogue
	emoji      *emoji.List
	web        *fiber.App
	sockets    *sockets
	later      *later
	uploads    *uploads
	idp        *identity.Client
	quotaNews  quotaNews
	bell       doorbell
	mailBell   chan struct{} // rings when there are new mails in the outbox
	errandBell chan struct{} // rings when there is something to do that takes long
	running    context.Context
	stop       context.CancelFunc // ends what runs beside requests
	beside     sync.WaitGroup     // what runs beside requests: Serve starts it, Shutdown sees it end
	draining   atomic.Bool
}

// New builds the web tier. Nothing listens yet.
func New(cfg Config, d Deps) (*Server, error) {
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	catalogue, err := views.NewCatalogue()
	if err != nil {
		return nil, err
	}
	emoji, err := emoji.Load()
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, log: d.Log, clock: d.Clock, tenants: d.Tenants, billing: d.Billing, ads: d.Ads, media: d.Media,
		mailer: d.Mailer, checks: d.Checks, metrics: d.Metrics, dev: d.Dev,
		nodes: d.Nodes, doors: d.Doors, around: d.Around,
		keys: Keys{Store: d.Tenants}, assets: assets, catalogue: catalogue, emoji: emoji, sockets: newSockets(), later: newLater(d.Log), uploads: newUploads(d.Clock), idp: d.Identity,
		mailBell: make(chan struct{}, 1), errandBell: make(chan struct{}, 1),
	}
	if s.hooks = d.Hooks; s.hooks == nil {
		s.hooks = outgoing.New(outgoing.Options{Loopback: cfg.Demo})
	}
	s.running, s.stop = context.WithCancel(context.Background())
	s.sessions = s.newSessions()
	s.web = fiber.New(fiber.Config{
		AppName:                 "Parley",
		Immutable:               true, // strings of a context are reused by fasthttp otherwise
		DisableStartupMessage:   true,
		ReadBufferSize:          maxHeader,
		BodyLimit:               maxBody, // see bodyLimit
		ReadTimeout:             30 * time.Second,
		WriteTimeout:            30 * time.Second,
		IdleTimeout:             75 * time.Second,
		ErrorHandler:            s.unheard,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          cfg.Proxies,
		ProxyHeader:             proxyHeader(cfg.Proxies),
	})
	s.web.Server().HeaderReceived = s.bodyLimit
	s.web.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: s.logPanic}))
	s.web.Use(s.observe, compress.New(compress.Config{Next: neverCompress, Level: compress.LevelBestSpeed}), s.refusePacked)
	s.routes()
	return s, nil
}

// Handler gives the fiber application, for tests that need no listener.
func (s *Server) Handler() *fiber.App { return s.web }

// Routes lists the verbs and addresses that the server answers, for who walks them all. Those that it answers under any address are not
// among them.
func (s *Server) Routes() (out []isolation.Route) {
	for _, r := range s.web.GetRoutes(true) {
		out = append(out, isolation.Route{Method: r.Method, Path: r.Path})
	}
	return out
}

// Serve answers requests on l until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.beside.Go(func() { s.sendMails(s.running) })
	s.beside.Go(func() { s.eraseDue(s.running) })
	s.beside.Go(func() { s.runErrands(s.running) })
	s.beside.Go(func() { s.reconcileSales(s.running) })
	s.beside.Go(func() { s.forgetAds(s.running) })
	s.beside.Go(func() { s.watchBooks(s.running) })
	s.beside.Go(func() { s.ringDoors(s.running) })
	if err := s.web.Listener(l); err != nil {
		return fmt.Errorf("serve web: %w", err)
	}
	return nil
}

// Drain makes /readyz fail, so that a load balancer looks elsewhere, and refuses new meetings.
func (s *Server) Drain() { s.draining.Store(true) }

// Shutdown lets running requests finish and closes sockets that are still open; the media tier has told people where to go by then.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Drain()
	s.stop()
	s.beside.Wait()
	s.sockets.closeAll()
	if err := s.web.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("stop web: %w", err)
	}
	return errors.Join(s.sockets.wait(ctx), s.later.wait(ctx))
}

func (s *Server) logPanic(c *fiber.Ctx, cause any) {
	s.log.Error("a handler panicked", "path", c.Path(), "cause", cause)
}

func proxyHeader(trusted []string) string {
	if len(trusted) == 0 {
		return ""
	}
	return fiber.HeaderXForwardedFor
}

func neverCompress(c *fiber.Ctx) bool {
	_, file := chatFilesOf(c.Path()) // has its length with it
	return c.Get("Upgrade") != "" || isStatic(c.Path()) || file
}

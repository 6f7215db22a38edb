package app

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/csrf"
	"github.com/gofiber/fiber/v2/middleware/limiter"
)

// keys of values that middleware leaves for handlers.
const (
	localNonce = "nonce"
	localCSRF  = "csrf"
	localWho   = "who"
	localOrg   = "org"

	localNowhere = "nowhere" // the code or link of the request leads nowhere
)

// headers sets what every answer carries: a strict Content-Security-Policy with a nonce of its own, and no leaks by referrer,
// framing or sniffing. Camera and microphone are for this origin only.
func (s *Server) headers(c *fiber.Ctx) error {
	s.setHeaders(c)
	return c.Next()
}

// refusePacked refuses a body that is packed, before anything looks into it: forms and bodies are unpacked by who reads them first, and
// nothing bounds what a kilobyte becomes. No browser packs a form, and neither do Stripe nor the clients of our programs' doors.
func (s *Server) refusePacked(c *fiber.Ctx) error {
	for _, how := range c.Request().Header.PeekAll(fiber.HeaderContentEncoding) {
		if len(how) > 0 && !strings.EqualFold(string(how), "identity") {
			return errPacked
		}
	}
	return c.Next()
}

func (s *Server) setHeaders(c *fiber.Ctx) {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
	nonce := base64.RawStdEncoding.EncodeToString(raw)
	c.Locals(localNonce, nonce)
	c.Set("Content-Security-Policy", policy(nonce, s.base(c)))
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), screen-wake-lock=(self), geolocation=(), payment=()")
	if s.secure() {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func policy(nonce, base string) string {
	socketOrigin := "ws" + strings.TrimPrefix(base, "http") // older browsers do not count it as 'self'
	return "default-src 'none'; script-src 'self' 'nonce-" + nonce + "'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
		"connect-src 'self' " + socketOrigin + "; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; " +
		"form-action 'self' https://checkout.stripe.com https://billing.stripe.com; frame-ancestors 'none'; base-uri 'none'"
}

// secure says whether people reach the service by https, so that cookies may insist on it.
func (s *Server) secure() bool { return strings.HasPrefix(s.cfg.BaseURL, "https://") }

// guardForms refuses a state-changing request that did not start on a page of ours (double-submit token, kept in the database so
// that a form outlives a restart).
func (s *Server) guardForms() fiber.Handler {
	return csrf.New(csrf.Config{
		CookieName:     "parley_csrf",
		CookieHTTPOnly: true,
		CookieSameSite: fiber.CookieSameSiteLaxMode,
		CookieSecure:   s.secure(),
		Expiration:     12 * time.Hour,
		Storage:        newMarks(s.tenants.Sessions(), s.clock),
		ContextKey:     localCSRF,
		Extractor: func(c *fiber.Ctx) (string, error) {
			if token := c.Get(csrf.HeaderName); token != "" {
				return token, nil
			}
			if token := c.FormValue("csrf"); token != "" {
				return token, nil
			}
			return "", errStaleForm
		},
		ErrorHandler: func(*fiber.Ctx, error) error { return errStaleForm },
	})
}

// slowDown lets one address make n requests in a window; further ones get the 429 page.
func (s *Server) slowDown(n int, window time.Duration) fiber.Handler {
	return limiter.New(limiter.Config{
		Max:          n,
		Expiration:   window,
		KeyGenerator: func(c *fiber.Ctx) string { return c.IP() + " " + c.Route().Path },
		LimitReached: func(*fiber.Ctx) error { return errTooMany },
	})
}

// slowDownPerson is slowDown for what costs us much and is a person's own: one person counts as one, wherever they are.
func (s *Server) slowDownPerson(n int, window time.Duration) fiber.Handler {
	return limiter.New(limiter.Config{
		Max:          n,
		Expiration:   window,
		KeyGenerator: func(c *fiber.Ctx) string { return string(visitor(c).User.ID) + " " + c.Route().Path },
		LimitReached: func(*fiber.Ctx) error { return errTooMany },
	})
}

// slowDownSockets is slowDown for the signalling doors, whose clients show plain text.
func (s *Server) slowDownSockets(n int, window time.Duration) fiber.Handler {
	return limiter.New(limiter.Config{
		Max:          n,
		Expiration:   window,
		KeyGenerator: func(c *fiber.Ctx) string { return c.IP() + " " + c.Route().Path },
		LimitReached: func(c *fiber.Ctx) error { return s.refuseSignal(c, errTooMany) },
	})
}

package app

import (
	"crypto/sha256"
	_ "embed" // the description of the API
	"encoding/hex"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/limiter"

	"parley/tenants"
)

const (
	maxAPIBody  = 16 << 10 // of one request, before anything of it is parsed
	maxIdem     = 128      // characters of an Idempotency-Key
	apiRate     = 300      // requests of one key in apiWindow
	apiWindow   = time.Minute
	idemHeader  = "Idempotency-Key"
	localAPIKey = "api key"
	localRate   = "api rate"
)

// openAPIDocument describes every operation in OpenAPI 3.1. A test drives each of them and holds the answers to it.
//
//go:embed openapi.json
var openAPIDocument []byte

// apiAccess is the program behind a request of our API.
type apiAccess struct {
	Org  tenants.OrgID
	Key  tenants.APIKey
	Door *tenants.KeyDoor
}

// mountAPI serves /api/v1 for programs: a bearer key, JSON, problem details on errors.
func (s *Server) mountAPI(r fiber.Router) {
	r.Get("/api/openapi.json", s.openAPI)
	v1 := r.Group("/api/v1", sayRate, s.slowDown(1200, time.Minute), s.openAPIDoor, s.slowDownKey())
	v1.Get("/rooms", s.apiRooms)
	v1.Post("/rooms", s.once, s.apiCreateRoom)
	v1.Get("/rooms/:id", s.apiRoom)
	v1.Patch("/rooms/:id", s.apiRenameRoom)
	v1.Delete("/rooms/:id", s.apiArchiveRoom)
	v1.Get("/meetings", s.apiMeetings)
	v1.Get("/meetings/:id", s.apiMeeting)
	v1.Get("/meetings/:id/participants", s.apiParticipants)
	v1.Post("/meetings/:id/end", s.once, s.apiEndMeeting)
	v1.Get("/members", s.apiMembers)
	v1.Get("/members/:id", s.apiMember)
	v1.Get("/usage", s.apiUsage)
	v1.Get("/entitlements", s.apiEntitlements)
	r.Use("/api", func(*fiber.Ctx) error { return errNotFound })
}

func (s *Server) openAPI(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*") // it is public, and documentation readers run in browsers
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(openAPIDocument)
}

// openAPIDoor is the door to the API: size first, then the key.
func (s *Server) openAPIDoor(c *fiber.Ctx) error {
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if len(c.Body()) > maxAPIBody {
		return fiber.ErrRequestEntityTooLarge
	}
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		token = ""
	}
	org, key, err := s.tenants.APIKeyOf(c.UserContext(), strings.TrimSpace(token))
	if err != nil {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="parley"`)
		return err
	}
	scoped := s.tenants.Org(org)
	if err := scoped.APIKeyUsed(c.UserContext(), key, address(c)); err != nil {
		return err
	}
	c.Locals(localAPIKey, apiAccess{Org: org, Key: key, Door: scoped.As(key)})
	return c.Next()
}

func apiAccessOf(c *fiber.Ctx) apiAccess {
	a, _ := c.Locals(localAPIKey).(apiAccess)
	return a
}

// rateHeaders say how many requests are left.
var rateHeaders = []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}

// sayRate puts what is left of the key's rate into the answer, not what is left of the address's, which is counted around it.
func sayRate(c *fiber.Ctx) error {
	err := c.Next()
	if left, ok := c.Locals(localRate).([]string); ok {
		for i, name := range rateHeaders {
			c.Set(name, left[i])
		}
	}
	return err
}

// slowDownKey lets one key make so many requests in a while, and says in each answer how many are left.
func (s *Server) slowDownKey() fiber.Handler {
	count := limiter.New(limiter.Config{
		Max:          apiRate,
		Expiration:   apiWindow,
		KeyGenerator: func(c *fiber.Ctx) string { return apiAccessOf(c).Key.ID },
		LimitReached: func(*fiber.Ctx) error { return errTooMany },
	})
	return func(c *fiber.Ctx) error {
		err := count(c)
		left := make([]string, len(rateHeaders))
		for i, name := range rateHeaders {
			left[i] = c.GetRespHeader(name)
		}
		if left[0] != "" {
			c.Locals(localRate, left)
		}
		return err
	}
}

// once gives a repeated request the answer that the first one got, when both carry the same Idempotency-Key. A request that failed on
// our side may be sent again.
func (s *Server) once(c *fiber.Ctx) error {
	idem := c.Get(idemHeader)
	if idem == "" {
		return c.Next()
	}
	if len(idem) > maxIdem || strings.Trim(idem, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:") != "" {
		return &tenants.Error{Code: tenants.CodeInvalid, Field: idemHeader, Key: "error.idempotency.invalid"}
	}
	sum := sha256.Sum256(c.Body())
	door := apiAccessOf(c).Door
	kept, fresh, err := door.Recall(c.UserContext(), idem, c.Method()+" "+c.Path()+" "+hex.EncodeToString(sum[:]))
	if err != nil {
		return err
	}
	if !fresh {
		c.Set("Idempotency-Replayed", "true")
		c.Set(fiber.HeaderContentType, kindOf(kept.Status))
		return c.Status(kept.Status).Send(kept.Body)
	}
	if err := c.Next(); err != nil {
		if err := s.problem(c, err); err != nil {
			return err
		}
	}
	status := c.Response().StatusCode()
	if status >= fiber.StatusInternalServerError || status == fiber.StatusTooManyRequests {
		return door.Forget(c.UserContext(), idem)
	}
	return door.Keep(c.UserContext(), idem, tenants.KeptAnswer{Status: status, Body: c.Response().Body()})
}

func kindOf(status int) string {
	if status >= fiber.StatusBadRequest {
		return "application/problem+json"
	}
	return fiber.MIMEApplicationJSON
}

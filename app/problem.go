package app

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// problem is an error that a person may see: a status, and the id of its sentence in the message catalogue.
type problem struct {
	Status int
	Key    string
	Detail string    // id of a sentence that says more; empty for none
	Until  time.Time // when it can be tried again; zero when that is not known
}

func (p *problem) Error() string { return p.Key }

var (
	errNotFound  = &problem{Status: fiber.StatusNotFound, Key: "not_found"}
	errForbidden = &problem{Status: fiber.StatusForbidden, Key: "forbidden"}
	errStaleForm = &problem{Status: fiber.StatusForbidden, Key: "stale_form"}
	errTooMany   = &problem{Status: fiber.StatusTooManyRequests, Key: "too_many"}
	errDraining  = &problem{Status: fiber.StatusServiceUnavailable, Key: "draining"}
	errPacked    = &problem{Status: fiber.StatusUnsupportedMediaType, Key: "packed", Detail: "problem.packed.text"}
	errGoing     = &problem{Status: fiber.StatusConflict, Key: "conflict", Detail: "error.organization.buying"}
	errNoSales   = &problem{Status: fiber.StatusForbidden, Key: "no_sales"}
)

// statusOf is the one table from errors of services to HTTP.
var statusOf = map[tenants.Code]int{
	tenants.CodeInvalid:      fiber.StatusBadRequest,
	tenants.CodeUnauthorized: fiber.StatusUnauthorized,
	tenants.CodeForbidden:    fiber.StatusForbidden,
	tenants.CodeNotFound:     fiber.StatusNotFound,
	tenants.CodeTaken:        fiber.StatusConflict,
	tenants.CodeFull:         fiber.StatusConflict,
	tenants.CodeEnded:        fiber.StatusGone,
	tenants.CodeLimited:      fiber.StatusForbidden,
	tenants.CodeWaiting:      fiber.StatusForbidden,
	tenants.CodeLocked:       fiber.StatusLocked,
	tenants.CodeHeld:         fiber.StatusTooManyRequests,
	tenants.CodeInternal:     fiber.StatusInternalServerError,
}

// problemOf turns any error into one that a person may see. What it does not know is our fault, and says no more than that.
func problemOf(err error) problem {
	var own *problem
	var tenant *tenants.Error
	var web *fiber.Error
	switch {
	case errors.As(err, &own):
		return *own
	case errors.Is(err, billing.ErrSignature):
		return problem{Status: fiber.StatusBadRequest, Key: "bad_request"}
	case errors.As(err, &tenant):
		return problem{Status: statusOf[tenant.Code], Key: problemKey(statusOf[tenant.Code]), Detail: tenant.Key, Until: tenant.Until}
	case errors.As(err, &web):
		return problem{Status: web.Code, Key: problemKey(web.Code)}
	}
	return problem{Status: fiber.StatusInternalServerError, Key: "internal"}
}

// problemKey names the sentence for a status that nothing more is known about.
func problemKey(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "not_found"
	case fiber.StatusForbidden, fiber.StatusUnauthorized, fiber.StatusLocked:
		return "forbidden"
	case fiber.StatusTooManyRequests:
		return "too_many"
	case fiber.StatusConflict:
		return "conflict"
	case fiber.StatusGone:
		return "gone"
	}
	if status >= 500 || status == 0 {
		return "internal"
	}
	return "bad_request"
}

// problem answers a failed request: a page for people, problem details (RFC 9457) for programs. Our own faults are logged here, once.
func (s *Server) problem(c *fiber.Ctx, err error) error {
	if !wantsJSON(c) && !strings.HasPrefix(c.Path(), "/api/") {
		if shut, err := s.shut(c, err); shut {
			return err
		}
	}
	p := problemOf(err)
	if p.Status == 0 {
		p.Status = fiber.StatusInternalServerError
	}
	if p.Status >= 500 {
		s.log.Error("request failed", "method", c.Method(), "path", c.Path(), "err", err)
	}
	c.Status(p.Status)
	wait := s.waitOf(c, p)
	if strings.HasPrefix(c.Path(), "/api/") {
		return s.answerProblem(c, p, err)
	}
	if wantsJSON(c) {
		return c.JSON(fiber.Map{"type": "about:blank", "status": p.Status, "title": p.Key}, "application/problem+json")
	}
	if c.Locals(localNonce) == nil { // failed before the middleware for pages
		s.setHeaders(c)
	}
	c.Status(p.Status)
	page := s.page(c, "problem."+p.Key+".title")
	return s.render(c, views.Problem(page, views.ProblemModel{Status: p.Status, Key: p.Key, Detail: detail(p), Home: homeOf(c), Wait: wait}))
}

// waitOf says how long somebody has to wait who tried too often, and tells programs in Retry-After (RFC 9110, section 10.2.3). The limiter
// of a route has written it there already.
func (s *Server) waitOf(c *fiber.Ctx, p problem) time.Duration {
	if p.Status != fiber.StatusTooManyRequests {
		return 0
	}
	if !p.Until.IsZero() {
		left := max(p.Until.Sub(s.clock.Now()), time.Second)
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(left.Seconds()))))
		return left
	}
	seconds, err := strconv.Atoi(c.GetRespHeader(fiber.HeaderRetryAfter))
	if err != nil {
		return 0
	}
	return time.Duration(max(seconds, 1)) * time.Second
}

// waitFor is waitOf for an error that a page shows beside its form.
func (s *Server) waitFor(c *fiber.Ctx, err error) time.Duration { return s.waitOf(c, problemOf(err)) }

// detail is the sentence that says more than the status does. What is missing or hidden stays unexplained.
func detail(p problem) string {
	if p.Status == fiber.StatusNotFound || p.Status >= 500 {
		return ""
	}
	return p.Detail
}

func wantsJSON(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAccept), "json") || strings.HasPrefix(c.Path(), "/webhooks/") || strings.HasPrefix(c.Path(), "/twirp/") || strings.HasPrefix(c.Path(), "/rtc")
}

package app

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Check is one thing that Parley needs in order to serve, and how to see whether it is there.
type Check struct {
	Name string
	Ok   func(context.Context) error
}

// healthz says that the process runs and answers.
func (s *Server) healthz(c *fiber.Ctx) error {
	return c.JSON(fiber.Map{"status": "ok", "version": s.cfg.Version})
}

// readyz says whether meetings can be held now: 200, or 503 with what is missing.
func (s *Server) readyz(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	status, checks := fiber.StatusOK, fiber.Map{}
	for _, check := range s.checks {
		checks[check.Name] = "ok"
		if err := check.Ok(ctx); err != nil {
			s.log.Warn("not ready", "part", check.Name, "err", err)
			status, checks[check.Name] = fiber.StatusServiceUnavailable, "unavailable"
		}
	}
	if s.draining.Load() {
		status, checks["draining"] = fiber.StatusServiceUnavailable, "this process is stopping"
	}
	return c.Status(status).JSON(fiber.Map{"ready": status == fiber.StatusOK, "checks": checks})
}

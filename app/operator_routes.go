package app

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// operatorRoutes are the console of who runs the service. Everything but the way in asks for an operator first.
func (s *Server) operatorRoutes(r fiber.Router) {
	door := r.Group("/operator", s.asOperator)
	door.Get("/login", s.operatorSignInPage)
	door.Post("/login", s.slowDown(30, time.Minute), s.operatorSignIn)
	door.Post("/logout", s.operatorSignOut)

	op := door.Group("", s.requireOperator)
	op.Get("", s.operatorOverview)

	// What operators did.
	op.Get("/audit", s.operatorAuditPage)
	op.Get("/audit.csv", s.operatorAuditCSV)
}

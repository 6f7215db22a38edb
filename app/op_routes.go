package app

import (
	"time"

	"github.com/gofiber/fiber/v2"
)

// operatorMoneyRoutes are the operator's pages about money and machines.
func (s *Server) operatorMoneyRoutes(op fiber.Router) {
	op.Get("/revenue", s.operatorRevenue)
	op.Get("/revenue.csv", s.operatorRevenueCSV)

	op.Get("/plans", s.operatorPlans)
	op.Get("/plans/:plan", s.operatorPlan)
	op.Post("/plans/:plan/shown", s.operatorShowPlan)
	op.Get("/plans/:plan/version", s.operatorVersionPage)
	op.Post("/plans/:plan/version", s.operatorVersion)
	op.Post("/plans/:plan/move", s.operatorMovePlan)

	op.Get("/promotions", s.operatorPromotions)
	op.Post("/promotions", s.slowDown(60, 10*time.Minute), s.operatorMakePromotion)
	op.Post("/promotions/:promotion/stop", s.operatorStopPromotion)

	op.Get("/events", s.operatorEvents)
	op.Post("/events/:event/replay", s.slowDown(120, time.Minute), s.operatorReplay)

	op.Get("/announcements", s.operatorAnnouncements)
	op.Post("/announcements", s.operatorAnnounce)
	op.Get("/announcements/new", s.operatorNewAnnouncement)
	op.Get("/announcements/:id", s.operatorAnnouncement)
	op.Post("/announcements/:id", s.operatorAnnounce)
	op.Post("/announcements/:id/end", s.operatorEndAnnouncement)

	op.Get("/nodes", s.operatorNodes)
	op.Post("/nodes/:node/drain", s.operatorDrain(true))
	op.Post("/nodes/:node/open", s.operatorDrain(false))

	op.Get("/health", s.operatorHealth)
	op.Post("/health/books", s.slowDown(10, time.Minute), s.operatorCheckBooks)
}

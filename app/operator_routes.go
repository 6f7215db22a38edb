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
	if s.ads != nil {
		s.campaignRoutes(op)
	}

	// Packs of stickers.
	op.Get("/packs", s.operatorPacks)
	op.Post("/packs", s.operatorMakePack)
	op.Get("/packs/:pack", s.operatorPack)
	op.Post("/packs/:pack/stickers", s.operatorAddSticker)
	op.Post("/packs/:pack/stickers/:sticker/remove", s.operatorRemoveSticker)
	op.Post("/packs/:pack/price", s.operatorPackPrice)
	op.Post("/packs/:pack/state", s.operatorPackState)
	op.Post("/packs/:pack/payments/:payment/refund", s.operatorRefundPack)

	s.operatorMoneyRoutes(op)
	// Customers.
	op.Get("/tenants", s.operatorTenants)
	op.Get("/tenants/:tenant", s.operatorTenant)
	op.Post("/tenants/:tenant/suspend", s.suspendTenant)
	op.Post("/tenants/:tenant/restore", s.restoreTenant)
	op.Post("/tenants/:tenant/exception", s.setException)
	op.Post("/tenants/:tenant/exception/:exception/end", s.endException)
	op.Post("/tenants/:tenant/support", s.askSupport)
	op.Post("/tenants/:tenant/support/:access/open", s.openSupport)
	op.Post("/tenants/:tenant/support/:access/end", s.stopSupport)
	op.Get("/people", s.operatorPeople)
	op.Get("/people/:person", s.operatorPerson)
	op.Post("/people/:person/lock", s.lockPerson)
	op.Post("/people/:person/unlock", s.unlockPerson)
	op.Post("/people/:person/sign-out", s.signOutPerson)

	// What operators did.
	op.Get("/audit", s.operatorAuditPage)
	op.Get("/audit.csv", s.operatorAuditCSV)
}

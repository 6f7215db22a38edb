package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// routes reads from public to private. What other programs call comes first, before sessions and form tokens.
func (s *Server) routes() {
	r := s.web

	// Programs: monitors, Stripe, LiveKit clients. No session, no form token; each proves itself in its own way.
	r.Get("/healthz", s.healthz)
	r.Get("/readyz", s.readyz)
	r.Get("/static/*", s.staticFile)
	r.Get("/favicon.ico", s.favicon)
	r.Get("/robots.txt", robots)
	r.Get("/logo/:file", s.slowDown(600, time.Minute), s.logo)
	r.Get("/emoji/:file", s.slowDown(6000, time.Minute), s.emojiPicture)
	r.Get("/sticker/:file", s.slowDown(6000, time.Minute), s.stickerPicture)
	r.Get("/ads/picture/:picture", s.slowDown(1200, time.Minute), s.adPicture)
	r.Post("/webhooks/stripe", s.stripeWebhook)
	for _, path := range []string{"/rtc", "/rtc/v1"} {
		r.Get(path, s.slowDownSockets(600, time.Minute), s.signal)
		r.Get(path+"/validate", s.slowDownSockets(600, time.Minute), s.validate)
		r.Options(path+"/validate", s.validate)
	}
	r.All("/twirp/*", s.slowDown(1200, time.Minute), s.openRoomAPI, s.slowDownOrg(600, time.Minute), s.roomAPI())
	s.mountAPI(r)
	if s.dev != nil {
		s.dev.mountStandIns(r)
	}

	// People.
	r.Use(s.headers, s.remember, s.recognize, s.guardForms())
	r.Get("/", s.landing)
	r.Get("/pricing", s.pricing)
	r.Get("/network", s.networkPage)
	r.Get("/join", s.joinCode)
	r.Post("/join", s.joinCode)

	r.Post("/language", s.chooseLanguage)

	r.Get("/signup", s.signUpPage)
	r.Post("/signup", s.slowDown(60, 10*time.Minute), s.signUp)
	r.Get("/login", s.signInPage)
	r.Post("/login", s.slowDown(30, time.Minute), s.signInForm)
	r.Post("/logout", s.signOutForm)
	r.Get("/forgot", s.forgotPage)
	r.Post("/forgot", s.slowDown(20, 10*time.Minute), s.forgot)
	r.Get("/reset", s.slowDown(60, time.Minute), s.resetPage)
	r.Post("/reset", s.slowDown(30, 10*time.Minute), s.reset)
	r.Get("/confirm", s.slowDown(60, time.Minute), s.confirmEmail)
	r.Post("/confirm/resend", s.requireUser, s.slowDown(5, 10*time.Minute), s.resendConfirmation)

	r.Post("/address/take", s.slowDown(30, 10*time.Minute), s.takeAddress)
	r.Post("/address/keep", s.slowDown(30, 10*time.Minute), s.keepAddress)
	r.Get("/address/:kind", s.addressPage)

	// A meeting: members and guests. Wrong codes are counted, so that codes cannot be tried by the million.
	m := r.Group("/m/:code", s.slowDownGuesses(60, time.Minute))
	m.Get("", s.lobby)
	m.Post("/join", s.join)
	m.Get("/join", toLobby)
	m.Get("/room", s.room)
	m.Post("/token", s.renewToken)
	m.Get("/faces", s.faces)
	m.Get("/stickers", s.stickerPanel)
	m.Post("/stickers", s.slowDownSeat(30, 10*time.Second), s.sendSticker)
	m.Get("/chat", s.slowDownSeat(120, 10*time.Second), s.chat)
	m.Post("/chat", s.slowDownSeat(30, 10*time.Second), s.postChat)
	m.Post("/chat/:message/edit", s.slowDownSeat(30, 10*time.Second), s.editChat)
	m.Post("/chat/:message/delete", s.slowDownSeat(30, 10*time.Second), s.deleteChat)
	m.Post("/chat/:message/react", s.slowDownSeat(60, 10*time.Second), s.reactToChat)
	m.Post("/end", s.endForAll)
	m.Post("/check", s.slowDownChecks(30, 300, 10*time.Minute), s.startCheck)
	m.Get("/waiting", s.waitingPage)
	m.Post("/waiting", s.waitingState)
	m.Get("/waiters", s.waiters)
	m.Post("/waiters", s.answerWaiters)
	m.Get("/host", s.hosting)
	m.Get("/host/bans", s.bans)
	m.Post("/host/unban", s.unban)
	m.Post("/host/:act", s.slowDownSeat(60, 10*time.Second), s.lead)
	m.Post("/hand", s.slowDownSeat(30, 10*time.Second), s.hand)
	m.Get("/after", s.afterCall)
	m.Post("/rating", s.slowDownSeat(30, time.Minute), s.rateCall)
	m.Get("/rating", toLobby)

	// What came of an advertisement. Its ticket says which; a whole office may come from one address.
	r.Post("/ads/seen", s.slowDown(1200, time.Minute), s.adSeen)
	r.Get("/ads/visit/:ticket", s.slowDown(300, time.Minute), s.adVisit)

	// Signing in at an identity provider, and back. The order matters: what is spelled out comes before any provider.
	r.Get("/auth/organization", s.orgSignInPage)
	r.Post("/auth/organization", s.slowDown(30, 10*time.Minute), s.toOrganization)
	r.Get("/auth/new", s.newcomerPage)
	r.Post("/auth/new", s.slowDown(60, 10*time.Minute), s.newcomer)
	r.Post("/auth/:provider", s.slowDown(60, 10*time.Minute), s.toProvider)
	r.Get("/auth/:provider/callback", s.slowDown(60, 10*time.Minute), s.fromProvider)
	r.Get("/sso/:org", s.requireUser, s.provePage)
	r.Post("/sso/:org", s.requireUser, s.slowDown(60, 10*time.Minute), s.prove)

	// A person's own pages, and their face.
	r.Get("/picture/:person/:file", s.picture)
	me := r.Group("/me", s.requireUser)
	me.Get("", s.profilePage)
	me.Post("/profile", s.slowDown(60, 10*time.Minute), s.saveProfile)
	me.Post("/picture", s.slowDown(60, 10*time.Minute), s.setPicture)
	me.Post("/picture/remove", s.removePicture)
	me.Post("/shown", s.slowDown(60, 10*time.Minute), s.saveShown)
	me.Get("/data", s.dataPage)
	me.Get("/delete", s.deletePage)
	me.Post("/delete", s.slowDown(30, 10*time.Minute), s.deleteMe)
	me.Get("/keep", s.keepPage)
	me.Post("/keep", s.keepMe)
	me.Post("/export", s.slowDownPerson(5, time.Hour), s.exportMe)
	me.Get("/security", s.securityPage)
	me.Post("/password", s.slowDown(30, 10*time.Minute), s.changePassword)
	me.Post("/address", s.slowDown(20, 10*time.Minute), s.changeAddress)
	me.Post("/identities/unlink", s.unlinkIdentity)
	me.Post("/identities/:provider", s.slowDown(60, 10*time.Minute), s.linkProvider)
	me.Post("/sign-ins/end-others", s.endOtherSignIns)
	me.Post("/sign-ins/:id/end", s.endSignIn)

	// Stickers: what a person owns and can buy.
	shop := r.Group("/stickers", s.requireUser)
	shop.Get("", s.shopPage)
	shop.Post("/:pack/buy", s.slowDownPerson(30, 10*time.Minute), s.buyPack)
	shop.Get("/done", s.packBought)

	r.Post("/announcements/:id/dismiss", s.requireUser, s.slowDown(120, 10*time.Minute), s.dismissAnnouncement)

	// An organization's console: members.
	r.Get("/home", s.requireUser, s.home)
	r.Get("/organizations", s.requireUser, s.organizations)
	r.Get("/organizations/new", s.requireUser, s.newOrganizationPage)
	r.Post("/organizations/:slug/join", s.requireUser, s.slowDown(20, 10*time.Minute), s.joinByDomain)
	invites := s.slowDownGuesses(60, time.Minute)
	r.Get("/invite/:token", invites, s.invitePage)
	r.Post("/invite/:token", s.requireUser, invites, s.acceptInvite)
	r.Post("/invite/:token/signup", invites, s.signUpInvited) // a whole office may sign up from one address
	r.Post("/organizations", s.requireUser, s.slowDown(20, 10*time.Minute), s.newOrganization)
	o := r.Group("/o/:org", s.asSupport, s.requireUser, s.requireRole())
	o.Get("", s.dashboard)
	o.Post("/rooms", s.openRoom)
	o.Get("/rooms/:room", s.roomPage)
	o.Post("/rooms/:room/rename", s.renameRoom)
	o.Post("/rooms/:room/archive", s.archiveRoom)

	o.Get("/colleagues", s.colleaguesPage)
	o.Get("/leave", s.leavePage)
	o.Post("/leave", s.leave)

	// What belongs to everybody: those who manage.
	o.Get("/people", managers, s.peoplePage)
	o.Get("/people/:member", managers, s.memberPage)
	o.Post("/people/:member/role", managers, s.changeRole)
	o.Post("/people/:member/remove", managers, s.removeMember)
	o.Post("/people/:member/handover", managers, s.handOver)
	o.Post("/people/:member/quota", managers, s.setPersonQuota)
	o.Get("/policies", managers, s.policiesPage)
	o.Post("/policies", managers, s.setPolicies)
	o.Get("/stickers", managers, s.emojiPage)
	o.Post("/stickers", managers, s.setStickerRule)
	o.Post("/stickers/emoji", managers, s.addEmoji)
	o.Post("/stickers/emoji/:emoji/remove", managers, s.removeEmoji)
	o.Get("/quotas", managers, s.quotasPage)
	o.Post("/quotas", managers, s.setQuotas)
	o.Get("/invitations", managers, s.invitesPage)
	o.Post("/invitations", managers, s.previewInvites)
	o.Post("/invitations/send", managers, s.sendInvites)
	o.Post("/invitations/links", managers, s.createInviteLink)
	o.Post("/invitations/links/:link/revoke", managers, s.revokeInviteLink)
	o.Post("/invitations/domains", managers, s.allowDomain)
	o.Post("/invitations/domains/remove", managers, s.forbidDomain)
	o.Post("/invitations/:invitation/resend", managers, s.resendInvite)
	o.Post("/invitations/:invitation/withdraw", managers, s.withdrawInvite)
	o.Get("/settings", managers, s.settingsPage)
	o.Post("/settings/name", managers, s.renameOrg)
	o.Post("/settings/logo", managers, s.setLogo)
	o.Post("/settings/logo/remove", managers, s.removeLogo)
	o.Post("/settings/colour", managers, s.setColour)
	o.Post("/settings/colour/remove", managers, s.removeColour)
	o.Get("/settings/sign-in", managers, s.ssoPage)
	o.Post("/settings/sign-in", managers, s.saveSSO)
	o.Post("/settings/sign-in/remove", managers, s.removeSSO)
	o.Get("/settings/isolation", managers, s.isolationPage)
	o.Post("/settings/isolation", managers, s.startIsolation)
	o.Get("/settings/data", managers, s.orgDataPage)
	o.Post("/settings/data/export", managers, s.askExport)
	o.Get("/settings/data/exports/:export", managers, s.takeExport)
	owners := s.requireRole(tenants.RoleOwner)
	o.Get("/settings/support", managers, s.supportPage)
	o.Post("/settings/support/:access/allow", owners, s.allowSupport)
	o.Post("/settings/support/:access/decline", owners, s.declineSupport)
	o.Post("/settings/support/:access/end", managers, s.endSupport)
	o.Post("/settings/data/delete", owners, s.deleteOrg)
	o.Post("/settings/data/keep", owners, s.keepOrg)

	// What admins watch over.
	watchers := s.requireRole(tenants.RoleOwner, tenants.RoleAdmin, tenants.RoleBilling)
	o.Get("/usage", watchers, s.usagePage)
	o.Get("/usage.csv", watchers, s.usageCSV)
	o.Get("/usage/people.csv", watchers, s.usagePeopleCSV)
	o.Get("/meetings", managers, s.meetingsPage)
	o.Get("/meetings.csv", managers, s.meetingsCSV)
	o.Get("/meetings/:meeting", managers, s.meetingPage)
	o.Get("/meetings/:meeting/quality.csv", managers, s.qualityCSV)
	o.Post("/meetings/:meeting/end", managers, s.closeMeeting)
	o.Get("/audit", managers, s.auditPage)
	o.Get("/audit.csv", managers, s.auditCSV)

	// Keys of the organization's own programs.
	o.Get("/developers", managers, s.developersPage)
	o.Post("/developers/keys", managers, s.makeAPIKey)
	o.Post("/developers/keys/:key/rotate", managers, s.rotateAPIKey)
	o.Post("/developers/keys/:key/revoke", managers, s.revokeAPIKey)
	o.Post("/developers/webhooks", managers, s.makeWebhook)
	o.Get("/developers/webhooks/:webhook", managers, s.webhookPage)
	o.Post("/developers/webhooks/:webhook/delete", managers, s.deleteWebhook)
	o.Post("/developers/webhooks/:webhook/enable", managers, s.enableWebhook)
	o.Post("/developers/webhooks/:webhook/rotate", managers, s.rotateWebhook)
	o.Post("/developers/webhooks/:webhook/deliveries/:delivery/again", managers, s.redeliver)
	o.Post("/developers/media-keys", managers, s.makeMediaKey)
	o.Post("/developers/media-keys/:key/rotate", managers, s.rotateMediaKey)
	o.Post("/developers/media-keys/:key/revoke", managers, s.revokeMediaKey)

	// Money: those who pay.
	payers := s.requireRole(tenants.RoleOwner, tenants.RoleBilling)
	o.Get("/billing", s.billingPage)
	o.Post("/checkout", payers, s.checkout)
	o.Get("/billing/done", payers, s.checkoutDone)
	o.Get("/billing/cancelled", payers, s.checkoutCancelled)
	o.Post("/billing/portal", payers, s.portal)
	o.Get("/billing/pay", payers, s.slowDown(60, 10*time.Minute), s.payMissing)
	o.Get("/billing/change", payers, s.changePage)
	o.Post("/billing/change", payers, s.acceptChange)
	o.Get("/billing/cancel", payers, s.cancelPage)
	o.Post("/billing/cancel", payers, s.cancelPlan)
	o.Post("/billing/resume", payers, s.resumePlan)
	o.Get("/billing/invoices", payers, s.invoicesPage)

	s.operatorRoutes(r)
	if s.dev != nil {
		s.dev.mountPages(s, r)
	}
	r.Use(func(*fiber.Ctx) error { return errNotFound })
}

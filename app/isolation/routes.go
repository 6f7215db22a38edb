package isolation

// Rules are the server's addresses: what their parameters name, and what they
// owe to people of other organizations. A route that is not here fails the test
// of package app, with the line to add.
func Rules() map[string]Rule {
	return map[string]Rule{
		// Programs.
		"/healthz":     open(nil),
		"/readyz":      open(nil),
		"/static/*":    skipped("files of the program, the same for everybody"),
		"/favicon.ico": open(nil),

		// Advertisements belong to no organization.
		"/ads/picture/:picture": open(Params{"picture": Secret}),
		"/ads/seen":             open(nil).naming(Params{"ticket": Secret}),
		"/ads/visit/:ticket":    open(Params{"ticket": Secret}),

		"/robots.txt":       open(nil),
		"/webhooks/stripe":  open(nil),
		"/rtc":              open(nil),
		"/rtc/v1":           open(nil),
		"/rtc/validate":     open(nil),
		"/rtc/v1/validate":  open(nil),
		"/twirp/*":          roomAPI(),
		"/api/openapi.json": open(nil),

		// What an organization's servers hear.
		"/o/:org/developers/webhooks":                                     console(nil),
		"/o/:org/developers/webhooks/:webhook":                            console(Params{"webhook": "webhook_endpoints.id"}),
		"/o/:org/developers/webhooks/:webhook/delete":                     console(Params{"webhook": "webhook_endpoints.id"}),
		"/o/:org/developers/webhooks/:webhook/enable":                     console(Params{"webhook": "webhook_endpoints.id"}),
		"/o/:org/developers/webhooks/:webhook/rotate":                     console(Params{"webhook": "webhook_endpoints.id"}),
		"/o/:org/developers/webhooks/:webhook/deliveries/:delivery/again": console(Params{"webhook": "webhook_endpoints.id", "delivery": "webhook_deliveries.id"}),

		// Our own API: a program's key opens its own organization.
		"/api/v1/rooms":                     hidden(nil),
		"/api/v1/rooms/:id":                 hidden(Params{"id": Room}),
		"/api/v1/meetings":                  hidden(nil).naming(Params{"room_id": Room}),
		"/api/v1/meetings/:id":              hidden(Params{"id": "meetings.id"}),
		"/api/v1/meetings/:id/participants": hidden(Params{"id": "meetings.id"}),
		"/api/v1/meetings/:id/end":          hidden(Params{"id": "meetings.id"}),
		"/api/v1/members":                   hidden(nil),
		"/api/v1/members/:id":               hidden(Params{"id": Member}),
		"/api/v1/usage":                     hidden(nil),
		"/api/v1/entitlements":              hidden(nil),

		"/dev/components": skipped("demo mode only"),
		"/dev/mail":       skipped("demo mode only: shows all mails on purpose"),
		"/dev/mail/:id":   skipped("demo mode only: shows all mails on purpose"),

		// People.
		"/":                         open(nil),
		"/language":                 open(nil),
		"/pricing":                  open(nil),
		"/network":                  open(nil).naming(Params{"room": Code}),
		"/join":                     open(nil),
		"/signup":                   open(nil),
		"/login":                    open(nil),
		"/logout":                   skipped("ends the asker's own session"),
		"/confirm":                  open(nil).naming(Params{"token": Secret}),
		"/confirm/resend":           open(nil),
		"/home":                     open(nil),
		"/organizations":            open(nil),
		"/organizations/new":        open(nil),
		"/logo/:file":               open(Params{"file": Secret}),
		"/forgot":                   open(nil),
		"/reset":                    open(nil).naming(Params{"token": Secret}),
		"/address/:kind":            open(Params{"kind": Text}).naming(Params{"token": Secret}),
		"/address/take":             open(nil).naming(Params{"token": Secret}),
		"/address/keep":             open(nil).naming(Params{"token": Secret}),
		"/organizations/:slug/join": hidden(Params{"slug": Organization}),
		"/invite/:token":            open(Params{"token": Secret}),
		"/invite/:token/signup":     open(Params{"token": Secret}),

		// Identity providers.
		"/auth/:provider":          open(Params{"provider": Text}),
		"/auth/:provider/callback": open(Params{"provider": Text}).naming(Params{"code": Secret, "state": Secret}),
		"/auth/new":                open(nil),
		"/auth/organization":       open(nil),
		"/sso/:org":                hidden(Params{"org": Organization}),

		// One's own profile.
		"/me":                      open(nil),
		"/me/address":              open(nil),
		"/me/profile":              open(nil),
		"/me/picture":              open(nil),
		"/me/picture/remove":       open(nil),
		"/me/shown":                open(nil),
		"/picture/:person/:file":   hidden(Params{"person": Member, "file": "users.picture"}),
		"/me/data":                 open(nil),
		"/me/delete":               open(nil),
		"/me/keep":                 open(nil),
		"/me/export":               open(nil),
		"/me/password":             open(nil),
		"/me/security":             open(nil),
		"/me/identities/:provider": open(Params{"provider": Text}),
		"/me/identities/unlink":    open(nil).naming(Params{"issuer": "identities.issuer", "subject": "identities.subject"}),
		"/me/sign-ins/:id/end":     hidden(Params{"id": "sign_ins.id"}),
		"/me/sign-ins/end-others":  open(nil),

		// Stickers: a person's own, and pictures that everybody may see.
		"/emoji/:file":        open(Params{"file": Secret}),
		"/sticker/:file":      open(Params{"file": Text}),
		"/stickers":           open(nil),
		"/stickers/:pack/buy": open(Params{"pack": Text}),
		"/stickers/done":      open(nil).naming(Params{"pack": Text}),

		// A meeting.
		"/m/:code":          invited(),
		"/m/:code/join":     invited(),
		"/m/:code/room":     invited(),
		"/m/:code/token":    invited(),
		"/m/:code/faces":    invited(),
		"/m/:code/stickers": invited().showing("emoji.id", "emoji.name"), // to who is in, and so may send them
		"/m/:code/end":      invited(),
		"/m/:code/check":    invited(),

		"/m/:code/chat":                     invited(),
		"/m/:code/chat/files":               invited(),
		"/m/:code/chat/files/:file":         invited().also(Params{"file": "chat_files.id"}),
		"/m/:code/chat/files/:file/preview": invited().also(Params{"file": "chat_files.id"}),
		"/m/:code/chat/:message/edit":       talked(),
		"/m/:code/chat/:message/delete":     talked(),
		"/m/:code/chat/:message/react":      talked(),

		"/m/:code/after":   invited(),
		"/m/:code/rating":  invited(),
		"/m/:code/waiting": invited(),
		"/m/:code/waiters": invited(),

		"/m/:code/waiting/say": invited(),
		"/m/:code/waiters/say": invited().naming(Params{"id": "participants.identity"}),

		"/m/:code/host": invited(),
		"/m/:code/hand": invited(),

		"/m/:code/host/bans":  invited(),
		"/m/:code/host/unban": invited().naming(Params{"ban": "room_bans.id"}),
		"/m/:code/host/:act":  invited().also(Params{"act": Text}).naming(Params{"id": "participants.identity"}),

		// An organization's console.
		"/o/:org":                                      console(nil),
		"/o/:org/rooms":                                console(nil),
		"/o/:org/rooms/:room":                          console(Params{"room": Room}),
		"/o/:org/rooms/:room/waiting":                  console(Params{"room": Room}),
		"/o/:org/rooms/:room/rename":                   console(Params{"room": Room}),
		"/o/:org/rooms/:room/archive":                  console(Params{"room": Room}),
		"/o/:org/billing":                              console(nil),
		"/o/:org/checkout":                             console(nil),
		"/o/:org/billing/done":                         console(nil),
		"/o/:org/billing/cancelled":                    console(nil),
		"/o/:org/stickers":                             console(nil),
		"/o/:org/stickers/emoji":                       console(nil),
		"/o/:org/stickers/emoji/:emoji/remove":         console(Params{"emoji": "emoji.id"}),
		"/o/:org/settings":                             console(nil),
		"/o/:org/settings/name":                        console(nil),
		"/o/:org/settings/logo":                        console(nil),
		"/o/:org/settings/logo/remove":                 console(nil),
		"/o/:org/settings/colour":                      console(nil),
		"/o/:org/settings/colour/remove":               console(nil),
		"/o/:org/usage":                                console(nil),
		"/o/:org/usage.csv":                            console(nil),
		"/o/:org/usage/people.csv":                     console(nil),
		"/o/:org/meetings":                             console(nil),
		"/o/:org/meetings.csv":                         console(nil),
		"/o/:org/meetings/:meeting":                    console(Params{"meeting": "meetings.id"}),
		"/o/:org/meetings/:meeting/quality.csv":        console(Params{"meeting": "meetings.id"}),
		"/o/:org/meetings/:meeting/chat.csv":           console(Params{"meeting": "meetings.id"}),
		"/o/:org/meetings/:meeting/files/:file":        console(Params{"meeting": "meetings.id", "file": "chat_files.id"}),
		"/o/:org/meetings/:meeting/files/:file/delete": console(Params{"meeting": "meetings.id", "file": "chat_files.id"}),
		"/o/:org/meetings/:meeting/end":                console(Params{"meeting": "meetings.id"}),
		"/o/:org/audit":                                console(nil),
		"/o/:org/audit.csv":                            console(nil),
		"/o/:org/developers":                           console(nil),
		"/o/:org/developers/keys":                      console(nil),
		"/o/:org/developers/keys/:key/rotate":          console(Params{"key": "api_keys.id"}),
		"/o/:org/developers/keys/:key/revoke":          console(Params{"key": "api_keys.id"}),
		"/o/:org/developers/media-keys":                console(nil),
		"/o/:org/developers/media-keys/:key/rotate":    console(Params{"key": "media_keys.id"}),
		"/o/:org/developers/media-keys/:key/revoke":    console(Params{"key": "media_keys.id"}),
		"/o/:org/billing/portal":                       console(nil),
		"/o/:org/billing/pay":                          console(nil),
		"/o/:org/billing/change":                       console(nil),
		"/o/:org/billing/cancel":                       console(nil),
		"/o/:org/billing/resume":                       console(nil),
		"/o/:org/billing/invoices":                     console(nil),
		"/o/:org/settings/sign-in":                     console(nil),
		"/o/:org/settings/sign-in/remove":              console(nil),
		"/o/:org/settings/isolation":                   console(nil).costly(),
		"/o/:org/settings/data":                        console(nil),
		"/o/:org/settings/data/export":                 console(nil),
		"/o/:org/settings/data/exports/:export":        console(Params{"export": "exports.id"}),
		"/o/:org/settings/data/delete":                 console(nil),
		"/o/:org/settings/data/keep":                   console(nil),
		"/o/:org/leave":                                console(nil),
		"/o/:org/colleagues":                           console(nil),
		"/o/:org/people":                               console(nil),
		"/o/:org/people/:member":                       console(Params{"member": Member}),
		"/o/:org/people/:member/role":                  console(Params{"member": Member}),
		"/o/:org/people/:member/remove":                console(Params{"member": Member}),
		"/o/:org/people/:member/handover":              console(Params{"member": Member}),
		"/o/:org/invitations":                          console(nil),
		"/o/:org/invitations/send":                     console(nil),
		"/o/:org/invitations/links":                    console(nil),
		"/o/:org/invitations/links/:link/revoke":       console(Params{"link": "invite_links.id"}),
		"/o/:org/invitations/domains":                  console(nil),
		"/o/:org/invitations/domains/remove":           console(nil).naming(Params{"domain": Text}),
		"/o/:org/invitations/:invitation/resend":       console(Params{"invitation": "invitations.id"}),
		"/o/:org/invitations/:invitation/withdraw":     console(Params{"invitation": "invitations.id"}),
		"/o/:org/people/:member/quota":                 console(Params{"member": Member}),
		"/o/:org/quotas":                               console(nil),
		"/o/:org/policies":                             console(nil),

		// The console of who runs the service: nobody else gets in.
		"/operator":           closed(nil),
		"/operator/login":     open(nil),
		"/operator/logout":    closed(nil),
		"/operator/audit":     closed(nil),
		"/operator/audit.csv": closed(nil),

		"/operator/campaigns":                      closed(nil),
		"/operator/campaigns/new":                  closed(nil),
		"/operator/campaigns/:campaign":            closed(Params{"campaign": Secret}),
		"/operator/campaigns/:campaign/edit":       closed(Params{"campaign": Secret}),
		"/operator/campaigns/:campaign/state":      closed(Params{"campaign": Secret}),
		"/operator/campaigns/:campaign/report.csv": closed(Params{"campaign": Secret}),

		"/operator/packs":                                closed(nil),
		"/operator/packs/:pack":                          closed(Params{"pack": Text}),
		"/operator/packs/:pack/stickers":                 closed(Params{"pack": Text}),
		"/operator/packs/:pack/stickers/:sticker/remove": closed(Params{"pack": Text, "sticker": Text}),
		"/operator/packs/:pack/price":                    closed(Params{"pack": Text}),
		"/operator/packs/:pack/state":                    closed(Params{"pack": Text}),
		"/operator/packs/:pack/payments/:payment/refund": closed(Params{"pack": Text, "payment": Text}),

		// The operator's money and machines.
		"/operator/revenue":                                  closed(nil),
		"/operator/revenue.csv":                              closed(nil),
		"/operator/plans":                                    closed(nil),
		"/operator/plans/:plan":                              closed(Params{"plan": Text}),
		"/operator/plans/:plan/shown":                        closed(Params{"plan": Text}),
		"/operator/plans/:plan/version":                      closed(Params{"plan": Text}),
		"/operator/plans/:plan/move":                         closed(Params{"plan": Text}),
		"/operator/promotions":                               closed(nil),
		"/operator/promotions/:promotion/stop":               closed(Params{"promotion": Text}),
		"/operator/events":                                   closed(nil),
		"/operator/events/:event/replay":                     closed(Params{"event": Text}),
		"/operator/announcements":                            closed(nil),
		"/operator/announcements/new":                        closed(nil),
		"/operator/announcements/:id":                        closed(Params{"id": Text}),
		"/operator/announcements/:id/end":                    closed(Params{"id": Text}),
		"/operator/nodes":                                    closed(nil),
		"/operator/nodes/:node/drain":                        closed(Params{"node": Text}),
		"/operator/nodes/:node/open":                         closed(Params{"node": Text}),
		"/operator/health":                                   closed(nil),
		"/operator/health/books":                             closed(nil),
		"/announcements/:id/dismiss":                         open(Params{"id": Text}),
		"/operator/tenants":                                  closed(nil),
		"/operator/tenants/:tenant":                          closed(Params{"tenant": Organization}),
		"/operator/tenants/:tenant/suspend":                  closed(Params{"tenant": Organization}),
		"/operator/tenants/:tenant/restore":                  closed(Params{"tenant": Organization}),
		"/operator/tenants/:tenant/exception":                closed(Params{"tenant": Organization}),
		"/operator/tenants/:tenant/exception/:exception/end": closed(Params{"tenant": Organization, "exception": "limit_exceptions.id"}),
		"/operator/tenants/:tenant/support":                  closed(Params{"tenant": Organization}),
		"/operator/tenants/:tenant/support/:access/open":     closed(Params{"tenant": Organization, "access": "support_accesses.id"}),
		"/operator/tenants/:tenant/support/:access/end":      closed(Params{"tenant": Organization, "access": "support_accesses.id"}),
		"/o/:org/settings/support":                           console(nil),
		"/o/:org/settings/support/:access/allow":             console(Params{"access": "support_accesses.id"}),
		"/o/:org/settings/support/:access/decline":           console(Params{"access": "support_accesses.id"}),
		"/o/:org/settings/support/:access/end":               console(Params{"access": "support_accesses.id"}),
		"/operator/people":                                   closed(nil),
		"/operator/people/:person":                           closed(Params{"person": Member}),
		"/operator/people/:person/lock":                      closed(Params{"person": Member}),
		"/operator/people/:person/unlock":                    closed(Params{"person": Member}),
		"/operator/people/:person/sign-out":                  closed(Params{"person": Member}),
	}
}

// invited is a page of a meeting: a link is an invitation, and shows the room,
// whose it is, and who is in it.
func invited() Rule {
	return Rule{
		Duty: Invited, Params: Params{"code": Code},
		Shows: []string{"rooms.name", "rooms.code", "rooms.media_name", "organizations.name", "participants.name", "participants.identity", "meetings.plan"},
	}
}

// talked is about one message of the meeting that somebody sits in; its number
// means nothing elsewhere.
func talked() Rule {
	r := invited()
	r.Params = with(r.Params, "message", Text)
	return r
}

// roomAPI is LiveKit's room API: a program's key opens the rooms of its own
// organization, and the same name is another room in each.
func roomAPI() Rule {
	r := hidden(Params{}).naming(Params{"room": Code, "name": Code, "identity": Text})
	r.Only = []string{"POST"}
	for _, call := range []string{"ListRooms", "ListParticipants", "GetParticipant", "RemoveParticipant", "UpdateParticipant", "UpdateRoomMetadata", "SendData", "DeleteRoom"} {
		r.Rest = append(r.Rest, "livekit.RoomService/"+call)
	}
	return r
}

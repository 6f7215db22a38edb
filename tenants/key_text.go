package tenants

// The message catalogue ids that faults of this package carry. The catalogue
// (views/locales) has a sentence for each.
const (
	KeyInternal  = "error.internal"
	KeyForbidden = "error.forbidden"
	KeyNotFound  = "error.notfound"

	KeyNameEmpty         = "error.name.empty"
	KeyNameLong          = "error.name.long"
	KeyEmailInvalid      = "error.email.invalid"
	KeyEmailTaken        = "error.email.taken"
	KeyEmailSame         = "error.email.same"
	KeyOrganizationEmpty = "error.organization.empty"
	KeyOrganizationLong  = "error.organization.long"
	KeyPasswordShort     = "error.password.short"
	KeyPasswordLong      = "error.password.long"
	KeyPasswordCommon    = "error.password.common"
	KeyPasswordPersonal  = "error.password.personal"

	KeySignIn        = "error.signin"         // address or password do not fit
	KeyConfirmToken  = "error.confirm.token"  // used, expired, or never made
	KeyHeld          = "error.held"           // too many tries
	KeyPasswordWrong = "error.password.wrong" // not the present one
	KeyPasswordNone  = "error.password.none"  // the person has none

	KeyIdentityLinked  = "error.identity.linked"  // to another person
	KeyIdentityLast    = "error.identity.last"    // the last way in
	KeyIdentityAddress = "error.identity.address" // its address has an account: sign in and link
	KeyIdentityForeign = "error.identity.foreign" // its address is outside the organization's domains

	KeyNicknameInvalid = "error.nickname.invalid"
	KeyNicknameTaken   = "error.nickname.taken"
	KeyTimeZone        = "error.zone.unknown"
	KeyLanguage        = "error.language.unknown"
	KeyPicture         = "error.picture.broken"
	KeyPictureLarge    = "error.picture.large"

	KeyLastOwner    = "error.owner.last"      // of an organization with other members
	KeyAddressOther = "error.address.foreign" // typed to confirm, and not one's own
	KeyErased       = "error.erased"          // the day to change one's mind has passed

	KeyIssuerInvalid = "error.issuer.invalid"
	KeyClientEmpty   = "error.client.empty"
	KeySecretEmpty   = "error.secret.empty"
	KeyEnforceFirst  = "error.enforce.first"
	KeyDomainInvalid = "error.domain.invalid"
	KeyDomainShared  = "error.domain.shared"
	KeyDomainForeign = "error.domain.foreign" // not the admin's own
	KeyDomainTaken   = "error.domain.taken"

	KeyScopesInvalid = "error.scopes.invalid" // no scope, or an unknown one
	KeyAPIKeyInvalid = "error.apikey.invalid" // unknown, revoked or run out
	KeyTooManyKeys   = "error.keys.toomany"   // as many as an organization may have

	KeyScopeMissing      = "error.scope.missing"      // the key lacks the scope
	KeyCursorInvalid     = "error.cursor.invalid"     // not a place in the list
	KeyRangeInvalid      = "error.range.invalid"      // too long, or the wrong way round
	KeyIdempotencyReused = "error.idempotency.reused" // with another request
	KeyIdempotencyBusy   = "error.idempotency.busy"   // the first one is still at work

	KeyWebhookURL      = "error.webhook.url"
	KeyWebhookEvents   = "error.webhook.events"  // none, or an unknown one
	KeyTooManyWebhooks = "error.webhook.toomany" // as many as an organization may have

	KeyRoleInvalid  = "error.role.invalid"
	KeyQuotaInvalid = "error.quota.invalid"

	KeyCodeInvalid = "error.code.invalid" // not a meeting code
	KeyRoomBusy    = "error.room.busy"    // people are meeting in it

	KeyIdentityInvalid    = "error.identity.invalid"
	KeyMediaNameInvalid   = "error.medianame.invalid"
	KeyMeetingFull        = "error.meeting.full"
	KeyMeetingResting     = "error.meeting.resting"     // over its limit; the room rests a while
	KeyMeetingEndedByHost = "error.meeting.endedbyhost" // members may start the next one
	KeyMeetingsConcurrent = "error.meetings.concurrent" // as many at once as the plan allows
)

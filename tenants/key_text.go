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
	KeyOrganizationEmpty = "error.organization.empty"
	KeyOrganizationLong  = "error.organization.long"
	KeyPasswordShort     = "error.password.short"
	KeyPasswordLong      = "error.password.long"
	KeyPasswordCommon    = "error.password.common"
	KeyPasswordPersonal  = "error.password.personal"

	KeySignIn       = "error.signin"        // address or password do not fit
	KeyConfirmToken = "error.confirm.token" // used, expired, or never made

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

package tenants

// The message catalogue ids of what the service's operator has done, and of what
// is wrong with what an operator typed.
const (
	KeySuspended        = "error.organization.suspended"
	KeySuspendedAlready = "error.organization.suspended_already"
	KeyLocked           = "error.person.locked"
	KeyLockedAlready    = "error.person.locked_already"
	KeyReasonMissing    = "error.reason.missing"
	KeyReasonLong       = "error.reason.long"
	KeySupportMinutes   = "error.support.minutes"
	KeySupportBusy      = "error.support.busy" // the operator waits or looks already
	KeySupportOver      = "error.support.over" // answered already, or its time is up

	KeyExceptionNothing = "error.exception.nothing" // it leaves everything as the plan says
	KeyExceptionNumber  = "error.exception.number"
	KeyExceptionPast    = "error.exception.past"
	KeyExceptionFar     = "error.exception.far"
)

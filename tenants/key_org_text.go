package tenants

// The message catalogue ids of faults around an organization and its people.
const (
	KeyColourInvalid  = "error.colour.invalid"  // not #rrggbb
	KeyLogoLarge      = "error.logo.large"      // too many bytes or pixels
	KeyLogoUnreadable = "error.logo.unreadable" // not a picture
	KeyOrgsMany       = "error.orgs.enough"     // one person makes no more

	KeyOwnerNeeded  = "error.owner.needed" // somebody has to own it
	KeyHandOverSelf = "error.handover.own" // to oneself
	KeyRoleOwner    = "error.role.owner"   // only owners make owners

	KeyMinutesUsed      = "error.minutes.used"      // of the organization's month
	KeyMeetingsMaker    = "error.meetings.person"   // as many at once as the quota of who made the room allows
	KeyMeetingsQuota    = "error.meetings.quota"    // as many at once as the organization's quota allows
	KeyMeetingsPayment  = "error.meetings.payment"  // as many at once as are left while a payment is missing
	KeyMeetingsOperator = "error.meetings.operator" // as many at once as the operator allows
	KeyStorageFull      = "error.storage.full"
	KeyMakerMinutesUsed = "error.minutes.person" // of the month of who made the room
	KeyQuotaPlan        = "error.quota.plan"     // above the plan

	KeyPolicyInvalid   = "error.policy.invalid" // not one of the choices
	KeyWaitingTextLong = "error.policy.waiting_text"
	KeyGuestsForbidden = "error.policy.guests" // only members may come in

	KeyEmojiName    = "error.emoji.name"    // not letters, digits, - and _
	KeyEmojiTaken   = "error.emoji.taken"   // another one is called so
	KeyEmojiMany    = "error.emoji.enough"  // as many as an organization has
	KeyEmojiLarge   = "error.emoji.large"   // too many bytes or pixels
	KeyEmojiPicture = "error.emoji.picture" // not a picture that we can read
	KeyEmojiDrawing = "error.emoji.drawing" // an SVG with something in it that is not allowed

	KeyWaiting        = "error.waiting.on"      // for somebody inside to let them in
	KeyWaitingRefused = "error.waiting.refused" // somebody inside did not let them in
	KeyWaitingFull    = "error.waiting.full"    // too many wait already
	KeyWaitingOver    = "error.waiting.over"    // they do not wait, or not any more
	KeyWaiterGone     = "error.waiting.gone"    // nobody of them waits any more
	KeyWaitLineEmpty  = "error.waiting.empty"   // nothing to see in it
	KeyWaitLineLong   = "error.waiting.long"
	KeyWaitLinesMany  = "error.waiting.enough" // enough was written
	KeyWaitLinesAlone = "error.waiting.alone"  // nobody has answered yet

	KeyInvitesMany  = "error.invites.toomany" // more than go out at once
	KeyInvitesNone  = "error.invites.nobody"  // an empty list
	KeyInviteTwice  = "error.invite.twice"    // stands in the list twice
	KeyInviteMember = "error.invite.member"   // belongs already
	KeyInviteOpen   = "error.invite.open"     // was invited and has not answered
	KeyInviteOther  = "error.invite.person"   // the mail went to another address
	KeySeatsUsed    = "error.seats.used"      // as many as the plan has
	KeyCSVText      = "error.csv.text"        // not a table
	KeyCSVColumns   = "error.csv.columns"     // no column of addresses
	KeyLinkDays     = "error.link.days"
	KeyLinkUses     = "error.link.uses"
	KeyLinksMany    = "error.link.enough"

	KeyDomainUnconfirmed = "error.domain.unconfirmed" // one's own address is not
	KeyDomainPublic      = "error.domain.public"      // anybody has an address there

	KeyIsolationBusy = "error.isolation.busy" // a test is under way
	KeyIsolationSoon = "error.isolation.soon" // the last one was just now

	KeyExportBusy = "error.export.busy" // one is being made
	KeyExportSoon = "error.export.soon" // the last one was just now

	KeyOrganizationOther = "error.organization.foreign" // typed to confirm, and not its name
	KeyOrganizationGoing = "error.organization.going"   // its end has begun
)

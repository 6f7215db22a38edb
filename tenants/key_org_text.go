package tenants

// The message catalogue ids of faults around an organization and its people.
const (
	KeyColourInvalid  = "error.colour.invalid"  // not #rrggbb
	KeyLogoLarge      = "error.logo.large"      // too many bytes or pixels
	KeyLogoUnreadable = "error.logo.unreadable" // not a picture
	KeyOrgsMany       = "error.orgs.enough"     // one person makes no more
)

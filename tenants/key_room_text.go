package tenants

// The message catalogue ids of faults around leading a meeting.
const (
	KeyBanned        = "error.hosting.banned"   // from this room
	KeyRemoved       = "error.hosting.removed"  // from this meeting
	KeyMeetingLocked = "error.hosting.locked"   // takes in nobody new
	KeyNotInside     = "error.hosting.outside"  // who acts is not in the meeting
	KeyNotLeading    = "error.hosting.host"     // only who leads may
	KeyAboveOneself  = "error.hosting.above"    // about somebody with as much to say, or more
	KeyTargetGone    = "error.hosting.gone"     // whom it was about is not in the meeting
	KeyRenaming      = "error.hosting.renaming" // people keep the names that they came with
	KeyBansMany      = "error.hosting.enough"   // as many as a room remembers
)

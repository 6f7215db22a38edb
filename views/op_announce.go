package views

import (
	"time"

	"parley/tenants"
)

// AnnouncementsModel is what the operator tells people.
type AnnouncementsModel struct {
	Lines []AnnouncementLine
	List  ListPage
	Now   time.Time
}

// AnnouncementLine is one, with the name of whom it is for.
type AnnouncementLine struct {
	tenants.Announcement
	For string
}

// state is where it stands: running, ahead or over.
func (l AnnouncementLine) state(now time.Time) string {
	switch {
	case l.Running(now):
		return "running"
	case now.Before(l.Starts):
		return "ahead"
	}
	return "over"
}

// AnnouncementForm is an announcement as it was typed. Times are as a datetime-local field has them, in the zone that is named.
type AnnouncementForm struct {
	ID, English, German, Level, Audience, Org, Plan, Starts, Ends string
	Zone                                                          string
	Errors                                                        map[string]string
	Plans                                                         []Choice
}

// announceLevels are how much one can matter.
func announceLevels(p Page) []Choice {
	return []Choice{{tenants.AnnounceInfo, p.T("op_announce.info")}, {tenants.AnnounceWarning, p.T("op_announce.warning")}, {tenants.AnnounceDanger, p.T("op_announce.danger")}}
}

// audiences are whom one can be for.
func audiences(p Page) []Choice {
	return []Choice{
		{tenants.AudienceAll, p.T("op_announce.for_all")}, {tenants.AudienceAdmins, p.T("op_announce.for_admins")},
		{tenants.AudienceOrg, p.T("op_announce.for_org")}, {tenants.AudiencePlan, p.T("op_announce.for_plan")},
	}
}

// audienceWord says whom one is for.
func (l AnnouncementLine) audienceWord(p Page) string {
	switch l.Audience {
	case tenants.AudienceAdmins:
		return p.T("op_announce.for_admins")
	case tenants.AudienceOrg, tenants.AudiencePlan:
		return l.For
	}
	return p.T("op_announce.for_all")
}

// Announcement is something that the operator tells who reads the page.
type Announcement struct{ ID, Level, Text string }

// announceIcon is the notice that a level looks like.
func announceIcon(level string) string { return noticeIcon(level) }

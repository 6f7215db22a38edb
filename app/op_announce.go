package app

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// localTime is how a datetime-local field writes a moment.
const localTime = "2006-01-02T15:04"

// operatorAnnouncements lists what people are told.
func (s *Server) operatorAnnouncements(c *fiber.Ctx) error {
	ctx := c.UserContext()
	all, total, err := s.tenants.Announcements(ctx, (pageOf(c)-1)*tenants.PageSize, tenants.PageSize)
	if err != nil {
		return err
	}
	plans, err := s.billing.Plans(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, p := range plans {
		names[p.ID] = p.Name
	}
	var orgs []tenants.OrgID
	for _, a := range all {
		if a.Audience == tenants.AudienceOrg {
			orgs = append(orgs, tenants.OrgID(a.Target))
		}
	}
	named, err := s.tenants.OrgsByID(ctx, orgs)
	if err != nil {
		return err
	}
	m := views.AnnouncementsModel{Now: s.clock.Now(), List: views.ListPage{Path: "/operator/announcements", Page: pageOf(c), Size: tenants.PageSize, Total: total}}
	for _, a := range all {
		line := views.AnnouncementLine{Announcement: a, For: names[a.Target]}
		if a.Audience == tenants.AudienceOrg {
			line.For = named[tenants.OrgID(a.Target)].Name
		}
		m.Lines = append(m.Lines, line)
	}
	return s.render(c, views.OperatorAnnouncements(s.operatorPage(c, "op_announce.title"), m))
}

// operatorNewAnnouncement is the form for one that begins now and lasts a day.
func (s *Server) operatorNewAnnouncement(c *fiber.Ctx) error {
	now := s.clock.Now().In(zoneOf(c))
	return s.showAnnouncement(c, views.AnnouncementForm{
		Level: tenants.AnnounceInfo, Audience: tenants.AudienceAll, Starts: now.Format(localTime), Ends: now.Add(24 * time.Hour).Format(localTime),
	})
}

func (s *Server) operatorAnnouncement(c *fiber.Ctx) error {
	a, err := s.tenants.AnnouncementByID(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	zone := zoneOf(c)
	f := views.AnnouncementForm{
		ID: a.ID, English: a.English, German: a.German, Level: a.Level, Audience: a.Audience,
		Starts: a.Starts.In(zone).Format(localTime), Ends: a.Ends.In(zone).Format(localTime),
	}
	switch a.Audience {
	case tenants.AudiencePlan:
		f.Plan = a.Target
	case tenants.AudienceOrg:
		named, err := s.tenants.OrgsByID(c.UserContext(), []tenants.OrgID{tenants.OrgID(a.Target)})
		if err != nil {
			return err
		}
		f.Org = named[tenants.OrgID(a.Target)].Slug
	}
	return s.showAnnouncement(c, f)
}

func (s *Server) showAnnouncement(c *fiber.Ctx, f views.AnnouncementForm) error {
	plans, err := s.billing.Plans(c.UserContext())
	if err != nil {
		return err
	}
	for _, p := range plans {
		f.Plans = append(f.Plans, views.Choice{Value: p.ID, Word: p.Name})
	}
	f.Zone = zoneOf(c).String()
	title := "op_announce.new"
	if f.ID != "" {
		title = "op_announce.change_title"
	}
	return s.render(c, views.OperatorAnnouncement(s.operatorPage(c, title), f))
}

// operatorAnnounce saves an announcement, a new one or that in the address.
func (s *Server) operatorAnnounce(c *fiber.Ctx) error {
	f := views.AnnouncementForm{
		ID: c.Params("id"), English: c.FormValue("english"), German: c.FormValue("german"), Level: c.FormValue("level"), Audience: c.FormValue("audience"),
		Org: strings.TrimSpace(c.FormValue("org")), Plan: c.FormValue("plan"), Starts: c.FormValue("starts"), Ends: c.FormValue("ends"),
	}
	a, faults, err := s.readAnnouncement(c, f)
	if err != nil {
		return err
	}
	action := "announcement.change"
	if f.ID == "" {
		action = "announcement.make"
	}
	if faults == nil {
		a.ID, err = s.tenants.SaveAnnouncement(c.UserContext(), a)
		faults = tenants.Fields(err)
	}
	if faults != nil {
		f.Errors = faults
		c.Status(fiber.StatusBadRequest)
		return s.showAnnouncement(c, f)
	}
	if err != nil {
		return err
	}
	if err := s.operatorDid(c.UserContext(), action, a.ID, a.Audience+": "+a.English); err != nil {
		return err
	}
	return s.operatorDone(c, "/announcements", "announced")
}

// readAnnouncement makes an announcement of what was typed: an organization by its address, times in the operator's zone.
func (s *Server) readAnnouncement(c *fiber.Ctx, f views.AnnouncementForm) (a tenants.Announcement, faults map[string]string, err error) {
	a = tenants.Announcement{ID: f.ID, English: f.English, German: f.German, Level: f.Level, Audience: f.Audience}
	var wrong error
	if a.Starts, wrong = time.ParseInLocation(localTime, f.Starts, zoneOf(c)); wrong != nil {
		return a, map[string]string{"starts": "op_announce.moment"}, nil
	}
	if a.Ends, wrong = time.ParseInLocation(localTime, f.Ends, zoneOf(c)); wrong != nil {
		return a, map[string]string{"ends": "op_announce.moment"}, nil
	}
	switch f.Audience {
	case tenants.AudiencePlan:
		plans, err := s.billing.Plans(c.UserContext())
		if err != nil {
			return a, nil, err
		}
		for _, p := range plans {
			if p.ID == f.Plan {
				a.Target = p.ID
			}
		}
	case tenants.AudienceOrg:
		org, err := s.tenants.OrgBySlug(c.UserContext(), strings.ToLower(f.Org))
		if err != nil && !isCode(err, tenants.CodeNotFound) {
			return a, nil, err
		}
		a.Target = string(org.ID)
	}
	return a, nil, nil
}

func (s *Server) operatorEndAnnouncement(c *fiber.Ctx) error {
	id := c.Params("id")
	a, err := s.tenants.AnnouncementByID(c.UserContext(), id)
	if err == nil {
		err = s.tenants.EndAnnouncement(c.UserContext(), id)
	}
	if err != nil {
		return err
	}
	if err := s.operatorDid(c.UserContext(), "announcement.end", id, a.English); err != nil {
		return err
	}
	return s.operatorDone(c, "/announcements", "announcement_ended")
}

// dismissAnnouncement puts one away for who reads it.
func (s *Server) dismissAnnouncement(c *fiber.Ctx) error {
	err := s.tenants.DismissAnnouncement(c.UserContext(), visitor(c).User.ID, c.Params("id"))
	if err != nil && !isCode(err, tenants.CodeNotFound) { // it was taken away meanwhile: so it is put away
		return err
	}
	return c.Redirect(safeNext(c.FormValue("next")), fiber.StatusSeeOther)
}

// announced are what the reader of a console page is told now.
func (s *Server) announced(c *fiber.Ctx, plan string, texts *views.Texts) (out []views.Announcement, err error) {
	org := theOrg(c)
	all, err := s.tenants.AnnouncementsFor(c.UserContext(), tenants.Reader{User: visitor(c).User.ID, Org: org.ID, Manages: org.Role.CanManage(), Plan: plan})
	for _, a := range all {
		out = append(out, views.Announcement{ID: a.ID, Level: a.Level, Text: a.In(texts.Lang())})
	}
	return out, err
}

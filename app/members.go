package app

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// peoplePage lists the members, one page at a time.
func (s *Server) peoplePage(c *fiber.Ctx) error {
	org := theOrg(c)
	q := tenants.MemberQuery{Search: c.Query("q"), Role: tenants.Role(c.Query("role")), Sort: c.Query("sort"), Page: pageOf(c)}
	if !q.Role.Valid() {
		q.Role = ""
	}
	found, total, err := s.tenants.Org(org.ID).Members(c.UserContext(), q)
	if err != nil {
		return err
	}
	used, seats, err := s.seatUse(c)
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "people.title")
	if err != nil {
		return err
	}
	m := views.PeopleModel{
		Search: q.Search, Role: string(q.Role), Sort: q.Sort, SeatsUsed: used, Seats: seats,
		List: views.ListPage{Path: c.Path(), Query: listQuery(c, "q", "role", "sort"), Page: tenants.PageWithin(q.Page, total, tenants.PageSize), Size: tenants.PageSize, Total: total},
	}
	for _, one := range found {
		m.People = append(m.People, memberLine(one, visitor(c).User.ID))
	}
	return s.render(c, views.People(page, m))
}

func memberLine(m tenants.MemberSummary, me tenants.UserID) views.MemberLine {
	return views.MemberLine{
		ID: string(m.UserID), Name: m.Name, Email: m.Email, Picture: faceOf(m.UserID, m.Picture), Role: string(m.Role), Since: m.Since, Me: m.UserID == me,
	}
}

// seatUse says how many seats are used and how many there are; 0 for no limit.
func (s *Server) seatUse(c *fiber.Ctx) (used, seats int, err error) {
	org := theOrg(c).ID
	if used, err = s.seatsUsed(c.UserContext(), org); err != nil {
		return 0, 0, err
	}
	seats, err = s.seatsOf(c.UserContext(), org)
	return used, seats, err
}

// seatsOf is how many people may belong to an organization: as many as it pays for; 0 for no limit, while nothing is paid by the seat.
func (s *Server) seatsOf(ctx context.Context, org tenants.OrgID) (int, error) {
	terms, err := s.termsOf(ctx, org)
	return terms.SeatLimit(), err
}

// colleaguesPage is the organization's people as they show themselves to one another.
func (s *Server) colleaguesPage(c *fiber.Ctx) error {
	search, at := c.Query("q"), pageOf(c)
	found, total, err := s.tenants.Org(theOrg(c).ID).Colleagues(c.UserContext(), visitor(c).User.ID, search, at)
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "colleagues.title")
	if err != nil {
		return err
	}
	m := views.ColleaguesModel{
		Search: search, List: views.ListPage{Path: c.Path(), Query: listQuery(c, "q"), Page: at, Size: tenants.PageSize, Total: total},
	}
	for _, one := range found {
		m.People = append(m.People, views.ColleagueLine{
			Name: one.Name, Nickname: one.Nickname, Email: one.Email, Zone: one.TimeZone, Picture: faceOf(one.ID, one.Picture), Me: one.ID == visitor(c).User.ID,
		})
	}
	return s.render(c, views.Colleagues(page, m))
}

// memberPage is one person in the organization.
func (s *Server) memberPage(c *fiber.Ctx) error { return s.showMember(c, nil) }

func (s *Server) showMember(c *fiber.Ctx, fault error) error {
	org := theOrg(c)
	who, err := s.tenants.Org(org.ID).Member(c.UserContext(), tenants.UserID(c.Params("member")))
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "")
	if err != nil {
		return err
	}
	page.Title = who.Name
	m := views.MemberModel{MemberLine: memberLine(who, visitor(c).User.ID), From: placeInList(c)}
	if err := s.addQuota(c, who.UserID, &m); err != nil {
		return err
	}
	if fault != nil {
		if m.Errors = tenants.Fields(fault); m.Errors["role"] != "" || m.Errors["to"] != "" {
			m.Error = m.Errors["role"] + m.Errors["to"]
			m.Chosen = c.FormValue("role")
		} else {
			m.Quota = typedQuota(c)
		}
		c.Status(statusFor(fault))
	}
	m.MayOwn = org.Role == tenants.RoleOwner
	m.MayTouch = org.Role == tenants.RoleOwner || who.Role != tenants.RoleOwner
	return s.render(c, views.Member(page, m))
}

// addQuota adds what meetings may do in the rooms that somebody made, and how many minutes they were this month.
func (s *Server) addQuota(c *fiber.Ctx, who tenants.UserID, m *views.MemberModel) error {
	quotas, err := s.personQuotas(c.UserContext(), theOrg(c).ID)
	if err != nil {
		return err
	}
	use, err := s.monthUse(c.UserContext(), theOrg(c).ID)
	m.Quota, m.MonthUsed = quotaForm(quotas[who]), use.Makers[who]
	if most := quotas[who].MonthMinutes; most != nil {
		m.MonthMost = *most
	}
	return err
}

func (s *Server) changeRole(c *fiber.Ctx) error {
	who := tenants.UserID(c.Params("member"))
	err := s.tenants.Org(theOrg(c).ID).ChangeRole(c.UserContext(), visitor(c).User.ID, who, tenants.Role(c.FormValue("role")))
	if tenants.Fields(err) != nil {
		return s.showMember(c, err)
	}
	if err == nil {
		err = s.reach(c.UserContext(), theOrg(c).ID, who)
	}
	if err != nil {
		return err
	}
	return s.backToPeople(c, "role_saved")
}

func (s *Server) removeMember(c *fiber.Ctx) error {
	org, who := theOrg(c).ID, tenants.UserID(c.Params("member"))
	err := s.tenants.Org(org).RemoveMember(c.UserContext(), visitor(c).User.ID, who)
	if tenants.Fields(err) != nil {
		return s.showMember(c, err)
	}
	if err == nil {
		err = s.sendOut(c.UserContext(), org, who)
	}
	if err != nil {
		return err
	}
	if who == visitor(c).User.ID {
		return c.Redirect("/organizations", fiber.StatusSeeOther)
	}
	return s.backToPeople(c, "member_removed")
}

func (s *Server) handOver(c *fiber.Ctx) error {
	org, me, to := theOrg(c).ID, visitor(c).User.ID, tenants.UserID(c.Params("member"))
	err := s.tenants.Org(org).HandOver(c.UserContext(), me, to)
	if tenants.Fields(err) != nil {
		return s.showMember(c, err)
	}
	if err == nil {
		err = errors.Join(s.reach(c.UserContext(), org, me), s.reach(c.UserContext(), org, to))
	}
	if err != nil {
		return err
	}
	return s.backToPeople(c, "handed_over")
}

func (s *Server) backToPeople(c *fiber.Ctx, what string) error {
	return s.done(c, backTo(c, "/people"), what)
}

// leavePage asks once more, by name.
func (s *Server) leavePage(c *fiber.Ctx) error { return s.showLeave(c, "") }

func (s *Server) showLeave(c *fiber.Ctx, fault string) error {
	page, err := s.orgPage(c, "leave.title")
	if err != nil {
		return err
	}
	return s.render(c, views.LeaveOrg(page, views.LeaveModel{Error: fault}))
}

func (s *Server) leave(c *fiber.Ctx) error {
	org, me := theOrg(c).ID, visitor(c).User.ID
	err := s.tenants.Org(org).Leave(c.UserContext(), me)
	if tenants.KeyOf(err) == tenants.KeyOwnerNeeded {
		c.Status(fiber.StatusConflict)
		return s.showLeave(c, tenants.KeyOwnerNeeded)
	}
	if err == nil {
		err = s.sendOut(c.UserContext(), org, me)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/organizations", fiber.StatusSeeOther)
}

// sendOut ends the open meetings of somebody who does not belong to the organization any more, on all their devices. Their old tokens
// are worth nothing: a seat of a member is given to members only.
func (s *Server) sendOut(ctx context.Context, org tenants.OrgID, who tenants.UserID) error {
	places, err := s.tenants.Org(org).PlacesOf(ctx, who)
	if err != nil {
		return err
	}
	return s.removeAll(ctx, places)
}

func (s *Server) removeAll(ctx context.Context, places []tenants.Place) error {
	var failed error
	for _, at := range places {
		err := s.media.Remove(ctx, roomKey(at.Room), at.Identity, sfu.ReasonRemoved)
		if err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) && !errors.Is(err, sfu.ErrUnknownPeer) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

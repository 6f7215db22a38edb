package app

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// invitesPage lists invitations, links and domains: all ways to come in.
func (s *Server) invitesPage(c *fiber.Ctx) error { return s.showInvites(c, views.InvitesModel{}, nil) }

func (s *Server) showInvites(c *fiber.Ctx, m views.InvitesModel, fault error) error {
	if m.Errors = tenants.Fields(fault); fault != nil && m.Errors == nil {
		return fault
	}
	org, me := s.tenants.Org(theOrg(c).ID), visitor(c).User
	q := tenants.InviteQuery{Search: c.Query("q"), State: c.Query("state"), Page: pageOf(c)}
	found, total, err := org.Invitations(c.UserContext(), q)
	if err != nil {
		return err
	}
	links, err := org.InviteLinks(c.UserContext(), me.ID)
	if err != nil {
		return err
	}
	if m.Domains, err = org.JoinDomains(c.UserContext()); err != nil {
		return err
	}
	if m.SeatsUsed, m.Seats, err = s.seatUse(c); err != nil {
		return err
	}
	page, err := s.orgPage(c, "invites.title")
	if err != nil {
		return err
	}
	m.Search, m.State, m.MayOwn, m.MyEmail = q.Search, q.State, theOrg(c).Role == tenants.RoleOwner, me.Email
	m.List = views.ListPage{Path: "/o/" + theOrg(c).Slug + "/invitations", Query: listQuery(c, "q", "state"), Page: tenants.PageWithin(q.Page, total, tenants.PageSize), Size: tenants.PageSize, Total: total}
	for _, one := range found {
		m.Invites = append(m.Invites, views.InviteLine{ID: one.ID, Email: one.Email, Name: one.Name, Role: string(one.Role), State: one.State, SentAt: one.SentAt, ExpiresAt: one.ExpiresAt})
	}
	for _, l := range links {
		m.Links = append(m.Links, views.LinkLine{ID: l.ID, Link: s.base(c) + "/invite/" + l.Token, ExpiresAt: l.ExpiresAt, Uses: l.Uses, UsesMax: l.UsesMax})
	}
	if m.Errors != nil {
		c.Status(statusFor(fault))
	}
	return s.render(c, views.Invites(page, m))
}

// previewInvites shows a list line by line before anything is sent.
func (s *Server) previewInvites(c *fiber.Ctx) error {
	people, err := readPeople(c)
	if c.FormValue("csv") != "" || c.FormValue("fix") != "" {
		people, err = readCorrected(c)
	}
	if err == nil && len(people) == 0 {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "addresses", Key: tenants.KeyInvitesNone}
	}
	var checked []tenants.InviteInput
	if err == nil {
		checked, err = s.tenants.Org(theOrg(c).ID).CheckInvites(c.UserContext(), visitor(c).User.ID, s.inviting(c, people))
	}
	if err != nil {
		return s.showInvites(c, views.InvitesModel{Addresses: c.FormValue("addresses"), NewRole: c.FormValue("role")}, err)
	}
	page, err := s.orgPage(c, "invites.preview")
	if err != nil {
		return err
	}
	_, seats, err := s.seatUse(c)
	if err != nil {
		return err
	}
	return s.render(c, views.InvitePreview(page, invitePreview(checked, seats)))
}

func invitePreview(checked []tenants.InviteInput, seats int) views.InvitePreviewModel {
	m := views.InvitePreviewModel{Seats: seats}
	var good []tenants.InviteInput
	var wrong []tenants.InviteInput
	for _, p := range checked {
		line := views.InviteCheck{Line: p.Line, Email: p.Email, Name: p.Name, Role: string(p.Role), Fault: p.Fault}
		if p.Fault != "" {
			m.Wrong, wrong = append(m.Wrong, line), append(wrong, p)
			continue
		}
		m.Good = append(m.Good, line)
		good = append(good, p)
	}
	m.CSV = tenants.WritePeopleCSV(good)
	m.Fix = strings.TrimPrefix(tenants.WritePeopleCSV(wrong), fixHead)
	return m
}

// fixHead is the line above the lines that are to be corrected; people do not have to look after it.
const fixHead = "email,name,role\n"

// readCorrected reads what a preview found right, and the lines that somebody has corrected on it.
func readCorrected(c *fiber.Ctx) ([]tenants.InviteInput, error) {
	var good []tenants.InviteInput
	var err error
	if csv := c.FormValue("csv"); csv != "" {
		if good, err = tenants.ReadPeopleCSV([]byte(csv)); err != nil {
			return nil, err
		}
	}
	fixed, err := tenants.ReadPeopleCSV([]byte(fixHead + c.FormValue("fix")))
	for i := range fixed {
		fixed[i].Line-- // the head is not theirs
	}
	return append(good, fixed...), err
}

// readPeople reads the pasted addresses, or the table when one came along.
func readPeople(c *fiber.Ctx) ([]tenants.InviteInput, error) {
	raw, err := upload(c, "file", tenants.InviteBytesMax)
	if errors.Is(err, errUploadLarge) {
		return nil, &tenants.Error{Code: tenants.CodeInvalid, Field: "file", Key: tenants.KeyInvitesMany}
	}
	if err != nil {
		return nil, err
	}
	var people []tenants.InviteInput
	if len(raw) > 0 {
		if people, err = tenants.ReadPeopleCSV(raw); err != nil {
			return nil, err
		}
	}
	pasted, err := tenants.ReadAddresses(c.FormValue("addresses"))
	people = append(people, pasted...)
	for i := range people {
		if people[i].Role == "" {
			people[i].Role = tenants.Role(c.FormValue("role"))
		}
	}
	return people, err
}

func (s *Server) inviting(c *fiber.Ctx, people []tenants.InviteInput) tenants.Inviting {
	seats, err := s.seatsOf(c.UserContext(), theOrg(c).ID)
	if err != nil {
		s.log.Error("seats not known", "err", err)
	}
	return tenants.Inviting{People: people, Seats: seats, Base: s.base(c), Lang: s.texts(c).Lang()}
}

// sendInvites sends what the preview showed; what has become wrong since is left out, and said.
func (s *Server) sendInvites(c *fiber.Ctx) error {
	people, err := tenants.ReadPeopleCSV([]byte(c.FormValue("csv")))
	var sent []tenants.InviteInput
	if err == nil {
		sent, err = s.tenants.Org(theOrg(c).ID).Invite(c.UserContext(), visitor(c).User.ID, s.inviting(c, people))
	}
	if err != nil {
		return err
	}
	s.ringMails()
	n := 0
	for _, p := range sent {
		if p.Fault == "" {
			n++
		}
	}
	return s.done(c, "/invitations?n="+strconv.Itoa(n), "invites_sent")
}

func (s *Server) resendInvite(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).ResendInvite(c.UserContext(), visitor(c).User.ID, c.Params("invitation"), s.inviting(c, nil)); err != nil {
		return err
	}
	s.ringMails()
	return s.backToInvites(c, "invite_resent")
}

func (s *Server) withdrawInvite(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).WithdrawInvite(c.UserContext(), visitor(c).User.ID, c.Params("invitation")); err != nil {
		return err
	}
	return s.backToInvites(c, "invite_withdrawn")
}

func (s *Server) backToInvites(c *fiber.Ctx, what string) error {
	return s.done(c, backTo(c, "/invitations"), what)
}

func (s *Server) createInviteLink(c *fiber.Ctx) error {
	m := views.InvitesModel{LinkDays: c.FormValue("days"), LinkUses: c.FormValue("uses")}
	days, _ := strconv.Atoi(m.LinkDays) // what is no number is 0, and that is refused beside the field
	uses, _ := strconv.Atoi(m.LinkUses)
	if _, err := s.tenants.Org(theOrg(c).ID).CreateInviteLink(c.UserContext(), visitor(c).User.ID, days, uses); err != nil {
		return s.showInvites(c, m, err)
	}
	return s.done(c, "/invitations", "link_made")
}

func (s *Server) revokeInviteLink(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).RevokeInviteLink(c.UserContext(), visitor(c).User.ID, c.Params("link")); err != nil {
		return err
	}
	return s.done(c, "/invitations", "link_voided")
}

func (s *Server) allowDomain(c *fiber.Ctx) error {
	if _, err := s.tenants.Org(theOrg(c).ID).AllowDomain(c.UserContext(), visitor(c).User.ID); err != nil {
		return s.showInvites(c, views.InvitesModel{}, err)
	}
	return s.done(c, "/invitations", "domain_allowed")
}

func (s *Server) forbidDomain(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).ForbidDomain(c.UserContext(), visitor(c).User.ID, c.FormValue("domain")); err != nil {
		return err
	}
	return s.done(c, "/invitations", "domain_removed")
}

package app

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// dashboard is an organization's first page: its rooms, and what its meetings may do.
func (s *Server) dashboard(c *fiber.Ctx) error {
	return s.showDashboard(c, func(m *views.DashboardModel) {
		m.Welcome, m.Fresh = c.Query("welcome") != "", c.Query("room")
	})
}

func (s *Server) showDashboard(c *fiber.Ctx, more func(*views.DashboardModel)) error {
	org := theOrg(c)
	page, err := s.orgPage(c, "dashboard.title")
	if err != nil {
		return err
	}
	model := views.DashboardModel{Unconfirmed: visitor(c).User.ConfirmedAt == nil}
	more(&model)
	if err := s.addRooms(c, &model); err != nil {
		return err
	}
	if model.Left, err = s.limitsModel(c, org); err != nil {
		return err
	}
	model.Ad = s.dashboardAd(c)
	if c.Query("sent") != "" {
		page.Flash = &views.Flash{Kind: "success", Text: page.T("flash.confirmation_sent")}
	}
	return s.render(c, views.Dashboard(page, model))
}

// addRooms adds the page of the list of rooms that the address asks for.
func (s *Server) addRooms(c *fiber.Ctx, m *views.DashboardModel) error {
	org, me := theOrg(c), visitor(c).User.ID
	q := tenants.RoomList{Search: c.Query("q"), Live: c.Query("show") == views.RoomsLive, Sort: c.Query("sort"), First: m.Fresh, Page: pageOf(c)}
	if c.Query("show") == views.RoomsMine {
		q.By = me
	}
	found, err := s.tenants.Org(org.ID).Rooms(c.UserContext(), q)
	if err != nil {
		return err
	}
	m.Search, m.Show, m.Sort, m.Live = q.Search, c.Query("show"), q.Sort, found.Live
	m.List = views.ListPage{Path: "/o/" + org.Slug, Query: listQuery(c, "q", "show", "sort"), Page: found.Page, Size: tenants.RoomPageSize, Total: found.Total}
	for _, r := range found.Rooms {
		m.Rooms = append(m.Rooms, s.roomCard(c, r))
	}
	return nil
}

// openRoom makes a room and shows its link.
func (s *Server) openRoom(c *fiber.Ctx) error {
	org := theOrg(c)
	name := c.FormValue("name")
	typed := name
	if name == "" {
		name = s.texts(c).T("room.default_name", "Name", visitor(c).User.Name)
	}
	room, err := s.tenants.Org(org.ID).CreateRoom(c.UserContext(), visitor(c).User.ID, name)
	if fields := tenants.Fields(err); fields != nil {
		c.Status(fiber.StatusBadRequest)
		return s.showDashboard(c, func(m *views.DashboardModel) { m.RoomName, m.RoomError = typed, fields["name"] })
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug+"?room="+room.Code, fiber.StatusSeeOther)
}

// roomPage is where a room is renamed and archived.
func (s *Server) roomPage(c *fiber.Ctx) error { return s.showRoom(c, nil) }

// showRoom draws the page of a room; wrong adds what a form of it was refused for.
func (s *Server) showRoom(c *fiber.Ctx, wrong func(*views.RoomEditModel)) error {
	org := theOrg(c)
	room, err := s.tenants.Org(org.ID).RoomByID(c.UserContext(), tenants.RoomID(c.Params("room")))
	if err != nil {
		return err
	}
	policies, err := s.tenants.Org(org.ID).Policies(c.UserContext())
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "")
	if err != nil {
		return err
	}
	page.Title = room.Name
	m := views.RoomEditModel{
		Room: s.roomCard(c, tenants.RoomSummary{Room: room}), CanArchive: org.Role.CanManage() || room.CreatedBy == visitor(c).User.ID, From: placeInList(c),
		Text: views.RoomTextModel{Typed: room.WaitingText, Own: room.WaitingText, Org: policies.WaitingText, Waiting: string(policies.Waiting)},
	}
	if wrong != nil {
		wrong(&m)
	}
	return s.render(c, views.RoomEdit(page, m))
}

func (s *Server) renameRoom(c *fiber.Ctx) error {
	org := theOrg(c)
	_, err := s.tenants.Org(org.ID).RenameRoom(c.UserContext(), visitor(c).User.ID, tenants.RoomID(c.Params("room")), c.FormValue("name"))
	if fields := tenants.Fields(err); fields != nil {
		c.Status(fiber.StatusBadRequest)
		return s.showRoom(c, func(m *views.RoomEditModel) { m.Error = fields["name"] })
	}
	if err != nil {
		return err
	}
	return c.Redirect(backTo(c, "/o/"+org.Slug), fiber.StatusSeeOther)
}

// setRoomText gives a room a text of its own for who waits before it, or with an empty one the organization's.
func (s *Server) setRoomText(c *fiber.Ctx) error {
	id, text := tenants.RoomID(c.Params("room")), c.FormValue("waiting_text")
	err := s.tenants.Org(theOrg(c).ID).SetRoomWaitingText(c.UserContext(), visitor(c).User.ID, id, text)
	if fields := tenants.Fields(err); fields != nil {
		c.Status(fiber.StatusBadRequest)
		return s.showRoom(c, func(m *views.RoomEditModel) { m.Text.Typed, m.Text.Error = text, fields["waiting_text"] })
	}
	if err != nil {
		return err
	}
	return s.done(c, "/rooms/"+string(id)+"?from="+url.QueryEscape(placeInList(c)), "room_text_saved")
}

func (s *Server) archiveRoom(c *fiber.Ctx) error {
	org := theOrg(c)
	err := s.tenants.Org(org.ID).ArchiveRoom(c.UserContext(), visitor(c).User.ID, tenants.RoomID(c.Params("room")))
	if tenants.KeyOf(err) == tenants.KeyRoomBusy {
		c.Status(fiber.StatusConflict)
		return s.showRoom(c, func(m *views.RoomEditModel) { m.Error = tenants.KeyRoomBusy })
	}
	if err != nil {
		return err
	}
	return c.Redirect(backTo(c, "/o/"+org.Slug), fiber.StatusSeeOther)
}

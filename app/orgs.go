package app

import (
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
	rooms, err := s.tenants.Org(org.ID).Rooms(c.UserContext())
	if err != nil {
		return err
	}
	left, err := s.limitsModel(c, org)
	if err != nil {
		return err
	}
	if c.Query("sent") != "" {
		page.Flash = &views.Flash{Kind: "success", Text: page.T("flash.confirmation_sent")}
	}
	model := views.DashboardModel{Left: left, Unconfirmed: visitor(c).User.ConfirmedAt == nil}
	for _, r := range rooms {
		card := s.roomCard(c, r)
		if card.Live {
			if card.Names, err = s.namesIn(c, r); err != nil {
				return err
			}
		}
		model.Rooms = append(model.Rooms, card)
	}
	more(&model)
	return s.render(c, views.Dashboard(page, model))
}

// namesIn are the names of who is in a live room now.
func (s *Server) namesIn(c *fiber.Ctx, r tenants.RoomSummary) (names []string, err error) {
	_, people, err := s.tenants.Org(r.Org).Current(c.UserContext(), r.ID)
	if err != nil && !isCode(err, tenants.CodeNotFound) {
		return nil, err
	}
	for _, p := range people {
		if p.LeftAt == nil {
			names = append(names, p.Name)
		}
	}
	return names, nil
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
func (s *Server) roomPage(c *fiber.Ctx) error { return s.showRoom(c, "") }

func (s *Server) showRoom(c *fiber.Ctx, fault string) error {
	org := theOrg(c)
	room, err := s.tenants.Org(org.ID).RoomByID(c.UserContext(), tenants.RoomID(c.Params("room")))
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "")
	if err != nil {
		return err
	}
	page.Title = room.Name
	return s.render(c, views.RoomEdit(page, views.RoomEditModel{
		Room: s.roomCard(c, tenants.RoomSummary{Room: room}), Error: fault, CanArchive: org.Role.CanManage() || room.CreatedBy == visitor(c).User.ID,
	}))
}

func (s *Server) renameRoom(c *fiber.Ctx) error {
	org := theOrg(c)
	_, err := s.tenants.Org(org.ID).RenameRoom(c.UserContext(), visitor(c).User.ID, tenants.RoomID(c.Params("room")), c.FormValue("name"))
	if fields := tenants.Fields(err); fields != nil {
		c.Status(fiber.StatusBadRequest)
		return s.showRoom(c, fields["name"])
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug, fiber.StatusSeeOther)
}

func (s *Server) archiveRoom(c *fiber.Ctx) error {
	org := theOrg(c)
	err := s.tenants.Org(org.ID).ArchiveRoom(c.UserContext(), visitor(c).User.ID, tenants.RoomID(c.Params("room")))
	if tenants.KeyOf(err) == tenants.KeyRoomBusy {
		c.Status(fiber.StatusConflict)
		return s.showRoom(c, tenants.KeyRoomBusy)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug, fiber.StatusSeeOther)
}

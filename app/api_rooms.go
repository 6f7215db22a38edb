package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// apiRoomJSON is a room as programs see it.
type apiRoomJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Code       string     `json:"code"`
	URL        string     `json:"url"`
	Live       bool       `json:"live"`
	People     int        `json:"people"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

func (s *Server) apiRoomOf(r tenants.RoomSummary) apiRoomJSON {
	return apiRoomJSON{
		ID: string(r.ID), Name: r.Name, Code: r.Code, URL: s.cfg.BaseURL + "/m/" + r.Code, Live: r.Live != nil, People: r.People,
		CreatedAt: r.CreatedAt, ArchivedAt: r.ArchivedAt,
	}
}

func (s *Server) apiRooms(c *fiber.Ctx) error {
	slice, err := apiSlice(c)
	if err != nil {
		return err
	}
	rooms, more, err := apiAccessOf(c).Door.Rooms(c.UserContext(), tenants.RoomQuery{Slice: slice, Archived: c.Query("archived") == "true"})
	if err != nil {
		return err
	}
	return c.JSON(listOf(rooms, more, s.apiRoomOf, func(r tenants.RoomSummary) string { return string(r.ID) }))
}

func (s *Server) apiRoom(c *fiber.Ctx) error {
	room, err := apiAccessOf(c).Door.Room(c.UserContext(), tenants.RoomID(c.Params("id")))
	if err != nil {
		return err
	}
	return c.JSON(s.apiRoomOf(room))
}

// roomBody is what a room is made and changed by.
type roomBody struct {
	Name string `json:"name"`
}

func (s *Server) apiCreateRoom(c *fiber.Ctx) error {
	var in roomBody
	if err := apiBody(c, &in); err != nil {
		return err
	}
	room, err := apiAccessOf(c).Door.CreateRoom(c.UserContext(), in.Name)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, "/api/v1/rooms/"+string(room.ID))
	return c.Status(fiber.StatusCreated).JSON(s.apiRoomOf(tenants.RoomSummary{Room: room}))
}

func (s *Server) apiRenameRoom(c *fiber.Ctx) error {
	var in roomBody
	if err := apiBody(c, &in); err != nil {
		return err
	}
	room, err := apiAccessOf(c).Door.RenameRoom(c.UserContext(), tenants.RoomID(c.Params("id")), in.Name)
	if err != nil {
		return err
	}
	return c.JSON(s.apiRoomOf(tenants.RoomSummary{Room: room}))
}

func (s *Server) apiArchiveRoom(c *fiber.Ctx) error {
	if err := apiAccessOf(c).Door.ArchiveRoom(c.UserContext(), tenants.RoomID(c.Params("id"))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// apiMemberJSON is a member as programs see them.
type apiMemberJSON struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Email string    `json:"email"`
	Role  string    `json:"role"`
	Since time.Time `json:"since"`
}

func apiMemberOf(m tenants.Member) apiMemberJSON {
	return apiMemberJSON{ID: string(m.ID), Name: m.Name, Email: m.Email, Role: string(m.Role), Since: m.Since}
}

func (s *Server) apiMembers(c *fiber.Ctx) error {
	slice, err := apiSlice(c)
	if err != nil {
		return err
	}
	members, more, err := apiAccessOf(c).Door.Members(c.UserContext(), slice)
	if err != nil {
		return err
	}
	return c.JSON(listOf(members, more, apiMemberOf, func(m tenants.Member) string { return string(m.ID) }))
}

func (s *Server) apiMember(c *fiber.Ctx) error {
	member, err := apiAccessOf(c).Door.Member(c.UserContext(), tenants.UserID(c.Params("id")))
	if err != nil {
		return err
	}
	return c.JSON(apiMemberOf(member))
}

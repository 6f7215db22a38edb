package app

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// pastFiles is a page of what is left of a meeting's files once it is over. An operator who looks into an organization sees none of them.
func (s *Server) pastFiles(c *fiber.Ctx, texts *views.Texts) (views.PastFiles, error) {
	if _, looks := lookOf(c); looks {
		return views.PastFiles{}, nil
	}
	found, err := s.tenants.Org(theOrg(c).ID).PastFiles(c.UserContext(), visitor(c).User.ID, tenants.MeetingID(c.Params("meeting")), c.QueryInt("files", 1))
	if err != nil {
		return views.PastFiles{}, err
	}
	m := views.PastFiles{Bytes: found.Bytes, List: views.ListPage{
		Path: c.Path(), Query: listQuery(c, "from", "page"), Param: "files", Page: found.Page, Size: tenants.PageSize, Total: found.Total,
	}}
	for _, f := range found.Files {
		line := views.PastFileLine{ID: f.ID, Kind: f.Kind, Size: f.Size, Name: f.Name, SentAt: f.SentAt}
		if f.Kind == tenants.PastFileToAll {
			line.Sender = texts.Person(f.Sender)
		}
		m.Lines = append(m.Lines, line)
	}
	return m, nil
}

// pastFile hands out a file that was sent to everyone in a meeting that is over, for who manages the organization: to be saved, as in the
// meeting. What two people sent to each other is theirs.
func (s *Server) pastFile(c *fiber.Ctx) error {
	org, by := s.tenants.Org(theOrg(c).ID), visitor(c).User.ID
	meeting, id := tenants.MeetingID(c.Params("meeting")), c.Params("file")
	file, err := org.PastFile(c.UserContext(), by, meeting, id)
	if err != nil {
		return err
	}
	return handOut(c, file, org, func(ctx context.Context, n int) ([]byte, error) { return org.PastFilePart(ctx, by, meeting, id, n) })
}

// deletePastFile takes a file of a meeting that is over away, and gives its storage back.
func (s *Server) deletePastFile(c *fiber.Ctx) error {
	meeting := c.Params("meeting")
	err := s.tenants.Org(theOrg(c).ID).RemovePastFile(c.UserContext(), visitor(c).User.ID, tenants.MeetingID(meeting), c.Params("file"))
	if err != nil {
		return err
	}
	path := "/meetings/" + meeting
	if from := placeInList(c); from != "" {
		path += "?from=" + url.QueryEscape(from)
	}
	return s.done(c, path, "file_deleted")
}

package app

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// chatCSV is what was written to everyone in a meeting, for who manages the organization. What two people wrote to each other is theirs.
func (s *Server) chatCSV(c *fiber.Ctx) error {
	org, by, meeting := theOrg(c), visitor(c).User.ID, tenants.MeetingID(c.Params("meeting"))
	page, err := s.tenants.Org(org.ID).WrittenToAll(c.UserContext(), by, meeting, 0)
	if err != nil {
		return err
	}
	texts := s.texts(c) // the request is over when the file is written
	return s.download(c, org.Slug+"-chat.csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		out := csvTo(w)
		err := out.Write([]string{"number", "sent_at", "identity", "name", "text", "sealed", "sticker", "file", "reply_to", "edited_at", "deleted_at"})
		for err == nil && len(page) > 0 {
			for _, m := range page {
				err = errors.Join(err, out.Write(plainCells(chatRow(m, texts.Person(m.Names[m.Sender])))))
			}
			var next error
			page, next = s.tenants.Org(org.ID).WrittenToAll(ctx, by, meeting, page[len(page)-1].N)
			err = errors.Join(err, next)
		}
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

func chatRow(m tenants.ChatMessage, name string) []string {
	row := []string{
		strconv.FormatInt(m.N, 10), m.SentAt.Format(time.RFC3339), m.Sender, name, m.Text, strconv.FormatBool(m.Sealed), m.Sticker, "", "",
		timeCell(m.EditedAt), timeCell(m.DeletedAt),
	}
	if m.File != nil {
		row[7] = m.File.Name
	}
	if m.Reply != 0 {
		row[8] = strconv.FormatInt(m.Reply, 10)
	}
	return row
}

// timeCell is a moment, or nothing where there is none.
func timeCell(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

package app

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// downloadTime bounds how long a file may take: an export has people's files in it, and some lines are slow. Of all but exports the client's
// own slowness is bounded by the server's write timeout.
const downloadTime = time.Hour

// isExport says whether an address gives somebody's or an organization's data as a file.
func isExport(path string) bool {
	return path == "/me/export" || strings.HasPrefix(path, "/o/") && strings.Contains(path, "/settings/data/exports/")
}

// download sends a file while it is being written, so that its size costs no memory. A file that cannot be finished ends the
// connection early: nobody must take half of it for the whole.
func (s *Server) download(c *fiber.Ctx, name, kind string, write func(context.Context, io.Writer) error) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf("attachment; filename=%q", name))
	c.Set(fiber.HeaderCacheControl, "no-store")
	path := c.Route().Path
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(context.Background(), downloadTime) // the request's own ends when the handler does
		defer cancel()
		err := write(ctx, w)
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			s.log.Warn("a download ended early", "route", path, "err", err)
			_ = conn.Close()
		}
	})
	return nil
}

// csvTo writes CSV as RFC 4180 has it, with lines that end in CR LF.
func csvTo(w io.Writer) *csv.Writer {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return out
}

// plainCells keeps what people typed from being a formula where somebody opens the file in a spreadsheet.
func plainCells(row []string) []string {
	for i, cell := range row {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !isNumber(cell) {
			row[i] = "'" + cell
		}
	}
	return row
}

func isNumber(s string) bool {
	return strings.Trim(s[1:], "0123456789.") == "" && (s[0] == '-' || s[0] == '+')
}

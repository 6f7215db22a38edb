package app

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/tenants/attachment"
	"parley/views"
)

var (
	errChatFileEmpty = &tenants.Error{Code: tenants.CodeInvalid, Field: "file", Key: tenants.KeyChatFileEmpty}
	errChatFileGone  = &tenants.Error{Code: tenants.CodeNotFound, Key: tenants.KeyChatFileGone}
)

// chatFileTime is how long a file may be on its way: one of the largest at a megabit a second, with time to spare.
const chatFileTime = 5 * time.Minute

// partsAtOnce is how many parts of a file are handed out before it is asked again whether somebody may have it.
const partsAtOnce = 16

// chatFilesOf says of which meeting's chat an address has files.
func chatFilesOf(path string) (code string, is bool) {
	rest, is := strings.CutPrefix(path, "/m/")
	code, rest, _ = strings.Cut(rest, "/")
	return code, is && (rest == "chat/files" || strings.HasPrefix(rest, "chat/files/"))
}

// postChatFile keeps a file with the message that it comes with, and tells those whom it is for. Sent again, it is the same message.
func (s *Server) postChatFile(c *fiber.Ctx) error {
	who, err := s.chatWriter(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	head, err := c.FormFile("file")
	if err != nil {
		return s.stickerFault(c, errChatFileEmpty)
	}
	data, err := head.Open()
	if err != nil {
		return s.stickerFault(c, err)
	}
	defer data.Close()
	allowed, err := s.allowanceOf(c.UserContext(), who.Org.ID)
	if err != nil {
		return s.stickerFault(c, err)
	}
	limit, sealed := allowed.By.Storage(), c.FormValue("sealed") == "yes"
	up, err := tenants.NewChatUpload(c.FormValue("name"), data, head.Size, sealed, limit)
	if err != nil {
		return s.stickerFault(c, err)
	}
	reply, _ := strconv.ParseInt(c.FormValue("reply"), 10, 64)
	m, err := s.tenants.Org(who.Org.ID).PostChat(c.UserContext(), tenants.ChatPost{
		Room: who.Room.ID, Identity: who.seat.Identity, ClientID: c.FormValue("id"), To: c.FormValue("to"),
		Text: c.FormValue("text"), Sealed: sealed, File: up, Reply: reply,
	})
	s.storageChanged(c.UserContext(), map[tenants.OrgID]tenants.StorageLimit{who.Org.ID: limit}, err)
	return s.answerChat(c, who, m, err)
}

// chatFile hands a file out to who may read its message: to be saved, never to be shown at our address.
func (s *Server) chatFile(c *fiber.Ctx) error {
	who, err := s.chatterOf(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	org, id := s.tenants.Org(who.Org.ID), c.Params("file")
	file, err := org.ChatFile(c.UserContext(), who.Room.ID, who.seat.Identity, id)
	if err != nil {
		return s.stickerFault(c, err)
	}
	return handOut(c, file, org, func(ctx context.Context, n int) ([]byte, error) {
		return org.ChatFilePart(ctx, who.Room.ID, who.seat.Identity, id, n)
	})
}

// handOut sends a file that somebody may have, inert, part by part. asked gives a part to who may have it at that moment.
func handOut(c *fiber.Ctx, file tenants.ChatFile, org *tenants.Scoped, asked func(ctx context.Context, n int) ([]byte, error)) error {
	c.Set(fiber.HeaderContentType, file.MediaType)
	c.Set(fiber.HeaderContentDisposition, attachment.Disposition(file.SaveAs()))
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Context().SetBodyStream(&partReader{left: file.Size, next: func(n int) ([]byte, error) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the request's own ends when the handler does
		defer cancel()
		if n%partsAtOnce == 0 { // whether they may is asked again as it goes on: who is removed gets no more
			return asked(ctx, n)
		}
		return org.ChatFileGoesOn(ctx, file.ID, n)
	}}, int(file.Size))
	return nil
}

// chatPreview shows the small picture of a file. It was drawn anew: there is nothing of the sender's in it but what one sees.
func (s *Server) chatPreview(c *fiber.Ctx) error {
	who, err := s.chatterOf(c)
	if err != nil {
		return s.stickerFault(c, err)
	}
	small, err := s.tenants.Org(who.Org.ID).ChatFilePart(c.UserContext(), who.Room.ID, who.seat.Identity, c.Params("file"), tenants.ChatPreview)
	if err == nil && len(small) == 0 {
		err = errChatFileGone
	}
	if err != nil {
		return s.stickerFault(c, err)
	}
	return sendPicture(c, "image/jpeg", small, "private")
}

// partReader reads what lies in parts, one at a time, so that a large file costs no memory. A part that is missing ends it early, and with
// it the connection: nobody must take half of a file for the whole.
type partReader struct {
	next func(n int) ([]byte, error)
	left int64
	part []byte
	n    int
}

func (r *partReader) Read(into []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	if len(r.part) == 0 {
		part, err := r.next(r.n)
		if err != nil {
			return 0, err
		}
		if len(part) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		r.part, r.n = part, r.n+1
	}
	n := copy(into, r.part)
	r.part, r.left = r.part[n:], r.left-int64(n)
	return n, nil
}

// chatWords is the sentence for what somebody asked of a chat in vain.
func chatWords(t *views.Texts, err error) string {
	if full := storageWords(t, err); full != "" {
		return full
	}
	return t.T(tenants.KeyOf(err), "Most", t.Size(tenants.ChatFileMost))
}

package app

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"parley/tenants"
	"parley/tenants/picture"
)

// picturePath is where a person's picture is sent to. It and the files of a chat may be more than maxBody: a photo as it is.
const picturePath = "/me/picture"

// bodyLimit bounds a request's body once its head is there, before any of the body is read.
func (s *Server) bodyLimit(head *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(head.RequestURI()), "?")
	if code, is := chatFilesOf(path); is {
		return s.chatFileLimit(head, code)
	}
	if head.IsPost() && path == picturePath {
		return fasthttp.RequestConfig{MaxRequestBodySize: picture.MaxPhotoBytes + 64<<10} // and what stands around it in a form
	}
	conf := fasthttp.RequestConfig{MaxRequestBodySize: maxBody}
	if isExport(path) {
		conf.WriteTimeout = downloadTime
	}
	return conf
}

// setPicture keeps what the browser cut out, or the middle of what was sent whole.
func (s *Server) setPicture(c *fiber.Ctx) error {
	raw, err := upload(c, "picture", picture.MaxPhotoBytes)
	if errors.Is(err, errUploadLarge) {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: tenants.KeyPictureLarge}
	}
	var limits map[tenants.OrgID]tenants.StorageLimit
	if err == nil {
		limits, err = s.storageLimits(c)
	}
	if err == nil {
		_, err = s.tenants.SetPicture(c.UserContext(), visitor(c).User.ID, raw, limits)
		s.storageChanged(c.UserContext(), limits, err)
	}
	if fields := tenants.Fields(err); fields != nil {
		return s.showProfile(c, func(m *profileFaults) { m.picture = fields["picture"] }, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me?done=picture", fiber.StatusSeeOther)
}

func (s *Server) removePicture(c *fiber.Ctx) error {
	if err := s.tenants.RemovePicture(c.UserContext(), visitor(c).User.ID); err != nil {
		return err
	}
	return c.Redirect("/me?done=picture_removed", fiber.StatusSeeOther)
}

// picture serves a person's picture to who may see it. The address names its content, so a browser may keep it for good; a changed one has
// another address.
func (s *Server) picture(c *fiber.Ctx) error {
	hash, _ := strings.CutSuffix(c.Params("file"), ".jpg")
	kind, data, err := s.tenants.Picture(c.UserContext(), visitor(c).User.ID, tenants.UserID(c.Params("person")), hash)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.Send(data)
}

// faceOf is the address of a person's picture; empty for none.
func faceOf(id tenants.UserID, hash string) string {
	if hash == "" {
		return ""
	}
	return "/picture/" + string(id) + "/" + hash + ".jpg"
}

// faces tells who is in the room's meeting and has a picture that the visitor may see: members see members. Guests see initials.
func (s *Server) faces(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	out := map[string]string{}
	if at.Host {
		all, err := s.tenants.Org(at.Org.ID).Faces(c.UserContext(), at.Room.ID, visitor(c).User.ID)
		if err != nil {
			return s.problem(c, err)
		}
		for _, face := range all {
			out[face.Identity] = faceOf(face.User, face.Picture)
		}
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(out)
}

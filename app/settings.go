package app

import (
	"errors"
	"io"
	"mime/multipart"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/tenants/picture"
	"parley/views"
)

// managers lets in who manages the organization that requireRole found.
func managers(c *fiber.Ctx) error {
	if !theOrg(c).Role.CanManage() {
		return errForbidden
	}
	return c.Next()
}

// settingsPage is how the organization looks.
func (s *Server) settingsPage(c *fiber.Ctx) error { return s.showSettings(c, nil) }

// showSettings shows the page again when err is a fault of one of its fields; what was typed stays.
func (s *Server) showSettings(c *fiber.Ctx, err error) error {
	m := views.OrgSettingsModel{Errors: tenants.Fields(err)}
	if err != nil && m.Errors == nil {
		return err
	}
	page, pageErr := s.orgPage(c, "settings.title")
	if pageErr != nil {
		return pageErr
	}
	m.Name, m.Colour, m.Logo = page.Org.Name, page.Org.Colour, page.Org.Logo
	m.LogoFull = storageWords(page.Texts, err)
	if m.Errors != nil {
		c.Status(fiber.StatusBadRequest)
		if c.FormValue("organization") != "" {
			m.Name = c.FormValue("organization")
		}
	}
	return s.render(c, views.OrgSettings(page, m))
}

func (s *Server) renameOrg(c *fiber.Ctx) error {
	err := s.tenants.Org(theOrg(c).ID).RenameOrg(c.UserContext(), visitor(c).User.ID, c.FormValue("organization"))
	if err != nil {
		return s.showSettings(c, err)
	}
	return s.done(c, "/settings", "name_saved")
}

func (s *Server) setLogo(c *fiber.Ctx) error {
	raw, err := upload(c, "logo", picture.MaxBytes)
	if err == nil && len(raw) == 0 {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "logo", Key: tenants.KeyLogoUnreadable}
	}
	if errors.Is(err, errUploadLarge) {
		err = &tenants.Error{Code: tenants.CodeInvalid, Field: "logo", Key: tenants.KeyLogoLarge}
	}
	var allowed allowance
	if err == nil {
		allowed, err = s.allowanceOf(c.UserContext(), theOrg(c).ID)
	}
	if err == nil {
		limit := allowed.By.Storage()
		err = s.tenants.Org(theOrg(c).ID).SetLogo(c.UserContext(), visitor(c).User.ID, raw, limit)
		s.storageChanged(c.UserContext(), map[tenants.OrgID]tenants.StorageLimit{theOrg(c).ID: limit}, err)
	}
	if err != nil {
		return s.showSettings(c, err)
	}
	return s.done(c, "/settings", "logo_saved")
}

func (s *Server) removeLogo(c *fiber.Ctx) error {
	if err := s.tenants.Org(theOrg(c).ID).SetLogo(c.UserContext(), visitor(c).User.ID, nil, tenants.StorageLimit{}); err != nil {
		return err
	}
	return s.done(c, "/settings", "logo_removed")
}

func (s *Server) setColour(c *fiber.Ctx) error {
	typed := c.FormValue("colour")
	if typed == "" {
		typed = "-" // an empty field is no colour that somebody chose
	}
	_, adjusted, err := s.tenants.Org(theOrg(c).ID).SetColour(c.UserContext(), visitor(c).User.ID, typed)
	if err != nil {
		return s.showSettings(c, err)
	}
	if adjusted {
		return s.done(c, "/settings", "colour_adjusted")
	}
	return s.done(c, "/settings", "colour_saved")
}

func (s *Server) removeColour(c *fiber.Ctx) error {
	if _, _, err := s.tenants.Org(theOrg(c).ID).SetColour(c.UserContext(), visitor(c).User.ID, ""); err != nil {
		return err
	}
	return s.done(c, "/settings", "colour_removed")
}

// logo serves an organization's picture to whoever knows its id: members, and guests on the organization's pages. An id never names
// another picture, so it may be kept for good.
func (s *Server) logo(c *fiber.Ctx) error {
	png, err := s.tenants.Logo(c.UserContext(), strings.TrimSuffix(c.Params("file"), ".png"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/png")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.Send(png)
}

// organizations lists the ones that the visitor belongs to.
func (s *Server) organizations(c *fiber.Ctx) error {
	var m views.OrganizationsModel
	for _, mine := range visitor(c).Orgs {
		m.Orgs = append(m.Orgs, orgLink(mine.Org, mine.Role))
	}
	open, err := s.tenants.OpenTo(c.UserContext(), visitor(c).User.ID)
	if err != nil {
		return err
	}
	for _, org := range open {
		m.Open = append(m.Open, orgLink(org, tenants.RoleMember))
	}
	return s.render(c, views.Organizations(s.page(c, "organizations.title"), m))
}

func (s *Server) newOrganizationPage(c *fiber.Ctx) error {
	return s.render(c, views.NewOrganization(s.page(c, "organizations.new_title"), views.NewOrganizationForm{}))
}

func (s *Server) newOrganization(c *fiber.Ctx) error {
	form := views.NewOrganizationForm{Name: c.FormValue("organization")}
	org, err := s.tenants.FoundOrg(c.UserContext(), visitor(c).User.ID, form.Name)
	if fields := tenants.Fields(err); fields != nil {
		form.Error = fields["organization"]
		c.Status(statusFor(err))
		return s.render(c, views.NewOrganization(s.page(c, "organizations.new_title"), form))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/o/"+org.Slug+"?welcome=1", fiber.StatusSeeOther)
}

// done leads back to a page of the console, which says in one sentence what happened.
func (s *Server) done(c *fiber.Ctx, path, what string) error {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return c.Redirect("/o/"+theOrg(c).Slug+path+mark+"done="+what, fiber.StatusSeeOther)
}

// errUploadLarge is the fault of a file of more bytes than a form takes.
var errUploadLarge = errors.New("the file is too large")

// upload reads a file that came with a form, at most that many bytes; none is an empty one.
func upload(c *fiber.Ctx, field string, most int64) ([]byte, error) {
	head, err := c.FormFile(field)
	if err != nil {
		return nil, nil //nolint:nilerr // no file was sent: the caller says what that means
	}
	if head.Size > most {
		return nil, errUploadLarge
	}
	return readUpload(head, most)
}

func readUpload(head *multipart.FileHeader, most int64) ([]byte, error) {
	file, err := head.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, most))
}

package app

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// profilePage is what a person says about themselves.
func (s *Server) profilePage(c *fiber.Ctx) error {
	me := visitor(c).User
	page := s.page(c, "me.profile")
	if c.Query("done") == "saved" {
		page.Flash = &views.Flash{Kind: "success", Text: page.T("profile.saved")}
	}
	return s.render(c, views.Profile(page, views.ProfileForm{Name: me.Name, Nickname: me.Nickname, Language: me.Language, TimeZone: me.TimeZone}))
}

func (s *Server) saveProfile(c *fiber.Ctx) error {
	form := views.ProfileForm{Name: c.FormValue("name"), Nickname: c.FormValue("nickname"), Language: c.FormValue("language"), TimeZone: c.FormValue("zone")}
	if form.Language != "" && !slices.Contains(s.catalogue.Languages(), form.Language) {
		form.Language = ""
	}
	_, err := s.tenants.SetProfile(c.UserContext(), visitor(c).User.ID, tenants.ProfileInput{
		Name: form.Name, Nickname: form.Nickname, Language: form.Language, TimeZone: form.TimeZone,
	})
	if form.Errors = tenants.Fields(err); form.Errors != nil {
		c.Status(statusFor(err))
		return s.render(c, views.Profile(s.page(c, "me.profile"), form))
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me?done=saved", fiber.StatusSeeOther)
}

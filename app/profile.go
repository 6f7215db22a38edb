package app

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// profileDone are the sentences that the page begins with after a deed; by the word in its address.
var profileDone = map[string]string{
	"saved": "profile.saved", "kept": "keep.done", "picture": "picture.saved", "picture_removed": "picture.removed", "shown": "shown.saved",
}

// profilePage is what a person says about themselves.
func (s *Server) profilePage(c *fiber.Ctx) error { return s.showProfile(c, nil, nil) }

// profileFaults is what a form of the page was sent with, and what is wrong with it.
type profileFaults struct {
	typed   *views.ProfileForm
	picture string // message id
}

// showProfile fills in what the store knows, where nothing was typed.
func (s *Server) showProfile(c *fiber.Ctx, bend func(*profileFaults), fault error) error {
	me := visitor(c).User
	var wrong profileFaults
	if bend != nil {
		bend(&wrong)
	}
	form := views.ProfileForm{Name: me.Name, Nickname: me.Nickname, Language: me.Language, TimeZone: me.TimeZone}
	if wrong.typed != nil {
		form = *wrong.typed
	}
	page := s.page(c, "me.profile")
	form.Email, form.Picture, form.PictureError = me.Email, faceOf(me.ID, me.Picture), wrong.picture
	form.PictureFull = storageWords(page.Texts, fault)
	form.Shown = views.ShownForm{Findable: me.Findable != tenants.FoundByNobody, Email: me.ShowEmail, Picture: me.ShowPicture, TimeZone: me.ShowZone}
	if done, ok := profileDone[c.Query("done")]; ok && fault == nil {
		page.Flash = &views.Flash{Kind: "success", Text: page.T(done)}
	}
	if fault != nil {
		c.Status(statusFor(fault))
	}
	return s.render(c, views.Profile(page, form))
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
		return s.showProfile(c, func(m *profileFaults) { m.typed = &form }, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me?done=saved", fiber.StatusSeeOther)
}

// saveShown keeps what others may see.
func (s *Server) saveShown(c *fiber.Ctx) error {
	in := tenants.ShownInput{
		Findable: tenants.FoundByNobody, Email: c.FormValue("email") != "", Picture: c.FormValue("picture") != "", TimeZone: c.FormValue("zone") != "",
	}
	if c.FormValue("findable") != "" {
		in.Findable = tenants.FoundByOrganization
	}
	limits, err := s.storageLimits(c)
	if err != nil {
		return err
	}
	err = s.tenants.SetShown(c.UserContext(), visitor(c).User.ID, in, limits)
	s.storageChanged(c.UserContext(), limits, err)
	if fields := tenants.Fields(err); fields["picture"] != "" {
		return s.showProfile(c, func(m *profileFaults) { m.picture = fields["picture"] }, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/me?done=shown", fiber.StatusSeeOther)
}

package app

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/views"
)

// languageCookie keeps the language that somebody chose who is not signed in; people have it in their profile.
const languageCookie = "parley_language"

// texts are the words in the visitor's language: the one in their profile, else the one that they chose in this browser, else what the
// browser asks for.
func (s *Server) texts(c *fiber.Ctx) *views.Texts {
	return s.catalogue.For(visitor(c).User.Language, c.Cookies(languageCookie), c.Get(fiber.HeaderAcceptLanguage))
}

// chooseLanguage keeps the choice for a year and goes back to where it was made.
func (s *Server) chooseLanguage(c *fiber.Ctx) error {
	tag := c.FormValue("language")
	if !slices.Contains(s.catalogue.Languages(), tag) {
		return errNotFound
	}
	c.Cookie(&fiber.Cookie{
		Name: languageCookie, Value: tag, Path: "/", Expires: s.clock.Now().Add(365 * 24 * time.Hour),
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
	return c.Redirect(safeNext(c.FormValue("next")), fiber.StatusSeeOther)
}

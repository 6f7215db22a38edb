package app

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"parley/views"
)

// Dev is what demo mode adds: the mails that would have been sent, the payment stand-in's pages, and the page of components.
type Dev struct {
	Mails  FolderMailer
	Login  http.Handler // the identity stand-in, below /dev/login; nil when real providers are configured
	Stripe http.Handler // the stand-in's hosted pages, below /dev/stripe; nil when real Stripe test keys are configured
}

// mountStandIns comes before sessions and form tokens: their pages are other companies', with protections of their own.
func (d *Dev) mountStandIns(r fiber.Router) {
	if d.Stripe != nil {
		r.Use("/dev/stripe", adaptor.HTTPHandler(d.Stripe))
	}
	if d.Login != nil {
		r.Use("/dev/login", adaptor.HTTPHandler(d.Login))
	}
}

func (d *Dev) mountPages(s *Server, r fiber.Router) {
	r.Get("/dev/components", func(c *fiber.Ctx) error {
		return s.render(c, views.Components(s.page(c, "components.title")))
	})
	r.Get("/dev/mail", func(c *fiber.Ctx) error {
		mails, err := d.Mails.List()
		if err != nil {
			return err
		}
		return s.render(c, views.DevMail(s.page(c, "devmail.title"), mailList(mails)))
	})
	r.Get("/dev/mail/:id", func(c *fiber.Ctx) error {
		m, err := d.Mails.Read(c.Params("id"))
		if err != nil {
			return err
		}
		return s.render(c, views.DevMailMessage(s.page(c, "devmail.title"), mailModel(m)))
	})
}

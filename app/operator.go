package app

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// operatorCookie holds an operator's sign-in. Browsers send it to the operator's console only, and never from another site.
const operatorCookie = "parley_operator"

// localOperator is where asOperator leaves who asks.
const localOperator = "operator"

// asOperator finds out which operator asks. Who is signed in as a person in the same browser is nobody here.
func (s *Server) asOperator(c *fiber.Ctx) error {
	c.Locals(localWho, who{})
	token := c.Cookies(operatorCookie)
	if token == "" {
		return c.Next()
	}
	in, err := s.tenants.OperatorSignedIn(c.UserContext(), token)
	if isCode(err, tenants.CodeNotFound) {
		return c.Next()
	}
	if err != nil {
		return err
	}
	c.Locals(localOperator, in)
	c.SetUserContext(tenants.WithOrigin(c.UserContext(), tenants.Origin{Address: address(c), Via: tenants.ViaOperator, Operator: in.Operator.ID}))
	return c.Next()
}

// operatorOf is the operator behind the request; the ID is empty for everybody else.
func operatorOf(c *fiber.Ctx) tenants.Operator {
	in, _ := c.Locals(localOperator).(tenants.OperatorSignIn)
	return in.Operator
}

// requireOperator lets in operators, and sends everybody else to their sign-in.
func (s *Server) requireOperator(c *fiber.Ctx) error {
	if operatorOf(c).ID != "" {
		return c.Next()
	}
	next := "/operator"
	if c.Method() == fiber.MethodGet {
		next = c.OriginalURL()
	}
	return c.Redirect("/operator/login?next="+urlQuery(next), fiber.StatusSeeOther)
}

// operatorPage is a page of the operator's console. Title is an id of the message catalogue, or empty when the page names itself.
func (s *Server) operatorPage(c *fiber.Ctx, title string) views.Page {
	p := s.page(c, title)
	p.Flash = doneFlash(c, p.Texts)
	return p
}

// operatorBar is the operator that pages name; nil for everybody else.
func operatorBar(c *fiber.Ctx) *views.OperatorBar {
	op := operatorOf(c)
	if op.ID == "" {
		return nil
	}
	return &views.OperatorBar{Name: op.Name, Email: op.Email}
}

// operatorDone leads back to a page of the operator's console, which says in one sentence what happened. Path begins with a slash and may
// have a query.
func (s *Server) operatorDone(c *fiber.Ctx, path, what string) error {
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return c.Redirect("/operator"+path+mark+"done="+what, fiber.StatusSeeOther)
}

// operatorDid notes a deed in the operators' log: action is "family.deed", target the id of what it was done to, detail a sentence for
// people. The context says who it was. What is done in the database notes it in the same transaction instead: tenants.RecordOperator.
func (s *Server) operatorDid(ctx context.Context, action, target, detail string) error {
	return s.tenants.OperatorDid(ctx, action, target, detail)
}

// operatorNext is where somebody is led who has signed in as an operator: only to pages of this console.
func operatorNext(next string) string {
	next = safeNext(next)
	if next != "/operator" && !strings.HasPrefix(next, "/operator/") && !strings.HasPrefix(next, "/operator?") || strings.HasPrefix(next, "/operator/log") {
		return "/operator"
	}
	return next
}

func (s *Server) operatorSignInPage(c *fiber.Ctx) error {
	if operatorOf(c).ID != "" {
		return c.Redirect(operatorNext(c.Query("next")), fiber.StatusSeeOther)
	}
	return s.render(c, views.OperatorSignIn(s.operatorPage(c, "operator.signin"), views.SignInForm{Next: operatorNext(c.Query("next"))}))
}

func (s *Server) operatorSignIn(c *fiber.Ctx) error {
	form := views.SignInForm{Email: c.FormValue("email"), Next: operatorNext(c.FormValue("next"))}
	in, err := s.tenants.SignInOperator(c.UserContext(), tenants.SignInOperatorInput{
		Email: form.Email, Password: c.FormValue("password"), Try: s.try(c),
		Browser: c.Get(fiber.HeaderUserAgent), Network: cutAddress(c.IP()), Device: s.digest("device", s.device(c)),
	})
	switch {
	case isCode(err, tenants.CodeUnauthorized) || isCode(err, tenants.CodeInvalid):
		form.Error = "operator.wrong"
	case isCode(err, tenants.CodeHeld):
		form.Error, form.Wait = "operator.held", s.waitFor(c, err)
	case err != nil:
		return err
	}
	if form.Error != "" {
		c.Status(statusFor(err))
		return s.render(c, views.OperatorSignIn(s.operatorPage(c, "operator.signin"), form))
	}
	s.operatorKeep(c, in.Token, in.EndsAt)
	return c.Redirect(form.Next, fiber.StatusSeeOther)
}

func (s *Server) operatorSignOut(c *fiber.Ctx) error {
	if in, ok := c.Locals(localOperator).(tenants.OperatorSignIn); ok {
		if err := s.tenants.EndOperatorSignIn(c.UserContext(), in.ID); err != nil {
			return err
		}
	}
	s.operatorKeep(c, "", time.Unix(0, 0))
	return c.Redirect("/operator/login", fiber.StatusSeeOther)
}

// operatorKeep gives the browser the token of a sign-in, under the console's addresses only.
func (s *Server) operatorKeep(c *fiber.Ctx, token string, until time.Time) {
	c.Cookie(&fiber.Cookie{
		Name: operatorCookie, Value: token, Path: "/operator", Expires: until,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteStrictMode,
	})
}

// operatorOverview is what needs an operator today, each with the page where it is seen to.
func (s *Server) operatorOverview(c *fiber.Ctx) error {
	facts, err := s.tenants.Facts(c.UserContext())
	if err != nil {
		return err
	}
	waits, err := s.tenants.Backlog(c.UserContext())
	if err != nil {
		return err
	}
	newest, _, err := s.tenants.FindOrgs(c.UserContext(), tenants.DirectoryQuery{Sort: tenants.SortNewest})
	if err != nil {
		return err
	}
	m := views.OperatorOverviewModel{
		Organizations: facts.Organizations, New: facts.NewOrganizations, Suspended: facts.Suspended, People: facts.People, Locked: facts.Locked,
		MailsGivenUp: waits.GivenUp, JobsLate: waits.Overdue, NoMedia: s.media.Ready() != nil, HooksFailing: waits.Failing,
	}
	if m.Owing, err = s.billing.Owing(c.UserContext()); err != nil {
		return err
	}
	events, err := s.billing.WebhookHealth(c.UserContext())
	if err != nil {
		return err
	}
	m.EventsFailed, m.EventsSilent = events.Failed, events.Silent
	for _, org := range newest[:min(len(newest), newestShown)] {
		line, err := s.tenantLine(c.UserContext(), org)
		if err != nil {
			return err
		}
		m.Newest = append(m.Newest, line)
	}
	return s.render(c, views.OperatorOverview(s.operatorPage(c, "operator.overview"), m))
}

// newestShown is how many of the newest organizations the first page shows.
const newestShown = 8

package app

import (
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/session"

	"parley/tenants"
)

const (
	sessionIdle     = 14 * 24 * time.Hour // a session unused for that long is over
	sessionAbsolute = 60 * 24 * time.Hour // and so is one that old
)

// who is the person behind a request: nobody (zero), or a signed-in user.
type who struct {
	User tenants.User
	Orgs []tenants.Membership
}

// In says whether somebody is signed in.
func (w who) In() bool { return w.User.ID != "" }

func (s *Server) newSessions() *session.Store {
	return session.New(session.Config{
		Storage:        s.tenants.Sessions(),
		Expiration:     sessionIdle,
		KeyLookup:      "cookie:parley_session",
		CookieHTTPOnly: true,
		CookieSameSite: fiber.CookieSameSiteLaxMode,
		CookieSecure:   s.secure(),
	})
}

// recognize finds out who is asking. A session that is over, or whose user is gone, is nobody's.
func (s *Server) recognize(c *fiber.Ctx) error {
	if c.Cookies("parley_session") == "" {
		c.Locals(localWho, who{})
		return c.Next()
	}
	found, err := s.whoOf(c)
	if err != nil {
		return err
	}
	c.Locals(localWho, found)
	return c.Next()
}

func (s *Server) whoOf(c *fiber.Ctx) (who, error) {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return who{}, fmt.Errorf("read session: %w", err)
	}
	id, _ := sess.Get("user").(string)
	since, _ := sess.Get("since").(int64)
	if id == "" || s.clock.Since(time.Unix(since, 0)) > sessionAbsolute {
		return who{}, nil
	}
	user, err := s.tenants.User(c.UserContext(), tenants.UserID(id))
	if isCode(err, tenants.CodeNotFound) {
		return who{}, nil
	}
	if err != nil {
		return who{}, err
	}
	orgs, err := s.tenants.OrgsOf(c.UserContext(), user.ID)
	return who{User: user, Orgs: orgs}, err
}

// signIn starts a session under a new id, so that an id known before the sign-in is worth nothing after it.
func (s *Server) signIn(c *fiber.Ctx, user tenants.UserID) error {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if err := sess.Regenerate(); err != nil {
		return fmt.Errorf("renew session id: %w", err)
	}
	sess.Set("user", string(user))
	sess.Set("since", s.clock.Now().Unix())
	return sess.Save()
}

func (s *Server) signOut(c *fiber.Ctx) error {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	return sess.Destroy()
}

// visitor is the person behind the request.
func visitor(c *fiber.Ctx) who {
	w, _ := c.Locals(localWho).(who)
	return w
}

// requireUser sends people who are not signed in to the sign-in page, and back here after it.
func (s *Server) requireUser(c *fiber.Ctx) error {
	if visitor(c).In() {
		return c.Next()
	}
	return c.Redirect("/login?next="+urlQuery(c.OriginalURL()), fiber.StatusSeeOther)
}

// requireRole lets in members of the organization in the path who hold one of the roles; no roles means any member. Strangers get
// "not found": they are not told which organizations exist.
func (s *Server) requireRole(roles ...tenants.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		org, err := s.tenants.OrgBySlug(c.UserContext(), c.Params("org"))
		if err != nil {
			return err
		}
		role, err := s.tenants.Org(org.ID).Role(c.UserContext(), visitor(c).User.ID)
		if isCode(err, tenants.CodeForbidden) {
			return errNotFound
		}
		if err != nil {
			return err
		}
		if len(roles) > 0 && !slices.Contains(roles, role) {
			return errForbidden
		}
		c.Locals(localOrg, orgAccess{Organization: org, Role: role})
		return c.Next()
	}
}

// orgAccess is an organization and what the visitor is in it.
type orgAccess struct {
	tenants.Organization
	Role tenants.Role
}

// theOrg is the organization that requireRole let the visitor into.
func theOrg(c *fiber.Ctx) orgAccess {
	o, _ := c.Locals(localOrg).(orgAccess)
	return o
}

// isCode says whether err is a fault of that kind.
func isCode(err error, code tenants.Code) bool { return err != nil && tenants.CodeOf(err) == code }

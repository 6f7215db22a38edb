package app

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/session"

	"parley/tenants"
)

// who is the person behind a request: nobody (zero), or a signed-in user.
type who struct {
	User   tenants.User
	SignIn tenants.SignIn
	Orgs   []tenants.Membership
}

// In says whether somebody is signed in.
func (w who) In() bool { return w.User.ID != "" }

func (s *Server) newSessions() *session.Store {
	return session.New(session.Config{
		Storage:        s.tenants.Sessions(),
		Expiration:     tenants.SignInIdle,
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

// whoOf reads the session. It names a sign-in, which the person may have ended from elsewhere.
func (s *Server) whoOf(c *fiber.Ctx) (who, error) {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return who{}, fmt.Errorf("read session: %w", err)
	}
	id, _ := sess.Get("signin").(string)
	if id == "" {
		return who{}, nil
	}
	user, in, used, err := s.tenants.SignedIn(c.UserContext(), tenants.SignInID(id))
	if isCode(err, tenants.CodeNotFound) {
		return who{}, nil
	}
	if err != nil {
		return who{}, err
	}
	if user.EraseAt != nil && !user.EraseAt.After(s.clock.Now()) { // gone, but for the work of it
		return who{}, nil
	}
	orgs, err := s.tenants.OrgsOf(c.UserContext(), user.ID)
	if err != nil {
		return who{}, err
	}
	return who{User: user, SignIn: in, Orgs: orgs}, s.refresh(sess, rightsOf(user, orgs), used)
}

// refresh gives the session a new id when the person's rights are others than before, so that an id that somebody saw is worth nothing with
// the new ones, and keeps a session alive that is used.
func (s *Server) refresh(sess *session.Session, rights string, used bool) error {
	before, _ := sess.Get("rights").(string)
	if before == rights && !used {
		return nil
	}
	if before != rights {
		if err := sess.Regenerate(); err != nil {
			return fmt.Errorf("renew session id: %w", err)
		}
		sess.Set("rights", rights)
	}
	if err := sess.Save(); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// rightsOf spells what a person may do, to see when it changes.
func rightsOf(user tenants.User, orgs []tenants.Membership) string {
	all := make([]string, 0, len(orgs))
	for _, m := range orgs {
		all = append(all, string(m.Org.ID)+"="+string(m.Role))
	}
	slices.Sort(all)
	return user.Email + " " + strings.Join(all, " ")
}

// signIn starts a session under a new id, so that an id known before the sign-in is worth nothing after it. Method is tenants.ByPassword or
// the issuer of an identity; proof is the organization whose own sign-in was passed.
func (s *Server) signIn(c *fiber.Ctx, user tenants.UserID, method string, proof tenants.OrgID) error {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if err := s.endFormer(c); err != nil {
		return err
	}
	in, err := s.tenants.StartSignIn(c.UserContext(), tenants.StartSignInInput{
		User: user, Browser: c.Get(fiber.HeaderUserAgent), Network: cutAddress(c.IP()), Device: s.digest("device", s.device(c)), Method: method, Proof: proof,
	})
	if err != nil {
		return err
	}
	if err := sess.Regenerate(); err != nil {
		return fmt.Errorf("renew session id: %w", err)
	}
	sess.Set("signin", string(in.ID))
	return sess.Save()
}

// renewSession gives the session a new id: one that somebody saw before is worth nothing afterwards.
func (s *Server) renewSession(c *fiber.Ctx) error {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if err := sess.Regenerate(); err != nil {
		return fmt.Errorf("renew session id: %w", err)
	}
	return sess.Save()
}

// endFormer ends the sign-in that this browser had: its session is replaced.
func (s *Server) endFormer(c *fiber.Ctx) error {
	if w := visitor(c); w.In() {
		return s.tenants.EndSignIn(c.UserContext(), w.User.ID, w.SignIn.ID)
	}
	return nil
}

func (s *Server) signOut(c *fiber.Ctx) error {
	sess, err := s.sessions.Get(c)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if err := s.endFormer(c); err != nil {
		return err
	}
	return sess.Destroy()
}

// try says who tries to sign in, for counting.
func (s *Server) try(c *fiber.Ctx) tenants.Try {
	t := tenants.Try{Network: c.IP()}
	if known := c.Cookies(deviceCookie); known != "" {
		t.Device = s.digest("device", known)
	}
	return t
}

// cutAddress keeps as much of an address as tells networks apart.
func cutAddress(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	addr = addr.Unmap()
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() {
		return addr.String()
	}
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// visitor is the person behind the request.
func visitor(c *fiber.Ctx) who {
	w, _ := c.Locals(localWho).(who)
	return w
}

// requireUser sends people who are not signed in to the sign-in page, and back here after it; and who is to be deleted to where they can
// say that they stay.
func (s *Server) requireUser(c *fiber.Ctx) error {
	if _, looks := lookOf(c); looks {
		return c.Next()
	}
	if visitor(c).In() {
		if leaving(c) {
			return c.Redirect("/me/keep", fiber.StatusSeeOther)
		}
		return c.Next()
	}
	return c.Redirect("/login?next="+urlQuery(c.OriginalURL()), fiber.StatusSeeOther)
}

// requireRole lets in members of the organization in the path who hold one of the roles; no roles means any member. What the visitor is where
// was read at the beginning of this very request. Strangers get "not found": they are not told which organizations exist.
func (s *Server) requireRole(roles ...tenants.Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if look, looks := lookOf(c); looks {
			if len(roles) > 0 && !slices.Contains(roles, tenants.RoleAdmin) {
				return errSupportShut
			}
			c.Locals(localOrg, orgAccess{Organization: look.Org, Role: tenants.RoleAdmin})
			return c.Next()
		}
		at := slices.IndexFunc(visitor(c).Orgs, func(m tenants.Membership) bool { return m.Org.Slug == c.Params("org") })
		if at < 0 {
			return errNotFound
		}
		org, role := visitor(c).Orgs[at].Org, visitor(c).Orgs[at].Role
		if len(roles) > 0 && !slices.Contains(roles, role) {
			return errForbidden
		}
		must, err := s.mustProve(c, org.ID, role)
		if err != nil {
			return err
		}
		if must {
			return toDoor(c, org)
		}
		if err := mayUse(c, org); err != nil {
			return err
		}
		c.Locals(localOrg, orgAccess{Organization: org, Role: role})
		return c.Next()
	}
}

// toDoor sends a member to the organization's own sign-in; a program, or a form, is told that it has to be passed first.
func toDoor(c *fiber.Ctx, org tenants.Organization) error {
	if c.Method() != fiber.MethodGet || wantsJSON(c) {
		return errForbidden
	}
	return c.Redirect("/sso/"+org.Slug+"?next="+urlQuery(c.OriginalURL()), fiber.StatusSeeOther)
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

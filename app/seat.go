package app

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"
	"github.com/golang-jwt/jwt/v5"
)

const (
	deviceCookie = "parley_device"
	seatCookie   = "parley_seat"
	seatTime     = 36 * time.Hour // longer than any meeting
	maxName      = 60             // characters of a display name
)

// seat is what a person holds while in a meeting: the name they gave and who they are to the others. It lies signed in a cookie of the
// room's path, so that a reload comes back as the same person.
type seat struct {
	Code, Name, Identity string
}

type seatClaims struct {
	Name     string `json:"name"`
	Identity string `json:"id"`
	Device   string `json:"device"` // digest of the browser's secret: on another one the seat is worth nothing
	jwt.RegisteredClaims
}

// identity tells people apart within one room: the same person on the same device is one, and nobody can tell from it who they are
// in another room.
func (s *Server) identity(c *fiber.Ctx, code string) string {
	return "p-" + s.digest("identity", code, s.device(c), string(visitor(c).User.ID))
}

// devices are what stays of a person in one room when they take another name, sign in or sign out: their browser, and who they are when
// signed in. They go to the media nodes only, inside the token, so that a ban holds; as digests, so that rooms cannot be compared.
func (s *Server) devices(c *fiber.Ctx, code string) []string {
	all := []string{"d-" + s.digest("device", code, s.device(c))}
	if user := visitor(c).User.ID; user != "" {
		all = append(all, "u-"+s.digest("user", code, string(user)))
	}
	return all
}

// device is the secret that a browser keeps, given to it at its first request for a seat.
func (s *Server) device(c *fiber.Ctx) string {
	if given, ok := c.Locals(deviceCookie).(string); ok {
		return given
	}
	device := c.Cookies(deviceCookie)
	if len(device) < 22 || len(device) > 64 {
		raw := make([]byte, 16)
		_, _ = rand.Read(raw) // crypto/rand.Read never fails since Go 1.24
		device = base64.RawURLEncoding.EncodeToString(raw)
	}
	c.Locals(deviceCookie, device)
	c.Cookie(&fiber.Cookie{
		Name: deviceCookie, Value: device, Path: "/", HTTPOnly: true, Secure: s.secure(),
		SameSite: fiber.CookieSameSiteLaxMode, Expires: s.clock.Now().Add(400 * 24 * time.Hour),
	})
	return device
}

// digest tells things apart without saying what they are.
func (s *Server) digest(parts ...string) string {
	mac := hmac.New(sha256.New, s.cfg.Secret[:])
	mac.Write([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:10]))
}

// keepSeat stores the seat in a signed cookie.
func (s *Server) keepSeat(c *fiber.Ctx, st seat) error {
	now := s.clock.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, seatClaims{Name: st.Name, Identity: st.Identity, Device: s.digest("seat", st.Code, s.device(c)), RegisteredClaims: jwt.RegisteredClaims{
		Subject: st.Code, Audience: jwt.ClaimStrings{seatCookie},
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(seatTime)),
	}})
	signed, err := token.SignedString(s.seatKey())
	if err != nil {
		return fmt.Errorf("sign seat: %w", err)
	}
	c.Cookie(&fiber.Cookie{
		Name: seatCookie, Value: signed, Path: "/m/" + st.Code, HTTPOnly: true, Secure: s.secure(),
		SameSite: fiber.CookieSameSiteLaxMode, Expires: now.Add(seatTime),
	})
	return nil
}

// seatOf reads the seat that this browser holds in a room; false if it holds none, or it was changed by somebody.
func (s *Server) seatOf(c *fiber.Ctx, code string) (seat, bool) {
	return s.seatIn(code, c.Cookies(seatCookie), c.Cookies(deviceCookie))
}

// seatIn is seatOf by the two cookies that make a seat.
func (s *Server) seatIn(code, signed, device string) (seat, bool) {
	var claims seatClaims
	_, err := jwt.ParseWithClaims(signed, &claims, func(*jwt.Token) (any, error) { return s.seatKey(), nil },
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithAudience(seatCookie), jwt.WithSubject(code),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.clock.Now))
	if err != nil || claims.Device != s.digest("seat", code, device) {
		return seat{}, false
	}
	return seat{Code: code, Name: claims.Name, Identity: claims.Identity}, true
}

// seatKey is derived from the installation's secret for this one purpose.
func (s *Server) seatKey() []byte {
	mac := hmac.New(sha256.New, s.cfg.Secret[:])
	mac.Write([]byte("seat cookie"))
	return mac.Sum(nil)
}

// displayName cleans what a person typed as their name: one line, no control or direction-changing characters, at most 60 characters.
// An empty field means the name of the signed-in person; without one it is not good.
func displayName(typed, known string) (string, bool) {
	clean := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return ' '
			}
			if !unicode.IsPrint(r) && r != '\u200d' { // U+200D joins emoji and some scripts
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		return strings.Join(strings.Fields(s), " ")
	}
	name := clean(typed)
	if name == "" {
		name = clean(known)
	}
	if r := []rune(name); len(r) > maxName {
		name = strings.TrimSpace(string(r[:maxName]))
	}
	return name, name != ""
}

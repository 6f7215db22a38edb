package app

import (
	"net"
	"regexp"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"parley/views"
)

// roomCode is what a code in an address may look like; nothing else is put into a link.
var roomCode = regexp.MustCompile(`^[a-z0-9-]{3,40}$`)

// networkPage says what a network has to let through for meetings. Any client is told the same, so anybody may read it.
func (s *Server) networkPage(c *fiber.Ctx) error {
	m := views.NetworkModel{Base: s.base(c)}
	if s.doors != nil {
		doors := s.doors()
		for _, host := range doors.Hosts {
			m.Media = append(m.Media, net.JoinHostPort(host, strconv.Itoa(doors.Port)))
		}
		m.Relays = doors.Relays
	}
	if code := c.Query("room"); roomCode.MatchString(code) {
		m.Meeting = code
	}
	return s.render(c, views.Network(s.page(c, "network.title"), m))
}

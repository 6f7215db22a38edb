package app

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// base is the address that this person reaches the service by. It is the configured one, but for a demo on one's own machine, where
// "localhost" and "127.0.0.1" are the same place with different cookies.
func (s *Server) base(c *fiber.Ctx) string {
	if s.cfg.Demo && isLoopback(c.Hostname()) {
		return "http://" + string(c.Request().Host())
	}
	return s.cfg.BaseURL
}

// here moves an address of this service to the name that the person uses for it.
func (s *Server) here(c *fiber.Ctx, address string) string {
	if rest, ours := strings.CutPrefix(address, s.cfg.BaseURL); ours {
		return s.base(c) + rest
	}
	return address
}

// sameOrigin says whether a request comes from a page of this service. Programs that are no browsers send no Origin.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	origin := c.Get(fiber.HeaderOrigin)
	return origin == "" || origin == s.base(c) || origin == s.cfg.BaseURL
}

// address is the IP address that a request comes from. Behind proxies that are trusted it is the one that the nearest of them saw: what
// a client writes into the header itself stands before that.
func address(c *fiber.Ctx) string {
	given := c.IP()
	if i := strings.LastIndexByte(given, ','); i >= 0 {
		given = given[i+1:]
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(given))
	if err != nil {
		return ""
	}
	return ip.Unmap().String()
}

func isLoopback(host string) bool {
	if u, err := url.Parse("http://" + host); err == nil {
		host = u.Hostname()
	}
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

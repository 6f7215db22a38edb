package app

import (
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"parley/static"
)

// assets are the built files of the client: names that people write, and the hashed files behind them.
type assets struct {
	files  fs.FS
	hashed map[string]string
}

func loadAssets() (assets, error) {
	hashed, err := static.Manifest()
	if err != nil {
		return assets{}, fmt.Errorf("load client files: %w", err)
	}
	return assets{files: static.Files(), hashed: hashed}, nil
}

// path is the address of an asset, such as "site.css".
func (a assets) path(name string) string {
	if hashed, ok := a.hashed[name]; ok {
		return "/static/" + hashed
	}
	return "/static/" + name
}

// staticFile serves a built file, packed beforehand where the browser takes it. The name carries a hash of the content, so it may be
// kept for good.
func (s *Server) staticFile(c *fiber.Ctx) error {
	name := path.Clean(c.Params("*"))
	if !fs.ValidPath(name) || strings.HasSuffix(name, ".json") {
		return errNotFound
	}
	body, encoding, err := s.assets.open(name, c.Get(fiber.HeaderAcceptEncoding))
	if err != nil {
		return errNotFound
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, contentType(name))
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set("X-Content-Type-Options", "nosniff")
	return c.Send(body)
}

func (a assets) open(name, accepts string) (body []byte, encoding string, err error) {
	for _, packed := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !strings.Contains(accepts, packed.encoding) {
			continue
		}
		if body, err := fs.ReadFile(a.files, name+packed.suffix); err == nil {
			return body, packed.encoding, nil
		}
	}
	body, err = fs.ReadFile(a.files, name)
	return body, "", err
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".woff2":
		return "font/woff2"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func (s *Server) favicon(c *fiber.Ctx) error {
	return c.Redirect(s.assets.path("img/favicon.svg"), fiber.StatusFound)
}

// robots keeps meetings and consoles out of search engines.
func robots(c *fiber.Ctx) error {
	return c.SendString("User-agent: *\nDisallow: /m/\nDisallow: /o/\nDisallow: /dev/\n")
}

func isStatic(p string) bool { return strings.HasPrefix(p, "/static/") }

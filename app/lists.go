package app

import (
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// What the lists of the console have in common: the address says what is shown, and whoever leaves a list for one of its lines comes
// back to the same place.

// pageOf is the page of a list that the address asks for, from 1.
func pageOf(c *fiber.Ctx) int { return min(max(c.QueryInt("page", 1), 1), 1_000_000) }

// listQuery is the part of the address that says what a list shows, so that one comes back to the same place.
func listQuery(c *fiber.Ctx, names ...string) url.Values {
	out := url.Values{}
	for _, name := range names {
		if v := c.Query(name); v != "" && len(v) <= 120 {
			out.Set(name, v)
		}
	}
	return out
}

// placeInList is where in a list somebody came from: its filter and page, and nothing else.
func placeInList(c *fiber.Ctx) string {
	given := c.Query("from")
	if given == "" {
		given = c.FormValue("from")
	}
	q, err := url.ParseQuery(given)
	if err != nil || len(given) > 600 {
		return ""
	}
	out := url.Values{}
	for _, name := range []string{"q", "role", "show", "sort", "page", "state", "room", "person", "from", "until"} {
		if v := q.Get(name); v != "" {
			out.Set(name, v)
		}
	}
	return out.Encode()
}

// keepPlace is the address of a line's own page that still knows the way back.
func keepPlace(c *fiber.Ctx, path string) string {
	if from := placeInList(c); from != "" {
		return path + "?from=" + url.QueryEscape(from)
	}
	return path
}

// backTo is the address of a list with the place in it that somebody came from.
func backTo(c *fiber.Ctx, list string) string {
	if from := placeInList(c); from != "" {
		return list + "?" + from
	}
	return list
}

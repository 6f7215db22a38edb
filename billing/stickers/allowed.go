package stickers

import (
	"cmp"
	"regexp"
	"slices"
)

// elements are the shapes that a drawing is made of, with the attributes that are
// theirs alone (SVG 2, chapters 5, 9 and 10).
var elements = map[string][]string{
	"svg": {"viewBox"}, "g": nil, "path": {"d"},
	"circle": {"cx", "cy", "r"}, "ellipse": {"cx", "cy", "rx", "ry"}, "rect": {"x", "y", "width", "height", "rx", "ry"},
	"line": {"x1", "y1", "x2", "y2"}, "polyline": {"points"}, "polygon": {"points"},
}

// everywhere are the attributes of shapes and groups: how they look, and where.
func everywhere(element string) []string {
	if element == "svg" {
		return nil
	}
	return []string{
		"fill", "fill-rule", "fill-opacity", "opacity", "transform",
		"stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-dasharray",
	}
}

// What values look like. Each has one way to be read, no way to name anything else,
// and no more room than the drawing has.
var (
	number  = regexp.MustCompile(`^` + digits + `$`)
	numbers = regexp.MustCompile(`^` + digits + `([ ,]` + digits + `)*$`)
	colour  = regexp.MustCompile(`^(none|#[0-9a-f]{3}|#[0-9a-f]{6})$`)
	data    = regexp.MustCompile(`^[Mm][MmZzLlHhVvCcSsQqTtAa0-9 .,-]*$`) // SVG 2, section 9.3
	places  = regexp.MustCompile(`^(rotate|translate|scale)\(` + digits + `( ` + digits + `){0,2}\)$`)
	ends    = regexp.MustCompile(`^(butt|round|square)$`)
	corners = regexp.MustCompile(`^(miter|round|bevel)$`)
	rules   = regexp.MustCompile(`^(nonzero|evenodd)$`)
)

const digits = `-?[0-9]{1,4}(\.[0-9]{1,3})?`

// values says what each attribute may hold.
var values = map[string]*regexp.Regexp{
	"viewBox": numbers, "points": numbers, "stroke-dasharray": numbers, "d": data, "transform": places,
	"cx": number, "cy": number, "r": number, "rx": number, "ry": number, "x": number, "y": number, "width": number, "height": number,
	"x1": number, "y1": number, "x2": number, "y2": number, "stroke-width": number, "opacity": number, "fill-opacity": number, "stroke-opacity": number,
	"fill": colour, "stroke": colour, "fill-rule": rules, "stroke-linecap": ends, "stroke-linejoin": corners,
}

// sortPacks puts free packs first, then by price and name.
func sortPacks(all []Pack) {
	slices.SortFunc(all, func(a, b Pack) int { return cmp.Or(cmp.Compare(a.Cents, b.Cents), cmp.Compare(a.ID, b.ID)) })
}

package tenants

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An organization's colour stands on paper, in light and in dark. It must differ
// from both by 3:1, what WCAG 2.2 asks of things that mean something (1.4.11).
const (
	paperLight  = "#fcfdfa" // --paper in tokens.css
	paperDark   = "#18211d"
	inkOnColour = "#14241d" // --ink
	minContrast = 3.0
)

// PaperColours are what an organization's colour is checked against, light and
// dark, as the style sheet must have them.
func PaperColours() (light, dark string) { return paperLight, paperDark }

// Colour reads "#rrggbb" or "rrggbb" and gives a colour that can be seen on our
// pages: the same one, or the nearest lighter or darker one, with adjusted set.
func Colour(typed string) (colour string, adjusted bool, err error) {
	c, ok := parseRGB(typed)
	if !ok {
		return "", false, invalid("colour", KeyColourInvalid)
	}
	// What is changed is changed a little more than it must be: it is rounded afterwards.
	const enough = minContrast * 1.02
	l := c.luminance()
	switch {
	case contrast(c, rgbOf(paperLight)) < minContrast:
		return c.darker(((rgbOf(paperLight).luminance()+0.05)/enough - 0.05) / l).String(), true, nil
	case contrast(c, rgbOf(paperDark)) < minContrast:
		return c.lighter((enough*(rgbOf(paperDark).luminance()+0.05) - 0.05 - l) / (1 - l)).String(), true, nil
	}
	return c.String(), false, nil
}

// InkOn is the colour of letters on an organization's colour: the better of ink
// and paper.
func InkOn(colour string) string {
	c, ok := parseRGB(colour)
	if !ok || contrast(c, rgbOf(paperLight)) >= contrast(c, rgbOf(inkOnColour)) {
		return paperLight
	}
	return inkOnColour
}

// rgb is a colour of sRGB, each part from 0 to 1.
type rgb [3]float64

func parseRGB(s string) (rgb, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "#")
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil || len(s) != 6 {
		return rgb{}, false
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}, true
}

func rgbOf(s string) rgb { c, _ := parseRGB(s); return c }

// String spells the colour "#rrggbb".
func (c rgb) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(math.Round(c[0]*255)), int(math.Round(c[1]*255)), int(math.Round(c[2]*255)))
}

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	l := c.linear()
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// darker takes the same share of light from each part, which keeps the hue.
func (c rgb) darker(share float64) rgb {
	l := c.linear()
	return gamma(rgb{l[0] * share, l[1] * share, l[2] * share})
}

// lighter mixes a share of white in.
func (c rgb) lighter(share float64) rgb {
	l := c.linear()
	for i := range l {
		l[i] += share * (1 - l[i])
	}
	return gamma(l)
}

// linear undoes the curve of sRGB (IEC 61966-2-1).
func (c rgb) linear() rgb {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

func gamma(c rgb) rgb {
	for i, v := range c {
		if v <= 0.0031308 {
			c[i] = v * 12.92
		} else {
			c[i] = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
	}
	return c
}

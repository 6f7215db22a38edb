package picture_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"parley/tenants/picture"
)

// flat is a drawing of two colours.
func flat(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.NRGBA{R: 200, G: uint8(i % w / (w/2 + 1) * 90), B: 40, A: 255})
	}
	return m
}

// grainy is as a photo is: no two pixels are alike.
func grainy(w, h int) image.Image {
	m, x := image.NewNRGBA(image.Rect(0, 0, w, h)), uint32(1)
	for i := range w * h {
		x = x*1664525 + 1013904223
		m.Set(i%w, i/w, color.NRGBA{R: uint8(x >> 24), G: uint8(x >> 16), B: uint8(x >> 8), A: 255})
	}
	return m
}

func TestBannerKeepsTheMiddleInTheFormThatIsSmaller(t *testing.T) {
	for name, c := range map[string]struct {
		in   image.Image
		kind string
	}{
		"a drawing, too wide": {flat(160, 40), "image/png"}, "a drawing, too high": {flat(40, 160), "image/png"},
		"a drawing of the size": {flat(80, 40), "image/png"}, "a photo": {grainy(160, 80), "image/jpeg"},
	} {
		var raw bytes.Buffer
		if err := png.Encode(&raw, c.in); err != nil {
			t.Fatal(err)
		}
		kind, out, err := picture.Banner(raw.Bytes(), 80, 40)
		if err != nil || kind != c.kind {
			t.Errorf("%s: %s, %v", name, kind, err)
			continue
		}
		if m, _, err := image.Decode(bytes.NewReader(out)); err != nil || m.Bounds() != image.Rect(0, 0, 80, 40) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBannerDrawsAnew(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, flat(100, 50), nil); err != nil {
		t.Fatal(err)
	}
	secret := []byte("51.5072 N, 0.1276 W")
	raw := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(secret) + 2)}, secret...)
	_, out, err := picture.Banner(append(raw, photo.Bytes()[2:]...), 60, 30)
	if err != nil || bytes.Contains(out, secret) {
		t.Errorf("what the file carried beside the picture is still there, %v", err)
	}
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing": {nil, picture.ErrUnreadable}, "a page": {[]byte("<svg onload=alert(1)>"), picture.ErrUnreadable},
		"a long file": {make([]byte, picture.MaxBytes+1), picture.ErrTooLarge}, "a bomb": {bomb(60000, 60000), picture.ErrTooLarge},
		"head, no picture": {bomb(10, 10), picture.ErrUnreadable}, "a size of nothing": {bomb(0, 10), picture.ErrUnreadable},
	} {
		if _, _, err := picture.Banner(c.raw, 60, 30); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

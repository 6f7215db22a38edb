package picture_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"parley/tenants/picture"
)

func TestPreviewKeepsTheShapeAndTurnsItAsTheCameraSays(t *testing.T) {
	for orientation, want := range map[uint16]string{
		1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB",
	} {
		out, size, err := picture.Preview(quartersOf(t, 128, 64, orientation), 64)
		if err != nil {
			t.Fatal(err)
		}
		wide := image.Pt(64, 32)
		if orientation >= 5 {
			wide = image.Pt(32, 64)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil || size != wide || m.Bounds().Size() != wide || corners(m) != want || bytes.Contains(out, []byte("Exif")) {
			t.Errorf("orientation %d: %v of %v shows %s, want %s; %v", orientation, m.Bounds(), size, corners(m), want, err)
		}
	}
}

func TestPreviewOfWhatIsClearMovesOrIsNone(t *testing.T) {
	var clear, moving bytes.Buffer
	if err := png.Encode(&clear, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	frame := func(c color.Color) *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{c})
	}
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame(color.White), frame(color.Black)}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	for what, raw := range map[string][]byte{"a clear one": clear.Bytes(), "a moving one": moving.Bytes()} {
		out, size, err := picture.Preview(raw, 64)
		if err != nil || size != image.Pt(8, 8) {
			t.Fatalf("%s: %v, %v", what, size, err)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil || corners(m) != "WWWW" {
			t.Errorf("%s shows %s, %v", what, corners(m), err)
		}
	}
	var wide bytes.Buffer
	if err := png.Encode(&wide, image.NewPaletted(image.Rect(0, 0, 12001, 1), color.Palette{color.Black})); err != nil {
		t.Fatal(err)
	}
	for what, raw := range map[string][]byte{"words": []byte("hello"), "half of one": clear.Bytes()[:40], "none": nil} {
		if _, _, err := picture.Preview(raw, 64); !errors.Is(err, picture.ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := picture.Preview(wide.Bytes(), 64); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("a wide one: %v", err)
	}
}

package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"parley/tenants/picture"
)

// quarters is a photo whose four quarters tell which side was up: red, green,
// blue, white, row by row.
func quarters(t *testing.T, orientation uint16) []byte {
	t.Helper()
	return quartersOf(t, 64, 64, orientation)
}

func quartersOf(t *testing.T, width, height int, orientation uint16) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}, {R: 255, G: 255, B: 255, A: 255}}[y*2/height*2+x*2/width]
			m.SetRGBA(x, y, c)
		}
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	exif := append([]byte("Exif\x00\x00"), tiff...)
	out := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2))
	return append(append(out, exif...), photo.Bytes()[2:]...)
}

func TestSquareTurnsAPhotoAsTheCameraSays(t *testing.T) {
	// What is where in the upright picture, row by row, by Exif's table.
	for orientation, want := range map[uint16]string{
		0: "RGBW", 1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 9: "RGBW",
	} {
		out, err := picture.Square(t.Context(), quarters(t, orientation), 32)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(out, []byte("Exif")) {
			t.Errorf("orientation %d: what the camera wrote is still there", orientation)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil || m.Bounds() != image.Rect(0, 0, 32, 32) {
			t.Fatalf("got %v, %v", m, err)
		}
		got := corners(m)
		if got != want {
			t.Errorf("orientation %d shows %s, want %s", orientation, got, want)
		}
	}
}

// corners is what is where, row by row.
func corners(m image.Image) (out string) {
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for _, at := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
		r, g, b, _ := m.At(at.X, at.Y).RGBA()
		switch {
		case r > 0x8000 && g > 0x8000 && b > 0x8000:
			out += "W"
		case r > 0x8000:
			out += "R"
		case g > 0x8000:
			out += "G"
		default:
			out += "B"
		}
	}
	return out
}

func TestSquareTakesTheMiddle(t *testing.T) {
	var photo bytes.Buffer
	m := image.NewRGBA(image.Rect(0, 0, 300, 100))
	for i := range 300 * 100 {
		c := color.RGBA{R: 255, A: 255}
		if x := i % 300; x >= 100 && x < 200 {
			c = color.RGBA{B: 255, A: 255}
		}
		m.SetRGBA(i%300, i/300, c)
	}
	if err := jpeg.Encode(&photo, m, nil); err != nil {
		t.Fatal(err)
	}
	out, err := picture.Square(t.Context(), photo.Bytes(), 64)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := jpeg.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, b, _ := shown.At(6, 32).RGBA(); r > 0x4000 || b < 0xb000 {
		t.Errorf("at the left edge is red %x, blue %x: not the middle", r, b)
	}
}

func TestSquareRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":      {nil, picture.ErrUnreadable},
		"a page":       {[]byte("<svg onload=alert(1)>"), picture.ErrUnreadable},
		"a long file":  {make([]byte, picture.MaxPhotoBytes+1), picture.ErrTooLarge},
		"a bomb":       {bomb(60000, 60000), picture.ErrTooLarge},
		"a wide bomb":  {bomb(12000, 12000), picture.ErrTooLarge},
		"only a head":  {bomb(10, 10), picture.ErrUnreadable},
		"no size":      {bomb(0, 10), picture.ErrUnreadable},
		"a cut photo":  {quarters(t, 6)[:300], picture.ErrUnreadable},
		"a bent photo": {append([]byte{0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff}, "Exif"...), picture.ErrUnreadable},
	} {
		if _, err := picture.Square(t.Context(), c.raw, 64); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzSquare(f *testing.F) {
	f.Add(bomb(10, 10))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x20Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := picture.Square(t.Context(), raw, 16)
		if err != nil {
			return
		}
		if m, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || m.Width != 16 || m.Height != 16 {
			t.Fatalf("%+v, %v", m, err)
		}
	})
}

package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"parley/tenants/picture"
)

func painted(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.NRGBA{R: uint8(i), G: 120, B: 40, A: 255})
	}
	return m
}

func TestFitDrawsThePictureAnew(t *testing.T) {
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, painted(800, 400), nil); err != nil {
		t.Fatal(err)
	}
	// A comment segment right after the start, as cameras leave places and names in.
	secret := []byte("51.5072 N, 0.1276 W")
	raw := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(secret) + 2)}, secret...)
	raw = append(raw, photo.Bytes()[2:]...)
	out, err := picture.Fit(raw, 256)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, secret) {
		t.Error("what the file carried beside the picture is still there")
	}
	m, err := png.Decode(bytes.NewReader(out))
	if err != nil || m.Bounds() != image.Rect(0, 0, 256, 128) {
		t.Errorf("got %v, %v", m, err)
	}
	small, err := picture.Fit(out, 512)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = png.Decode(bytes.NewReader(small)); err != nil || m.Bounds().Dx() != 256 {
		t.Errorf("a small picture was blown up: %v, %v", m.Bounds(), err)
	}
}

// bomb is a PNG of a few bytes that says it is huge.
func bomb(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 8, 6, 0, 0, 0)
	chunk := append([]byte("IHDR"), head...)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

func TestFitRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		raw  []byte
		want error
	}{
		"nothing":           {nil, picture.ErrUnreadable},
		"a page":            {[]byte("<svg onload=alert(1)>"), picture.ErrUnreadable},
		"half a picture":    {[]byte("\x89PNG\r\n\x1a\n"), picture.ErrUnreadable},
		"a long file":       {make([]byte, picture.MaxBytes+1), picture.ErrTooLarge},
		"a bomb":            {bomb(60000, 60000), picture.ErrTooLarge},
		"a long thin bomb":  {bomb(5000, 6000), picture.ErrTooLarge},
		"head, no picture":  {bomb(10, 10), picture.ErrUnreadable},
		"a size of nothing": {bomb(0, 10), picture.ErrUnreadable},
	} {
		if _, err := picture.Fit(c.raw, 256); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzFit(f *testing.F) {
	f.Add(bomb(10, 10))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := picture.Fit(raw, 64)
		if err != nil {
			return
		}
		if m, err := png.DecodeConfig(bytes.NewReader(out)); err != nil || m.Width > 64 || m.Height > 64 {
			t.Fatalf("%+v, %v", m, err)
		}
	})
}

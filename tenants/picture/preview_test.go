package picture_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"sync"
	"testing"

	"parley/tenants/picture"
)

func preview(t *testing.T, raw []byte) ([]byte, image.Point, error) {
	t.Helper()
	return picture.Preview(t.Context(), bytes.NewReader(raw), int64(len(raw)), 64)
}

func TestPreviewKeepsTheShapeAndTurnsItAsTheCameraSays(t *testing.T) {
	for orientation, want := range map[uint16]string{
		1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB",
	} {
		out, size, err := preview(t, quartersOf(t, 128, 64, orientation))
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
		out, size, err := preview(t, raw)
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
		if _, _, err := preview(t, raw); !errors.Is(err, picture.ErrUnreadable) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, err := preview(t, wide.Bytes()); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("a wide one: %v", err)
	}
}

// slow is a picture whose bytes do not come.
type slow struct {
	*bytes.Reader
	asked, go_ chan struct{}
	once       sync.Once
}

// ReadAt waits, once more is asked for than says what the picture is.
func (s *slow) ReadAt(into []byte, at int64) (int, error) {
	if at > 64<<10 {
		s.once.Do(func() { close(s.asked) })
		<-s.go_
	}
	return s.Reader.ReadAt(into, at)
}

// While one large picture is drawn the next one waits for no longer than it was told to.
func TestPreviewGivesUpItsTurn(t *testing.T) {
	noise := image.NewGray(image.Rect(0, 0, 600, 600))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state >> 24)
	}
	var large bytes.Buffer
	if err := png.Encode(&large, noise); err != nil {
		t.Fatal(err)
	}
	first := &slow{Reader: bytes.NewReader(large.Bytes()), asked: make(chan struct{}), go_: make(chan struct{})}
	drawn := make(chan error, 1)
	go func() {
		_, _, err := picture.Preview(t.Context(), first, int64(large.Len()), 64)
		drawn <- err
	}()
	<-first.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := picture.Preview(ctx, bytes.NewReader(large.Bytes()), int64(large.Len()), 64); !errors.Is(err, context.Canceled) {
		t.Errorf("behind another one: %v", err)
	}
	if _, err := picture.Square(ctx, large.Bytes(), 64); !errors.Is(err, context.Canceled) {
		t.Errorf("a person's picture behind another one: %v", err)
	}
	close(first.go_)
	if err := <-drawn; err != nil {
		t.Error(err)
	}
	if _, _, err := preview(t, large.Bytes()); err != nil {
		t.Errorf("after it: %v", err)
	}
}

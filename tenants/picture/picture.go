package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // read
	"image/png"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // read
)

// Caps of what is accepted.
const (
	MaxBytes  = 512 << 10 // of the file as it was sent
	maxSide   = 6000      // pixels a side
	maxPixels = 16 << 20  // unpacked at 4 bytes each
)

// The faults of a picture.
var (
	// ErrTooLarge is a file of too many bytes or of too many pixels.
	ErrTooLarge = errors.New("picture: too large")
	// ErrUnreadable is a file that is no PNG, JPEG or WebP, or a broken one.
	ErrUnreadable = errors.New("picture: not a picture that we can read")
)

// Fit reads a PNG, JPEG or WebP and gives a PNG whose longer side has at most
// that many pixels. Names, places and whatever else the file carried are gone.
// The faults are [ErrTooLarge] and [ErrUnreadable].
func Fit(raw []byte, side int) ([]byte, error) {
	if len(raw) > MaxBytes {
		return nil, ErrTooLarge
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width < 1 || head.Height < 1 {
		return nil, ErrUnreadable
	}
	if head.Width > maxSide || head.Height > maxSide || head.Width*head.Height > maxPixels {
		return nil, ErrTooLarge
	}
	in, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return drawn(in, side)
}

// drawn is a picture drawn anew, as a PNG.
func drawn(in image.Image, side int) ([]byte, error) {
	out := image.NewNRGBA(fitted(in.Bounds(), side))
	draw.CatmullRom.Scale(out, out.Bounds(), in, in.Bounds(), draw.Src, nil)
	var file bytes.Buffer
	if err := png.Encode(&file, out); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return file.Bytes(), nil
}

// fitted is the size at which a picture keeps its shape and is no longer than
// side; a small one keeps its size.
func fitted(b image.Rectangle, side int) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	longer := max(w, h)
	if longer <= side {
		return image.Rect(0, 0, w, h)
	}
	return image.Rect(0, 0, max(1, w*side/longer), max(1, h*side/longer))
}

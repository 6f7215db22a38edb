package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Caps of a person's picture, which may come from a telephone as it is.
const (
	MaxPhotoBytes  = 5 << 20  // of the file as it was sent
	maxPhotoSide   = 12000    // pixels a side
	maxPhotoPixels = 24 << 20 // unpacked at up to 8 bytes each, one file at a time
)

// turn lets one large picture be unpacked at a time: many at once would be a way
// to use up the memory.
var turn = make(chan struct{}, 1)

// quality of the JPEG that comes out, of 100.
const quality = 86

// Square reads a PNG, JPEG or WebP and gives a JPEG of its middle, that many
// pixels a side: turned as the camera says, what is transparent on white. Names,
// places and whatever else the file carried are gone. The faults are
// [ErrTooLarge] and [ErrUnreadable].
func Square(raw []byte, side int) ([]byte, error) {
	if len(raw) > MaxPhotoBytes {
		return nil, ErrTooLarge
	}
	head, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width < 1 || head.Height < 1 {
		return nil, ErrUnreadable
	}
	if head.Width > maxPhotoSide || head.Height > maxPhotoSide || head.Width*head.Height > maxPhotoPixels {
		return nil, ErrTooLarge
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	in, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), in, middle(in.Bounds()), draw.Over, nil)
	if kind == "jpeg" {
		out = upright(out, orientation(raw))
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, out, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("write picture: %w", err)
	}
	return file.Bytes(), nil
}

// middle is the largest square in the middle.
func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	at := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
}

// upright turns and mirrors a picture so that what was up for the camera is up.
// The orientations are those of Exif 2.32, 4.6.4, tag 0x0112.
func upright(in *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return in
	}
	size := in.Bounds().Size()
	lastX, lastY := size.X-1, size.Y-1
	if orientation >= 5 { // lies on its side
		size.X, size.Y = size.Y, size.X
	}
	out := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fx, fy := x, y
			switch orientation {
			case 2:
				fx = lastX - x
			case 3:
				fx, fy = lastX-x, lastY-y
			case 4:
				fy = lastY - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, lastY-x
			case 7:
				fx, fy = lastX-y, lastY-x
			case 8:
				fx, fy = lastX-y, x
			}
			out.SetRGBA(x, y, in.RGBAAt(fx, fy))
		}
	}
	return out
}

package picture

import (
	"bytes"
	"context"
	"image"
)

// MaxPhotoBytes caps a person's picture, which may come from a telephone as it
// is.
const MaxPhotoBytes = 5 << 20

// Square reads a PNG, JPEG or WebP and gives a JPEG of its middle, that many
// pixels a side: turned as the camera says, what is transparent on white. Names,
// places and whatever else the file carried are gone. The faults are
// [ErrTooLarge], [ErrUnreadable], and the context's when it ends before it is the
// picture's turn.
func Square(ctx context.Context, raw []byte, side int) ([]byte, error) {
	if len(raw) > MaxPhotoBytes {
		return nil, ErrTooLarge
	}
	file, _, err := redrawn(ctx, bytes.NewReader(raw), int64(len(raw)), func(b image.Rectangle) (image.Rectangle, image.Rectangle) {
		return image.Rect(0, 0, side, side), middle(b)
	})
	return file, err
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

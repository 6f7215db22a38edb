package picture

import (
	"context"
	"image"
	"io"
)

// Preview reads a PNG, JPEG, WebP or GIF of any number of bytes and gives a JPEG
// whose longer side has at most that many pixels, and its size: turned as the
// camera says, what is transparent on white, of one that moves the first picture.
// Names, places and whatever else the file carried are gone. The faults are
// [ErrTooLarge], by its pixels, [ErrUnreadable], and the context's when it ends
// before it is the picture's turn.
func Preview(ctx context.Context, raw io.ReaderAt, size int64, side int) (file []byte, shape image.Point, err error) {
	return redrawn(ctx, raw, size, func(b image.Rectangle) (image.Rectangle, image.Rectangle) {
		return fitted(b, side), b
	})
}

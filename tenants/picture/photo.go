package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/draw"
)

// Caps of a photo.
const (
	maxPhotoSide   = 12000     // pixels a side
	maxPhotoPixels = 24 << 20  // unpacked at up to 8 bytes each, one file at a time
	maxPhotoHead   = 256 << 10 // bytes in which a camera says how it was held
)

// quality of the JPEG that comes out, of 100.
const quality = 86

// turn lets one large picture be unpacked at a time: many at once would be a way
// to use up the memory.
var turn = make(chan struct{}, 1)

// redrawn draws a part of a picture anew, as a JPEG of some size: how large and
// which part, cut says by the picture's bounds. It is turned as the camera says.
func redrawn(ctx context.Context, raw io.ReaderAt, size int64, cut func(image.Rectangle) (to, from image.Rectangle)) (file []byte, shape image.Point, err error) {
	head, kind, err := image.DecodeConfig(io.NewSectionReader(raw, 0, size))
	if err != nil {
		return nil, shape, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width < 1 || head.Height < 1 {
		return nil, shape, ErrUnreadable
	}
	if head.Width > maxPhotoSide || head.Height > maxPhotoSide || head.Width*head.Height > maxPhotoPixels {
		return nil, shape, ErrTooLarge
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, shape, ctx.Err()
	}
	in, _, err := image.Decode(io.NewSectionReader(raw, 0, size))
	if err != nil {
		return nil, shape, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if in.Bounds().Empty() {
		return nil, shape, ErrUnreadable
	}
	to, from := cut(in.Bounds())
	out := image.NewRGBA(to)
	draw.Draw(out, to, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, to, in, from, draw.Over, nil)
	if kind == "jpeg" {
		begin, err := io.ReadAll(io.NewSectionReader(raw, 0, min(size, maxPhotoHead)))
		if err != nil {
			return nil, shape, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		out = upright(out, orientation(begin))
	}
	var drawn bytes.Buffer
	if err := jpeg.Encode(&drawn, out, &jpeg.Options{Quality: quality}); err != nil {
		return nil, shape, fmt.Errorf("write picture: %w", err)
	}
	return drawn.Bytes(), out.Bounds().Size(), nil
}

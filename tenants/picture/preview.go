package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// Preview reads a PNG, JPEG, WebP or GIF of any number of bytes and gives a JPEG
// whose longer side has at most that many pixels, and its size: turned as the
// camera says, what is transparent on white, of one that moves the first picture.
// Names, places and whatever else the file carried are gone. The faults are
// [ErrTooLarge], by its pixels, and [ErrUnreadable].
func Preview(raw []byte, side int) (file []byte, size image.Point, err error) {
	head, kind, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, size, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width < 1 || head.Height < 1 {
		return nil, size, ErrUnreadable
	}
	if head.Width > maxPhotoSide || head.Height > maxPhotoSide || head.Width*head.Height > maxPhotoPixels {
		return nil, size, ErrTooLarge
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	in, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, size, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if in.Bounds().Empty() {
		return nil, size, ErrUnreadable
	}
	out := image.NewRGBA(fitted(in.Bounds(), side))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(out, out.Bounds(), in, in.Bounds(), draw.Over, nil)
	if kind == "jpeg" {
		out = upright(out, orientation(raw))
	}
	var drawn bytes.Buffer
	if err := jpeg.Encode(&drawn, out, &jpeg.Options{Quality: quality}); err != nil {
		return nil, size, fmt.Errorf("write picture: %w", err)
	}
	return drawn.Bytes(), out.Bounds().Size(), nil
}

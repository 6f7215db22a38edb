package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// Banner reads a PNG, JPEG or WebP of at most [MaxBytes] and gives its middle, as it lies in the file, in
// that many pixels, what is transparent on white: as a PNG or a JPEG, whichever is
// smaller (a drawing is as a PNG, a photo as a JPEG), with its media type. Names,
// places and whatever else the file carried are gone. The faults are
// [ErrTooLarge] and [ErrUnreadable].
func Banner(raw []byte, width, height int) (mediaType string, file []byte, err error) {
	if len(raw) > MaxBytes {
		return "", nil, ErrTooLarge
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width < 1 || head.Height < 1 {
		return "", nil, ErrUnreadable
	}
	if head.Width > maxSide || head.Height > maxSide || head.Width*head.Height > maxPixels {
		return "", nil, ErrTooLarge
	}
	turn <- struct{}{}
	defer func() { <-turn }()
	in, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if part := covering(in.Bounds(), width, height); part.Size() == out.Bounds().Size() {
		draw.Draw(out, out.Bounds(), in, part.Min, draw.Over)
	} else {
		draw.CatmullRom.Scale(out, out.Bounds(), in, part, draw.Over, nil)
	}
	return smaller(out)
}

// covering is the largest part in the middle that has the shape.
func covering(b image.Rectangle, width, height int) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	if w*height > h*width { // too wide
		w = max(1, h*width/height)
	} else {
		h = max(1, w*height/width)
	}
	at := b.Min.Add(image.Pt((b.Dx()-w)/2, (b.Dy()-h)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
}

// smaller writes a picture in the form that takes fewer bytes.
func smaller(m image.Image) (mediaType string, file []byte, err error) {
	var drawn, photo bytes.Buffer
	if err := png.Encode(&drawn, m); err != nil {
		return "", nil, fmt.Errorf("write picture: %w", err)
	}
	if err := jpeg.Encode(&photo, m, &jpeg.Options{Quality: quality}); err != nil {
		return "", nil, fmt.Errorf("write picture: %w", err)
	}
	if drawn.Len() <= photo.Len() {
		return "image/png", drawn.Bytes(), nil
	}
	return "image/jpeg", photo.Bytes(), nil
}

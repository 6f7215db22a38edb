package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image/gif"
)

// Still is [Fit] for emoji and stickers, which also come as GIF: of one that moves
// the first picture is taken.
func Still(raw []byte, side int) ([]byte, error) {
	if !bytes.HasPrefix(raw, []byte("GIF8")) {
		return Fit(raw, side)
	}
	if len(raw) > MaxBytes {
		return nil, ErrTooLarge
	}
	head, err := gif.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if head.Width > maxSide || head.Height > maxSide || head.Width*head.Height > maxPixels {
		return nil, ErrTooLarge
	}
	first, err := gif.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, errors.Join(ErrUnreadable, err)
	}
	if b := first.Bounds(); b.Dx() < 1 || b.Dy() < 1 {
		return nil, ErrUnreadable
	}
	return drawn(first, side)
}

package forward

import (
	"bytes"
	"testing"
)

func vp8Key(payload []byte) bool {
	d, ok := parseVP8(payload)
	return ok && d.key(payload)
}

func TestKeyFrames(t *testing.T) {
	for name, test := range map[string]struct {
		is      func([]byte) bool
		payload []byte
		want    bool
	}{
		"VP8 key":                    {vp8Key, []byte{0x10, 0x00}, true},
		"VP8 delta":                  {vp8Key, []byte{0x10, 0x01}, false},
		"VP8 middle of a key":        {vp8Key, []byte{0x00, 0x00}, false},
		"VP8 with everything":        {vp8Key, []byte{0x90, 0xf0, 0x81, 0x02, 0x07, 0x20, 0x00}, true},
		"VP8 cut off":                {vp8Key, []byte{0x90, 0xf0, 0x81}, false},
		"VP8 empty":                  {vp8Key, nil, false},
		"H264 SPS":                   {h264Key, []byte{0x67, 0x42}, true},
		"H264 IDR without SPS":       {h264Key, []byte{0x65, 0x88}, false},
		"H264 slice":                 {h264Key, []byte{0x41, 0x9a}, false},
		"H264 STAP-A with SPS":       {h264Key, []byte{0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68}, true},
		"H264 STAP-A SEI then SPS":   {h264Key, []byte{0x78, 0, 1, 0x06, 0, 2, 0x67, 0x42}, true},
		"H264 STAP-A without":        {h264Key, []byte{0x78, 0, 1, 0x06, 0, 1, 0x09}, false},
		"H264 STAP-A that lies":      {h264Key, []byte{0x78, 0xff, 0xff, 0x06}, false},
		"H264 FU-A start of IDR":     {h264Key, []byte{0x7c, 0x85}, false},
		"H264 FU-A start of SPS":     {h264Key, []byte{0x7c, 0x87}, true},
		"H264 FU-A middle of IDR":    {h264Key, []byte{0x7c, 0x05}, false},
		"H264 FU-A start of a slice": {h264Key, []byte{0x7c, 0x81}, false},
		"H264 one byte":              {h264Key, []byte{0x67}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.is(test.payload); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestShiftVP8(t *testing.T) {
	b := []byte{0x90, 0xe0, 0xff, 0xff, 0xff, 0x00, 0x42}
	d, ok := parseVP8(b)
	if !ok || !d.wide || d.picture != 0x7fff || d.tl0 != 0xff || d.size != 6 {
		t.Fatalf("parsed %+v, %v", d, ok)
	}
	shiftVP8(b, d, 2, 3)
	if want := []byte{0x90, 0xe0, 0x80, 0x01, 0x02, 0x00, 0x42}; !bytes.Equal(b, want) {
		t.Errorf("got % x, want % x: picture ids wrap at 15 bits", b, want)
	}
}

func FuzzPayloads(f *testing.F) {
	f.Add([]byte{0x90, 0xf0, 0x81, 0x02, 0x07, 0x20, 0x00})
	f.Add([]byte{0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68})
	f.Fuzz(func(_ *testing.T, b []byte) {
		vp8Key(b)
		parseVP9(b)
		h264Key(b)
		if d, ok := parseVP8(b); ok {
			shiftVP8(b, d, 1, 1)
		}
	})
}

package load

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func ivf(frames ...[]byte) []byte {
	head := make([]byte, 32)
	copy(head, "DKIF")
	copy(head[8:], "VP80")
	le := binary.LittleEndian
	le.PutUint16(head[12:], 320)
	le.PutUint16(head[14:], 180)
	le.PutUint32(head[16:], 15)
	le.PutUint32(head[20:], 1)
	for i, frame := range frames {
		head = le.AppendUint32(head, uint32(len(frame)))
		head = le.AppendUint64(head, uint64(i))
		head = append(head, frame...)
	}
	return head
}

func TestARecordingIsReadFrameByFrame(t *testing.T) {
	film, err := ReadIVF(bytes.NewReader(ivf([]byte{0x10, 1}, []byte{0x11, 2, 3})))
	if err != nil {
		t.Fatal(err)
	}
	if film.Width != 320 || film.Height != 180 || film.Rate != 15 || len(film.Frames) != 2 || len(film.Frames[1]) != 3 {
		t.Errorf("read %d×%d, %d a second, %d frames", film.Width, film.Height, film.Rate, len(film.Frames))
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte(strings.Repeat("text", 20)), "no frames": ivf(), "no key frame first": ivf([]byte{0x11}),
		"cut off": ivf([]byte{0x10, 1, 2})[:45], "a frame without end": append(ivf(), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0),
	} {
		if _, err := ReadIVF(bytes.NewReader(data)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

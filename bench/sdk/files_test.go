package sdk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
)

// recording is a file, and what is in it.
type recording struct {
	path   string
	frames [][]byte
}

// has says which frame of the file some bytes are, or -1.
func (r recording) has(frame []byte) int {
	for i, own := range r.frames {
		if bytes.Equal(own, frame) {
			return i
		}
	}
	return -1
}

// track plays the file. The time of a picture has to be said: Pion's reader and
// the SDK do not agree on the unit of the file's.
func (r recording) track(t *testing.T) *lksdk.LocalTrack {
	t.Helper()
	var options []lksdk.ReaderSampleProviderOption
	if filepath.Ext(r.path) == ".ivf" {
		options = append(options, lksdk.ReaderTrackWithFrameDuration(time.Second/30))
	}
	track, err := lksdk.NewLocalFileTrack(r.path, options...)
	if err != nil {
		t.Fatal(err)
	}
	return track
}

// ivf writes a VP8 file of frames that are all different. A key frame begins
// each second; each frame takes several packets.
func ivf(t *testing.T, frames int) recording {
	t.Helper()
	r := recording{path: filepath.Join(t.TempDir(), "film.ivf")}
	var file bytes.Buffer
	file.WriteString("DKIF")
	for _, value := range []any{uint16(0), uint16(32), [4]byte{'V', 'P', '8', '0'}, uint16(320), uint16(180), uint32(30), uint32(1), uint32(frames), uint32(0)} {
		_ = binary.Write(&file, binary.LittleEndian, value)
	}
	for i := range frames {
		frame := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 1500)
		copy(frame, []byte{0x11, 0, 0}) // RFC 6386, 9.1: shown, not a key frame
		if i%30 == 0 {
			copy(frame, []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00}) // 320 × 180
		}
		_ = binary.Write(&file, binary.LittleEndian, uint32(len(frame)))
		_ = binary.Write(&file, binary.LittleEndian, uint64(i))
		file.Write(frame)
		r.frames = append(r.frames, frame)
	}
	r.write(t, file.Bytes())
	return r
}

func (r recording) write(t *testing.T, content []byte) {
	t.Helper()
	if err := os.WriteFile(r.path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ogg writes an Opus file of packets that are all different, 20 ms each.
func ogg(t *testing.T, packets int) recording {
	t.Helper()
	r := recording{path: filepath.Join(t.TempDir(), "voice.ogg")}
	writer, err := oggwriter.New(r.path, 48000, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		frame := append([]byte{0x78}, fmt.Sprintf("packet %d of the voice", i)...)
		packet := &rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(i), Timestamp: uint32(i+1) * 960}, Payload: frame}
		if err := writer.WriteRTP(packet); err != nil {
			t.Fatal(err)
		}
		r.frames = append(r.frames, frame)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

package load

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestParseReadsWhatPionWrites(t *testing.T) {
	header := rtp.Header{Version: 2, SequenceNumber: 65535, Timestamp: 4_000_000_000, CSRC: []uint32{7}}
	for id, value := range map[uint8][]byte{1: {9}, 3: {0x12, 0x34}, 5: {1, 2, 3}} {
		if err := header.SetExtension(id, value); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := (&rtp.Packet{Header: header, Payload: []byte("sound")}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := parse(raw, 3)
	if !ok || p.sequence != 65535 || p.timestamp != 4_000_000_000 || !p.numbered || p.number != 0x1234 || string(p.payload) != "sound" {
		t.Errorf("read %+v, %v", p, ok)
	}
	if p, _ := parse(raw, 4); p.numbered {
		t.Error("a number is read that is not there")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 0x31, 1, 2, 0, 'x'}, uint8(3))
	f.Fuzz(func(_ *testing.T, raw []byte, id uint8) {
		if p, ok := parse(raw, id); ok {
			isKey(p.payload)
			sentAt(p.payload)
		}
	})
}

func TestPicturePacketsBeginWithAKeyFrame(t *testing.T) {
	p := &player{layer: Camera().Layers[0], payload: make([]byte, 100)}
	for _, key := range []bool{true, false} {
		p.describe(0, key)
		if isKey(p.payload) != key {
			t.Errorf("a packet of a key frame, %v, is read as one, %v", key, !key)
		}
		p.describe(1, key)
		if isKey(p.payload) {
			t.Error("the second packet of a frame is read as the first")
		}
	}
}

func TestStampsSurvive(t *testing.T) {
	payload := make([]byte, 50)
	stamp(payload, 90*time.Second)
	if at, ok := sentAt(payload); !ok || at != 90*time.Second {
		t.Errorf("sent at %v, %v", at, ok)
	}
	if _, ok := sentAt(make([]byte, 50)); ok {
		t.Error("a time is read that is not there")
	}
}

package sfu

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/transport/v2/packetio"

	"parley/sfu/receive"
)

func testFlow() *receive.Flow {
	return receive.NewFlow(func() time.Duration { return time.Hour }, func([]byte) {})
}

func mediaPacket(t *testing.T, ssrc uint32, seq uint16) []byte {
	t.Helper()
	raw, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 96, SSRC: ssrc, SequenceNumber: seq}, Payload: []byte("media")}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestPionSeesAStreamUntilItIsFound: from then on nothing of it waits for a
// reader that there is not.
func TestPionSeesAStreamUntilItIsFound(t *testing.T) {
	in := newInflow(testFlow())
	stream := in.buffer(packetio.RTPBufferPacket, 7)
	write := func(seq uint16) {
		t.Helper()
		if n, err := stream.Write(mediaPacket(t, 7, seq)); n != 17 || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	for seq := range uint16(5000) { // more than anybody wants to look at
		write(seq)
	}
	raw := make([]byte, 100)
	if n, err := stream.Read(raw); n != 17 || err != nil {
		t.Fatalf("Pion reads %d, %v", n, err)
	}
	var got []uint16
	ended := 0
	in.flow.Attach(receive.Source{SSRC: 7, Clock: 90_000, Ended: func() { ended++ }, Write: func(burst ...[]byte) {
		for _, raw := range burst {
			got = append(got, uint16(raw[2])<<8|uint16(raw[3]))
		}
	}})
	got = nil
	write(5000)
	write(5001)
	if len(got) != 2 || got[0] != 5000 || got[1] != 5001 {
		t.Errorf("passed on %v", got)
	}
	for range 10_000 {
		if _, err := stream.Read(raw); errors.Is(err, io.EOF) {
			break
		}
	}
	if len(in.open) != 0 {
		t.Error("a stream that is found is kept for a reader")
	}
	if err := stream.Close(); err != nil || ended != 1 {
		t.Errorf("closed with %v, told %d times", err, ended)
	}
}

func TestClosedConnectionEndsAllReads(t *testing.T) {
	in := newInflow(testFlow())
	early := in.buffer(packetio.RTPBufferPacket, 7)
	reports := in.buffer(packetio.RTCPBufferPacket, 7)
	in.close()
	late := in.buffer(packetio.RTPBufferPacket, 8)
	for _, stream := range []io.Reader{early, reports, late} {
		if _, err := stream.Read(make([]byte, 10)); !errors.Is(err, io.EOF) {
			t.Errorf("a read ends with %v", err)
		}
	}
}

package sfu

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/pion/transport/v2/packetio"
)

func TestBurstsAreWhatIsThere(t *testing.T) {
	in := newInflow()
	stream := in.buffer(packetio.RTPBufferPacket, 7)
	reports := in.buffer(packetio.RTCPBufferPacket, 7)
	if _, err := reports.Write([]byte("a report is not media")); err != nil {
		t.Fatal(err)
	}
	put := func(from, to byte) {
		for i := from; i < to; i++ {
			if _, err := stream.Write(bytes.Repeat([]byte{i}, 10)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(0, 3)
	var sizes []int
	next := byte(0)
	readBursts(stream.Read, in.waiting(7), func(burst ...[]byte) {
		sizes = append(sizes, len(burst))
		for _, packet := range burst {
			if len(packet) != 10 || packet[0] != next {
				t.Errorf("packet %x, want number %d", packet, next)
			}
			next++
		}
		switch len(sizes) {
		case 1:
			put(3, 4)
		case 2:
			put(4, 4+burstMost+2)
		case 4:
			if err := stream.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	if want := []int{3, 1, burstMost, 2, 0}; !slices.Equal(sizes, want) {
		t.Errorf("bursts of %v packets, want %v", sizes, want)
	}
	if len(in.streams) != 0 {
		t.Error("a closed stream is kept")
	}
}

// TestBurstEndsWithItsStream: what was read before the end is still passed on.
func TestBurstEndsWithItsStream(t *testing.T) {
	reads, written := 0, 0
	readBursts(func(b []byte) (int, error) {
		if reads++; reads > 2 {
			return 0, errors.Join(io.EOF)
		}
		return copy(b, "media"), nil
	}, func() bool { return true }, func(burst ...[]byte) { written += len(burst) })
	if written != 2 {
		t.Errorf("%d packets were passed on, want 2", written)
	}
}

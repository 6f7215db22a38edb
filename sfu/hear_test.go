package sfu

import (
	"slices"
	"testing"

	"github.com/pion/rtcp"
)

// kinds is one of each kind of packet that names streams.
func kinds() []rtcp.Packet {
	return []rtcp.Packet{
		&rtcp.SenderReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: 2}}},
		&rtcp.ReceiverReport{SSRC: 9, Reports: []rtcp.ReceptionReport{{SSRC: 3}, {SSRC: 4}}},
		&rtcp.TransportLayerNack{SenderSSRC: 9, MediaSSRC: 5, Nacks: []rtcp.NackPair{{PacketID: 1}}},
		&rtcp.PictureLossIndication{SenderSSRC: 9, MediaSSRC: 6},
		&rtcp.FullIntraRequest{SenderSSRC: 9, MediaSSRC: 0, FIR: []rtcp.FIREntry{{SSRC: 7}, {SSRC: 8}}},
		&rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 9, Bitrate: 1e6, SSRCs: []uint32{10, 2}},
		&rtcp.TransportLayerCC{
			Header: rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: 5}, SenderSSRC: 9, MediaSSRC: 11,
			PacketStatusCount: 1, PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{RunLength: 1}},
		},
	}
}

func TestReportsGoToWhomTheyName(t *testing.T) {
	raw, err := rtcp.Marshal(kinds())
	if err != nil {
		t.Fatal(err)
	}
	f, heard := newInflow(testFlow()), map[uint32]int{}
	for ssrc := range uint32(20) {
		f.listen(ssrc, func(b []byte) {
			if len(b) == len(raw) {
				heard[ssrc]++
			}
		})
	}
	f.heard(raw)
	for ssrc := range uint32(20) {
		want := 0
		if ssrc > 0 && ssrc < 12 && ssrc != 9 {
			want = 1
		}
		if heard[ssrc] != want {
			t.Errorf("%d was told %d times, want %d", ssrc, heard[ssrc], want)
		}
	}
}

func TestHearingAllocatesNothing(t *testing.T) {
	raw, err := rtcp.Marshal(kinds())
	if err != nil {
		t.Fatal(err)
	}
	f := newInflow(testFlow())
	f.listen(5, func([]byte) {})
	if allocs := testing.AllocsPerRun(100, func() { f.heard(raw) }); allocs != 0 {
		t.Errorf("%v allocations a report, want none", allocs)
	}
}

// FuzzNamed compares with what Pion reads.
func FuzzNamed(f *testing.F) {
	for _, kind := range kinds() {
		if raw, err := rtcp.Marshal([]rtcp.Packet{kind}); err == nil {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		named := namedIn(raw, make([]uint32, 0, maxNamed))
		packets, err := rtcp.Unmarshal(raw)
		if err != nil {
			return // Pion tells nobody
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.SenderReport, *rtcp.ReceiverReport, *rtcp.TransportLayerNack, *rtcp.PictureLossIndication, *rtcp.FullIntraRequest, *rtcp.TransportLayerCC:
			default:
				continue
			}
			for _, ssrc := range packet.DestinationSSRC() {
				if ssrc != 0 && len(named) < maxNamed && !slices.Contains(named, ssrc) {
					t.Errorf("%T names %d, which is not in %v", packet, ssrc, named)
				}
			}
		}
	})
}

package forward

import (
	"testing"

	"github.com/pion/rtcp"
)

// FuzzHandleRTCP gives a subscription any reports. One cannot ask for more than
// what is kept, or than one NACK may cost.
func FuzzHandleRTCP(f *testing.F) {
	nack := &rtcp.TransportLayerNack{MediaSSRC: 4711, Nacks: []rtcp.NackPair{{PacketID: 3, LostPackets: 0xffff}}}
	for _, packets := range [][]rtcp.Packet{{nack}, {&rtcp.PictureLossIndication{MediaSSRC: 4711}, nack, nack}, {&rtcp.FullIntraRequest{FIR: []rtcp.FIREntry{{SSRC: 4711}}}}} {
		raw, err := rtcp.Marshal(packets)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		packets, err := rtcp.Unmarshal(raw)
		if err != nil {
			return
		}
		s := newStage(t, vp8Codec)
		src := s.source(2, 65500, 7, 3)
		src.frame(true)
		for range 100 {
			src.frame(false)
		}
		before := len(s.out.headers)
		s.sub.HandleRTCP(packets)
		if n := len(s.out.headers) - before; n > maxResend*len(packets) || n > len(raw)*17 {
			t.Errorf("%d packets for a report of %d bytes", n, len(raw))
		}
	})
}

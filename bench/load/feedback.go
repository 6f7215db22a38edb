package load

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// What an untroubled browser tells a server that asks for REMB, in bit/s.
const remb = 30_000_000

// feedback is what one receiving connection tells the server.
type feedback struct {
	client *Client
	ssrc   uint32

	mu      sync.Mutex // guards the rest, and what the streams say it does
	streams []*Stream
	numbers *twcc.Recorder
	counted bool // transport feedback was negotiated
	remb    bool
}

func newFeedback(c *Client) *feedback {
	ssrc := rand.Uint32()
	return &feedback{client: c, ssrc: ssrc, numbers: twcc.NewRecorder(ssrc)}
}

func (f *feedback) all() []*Stream {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.streams)
}

func (f *feedback) lost() (lost uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.streams {
		lost += uint64(max(s.lost(), 0))
	}
	return lost
}

// receive takes one track until it ends.
func (f *feedback) receive(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	s := f.begin(remote, receiver)
	f.client.workers.Go(func() { f.reports(s, receiver) })
	buffer := make([]byte, 1500)
	for {
		n, _, err := remote.Read(buffer)
		if err != nil {
			break
		}
		f.packet(s, buffer[:n])
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.ended = true
}

func (f *feedback) begin(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) *Stream {
	_, sid, _ := strings.Cut(remote.StreamID(), "|")
	if !strings.HasPrefix(sid, "TR_") {
		sid = remote.ID()
	}
	s := &Stream{sid: sid, ssrc: uint32(remote.SSRC()), kind: remote.Kind(), clock: remote.Codec().ClockRate}
	for _, extension := range receiver.GetParameters().HeaderExtensions {
		if extension.URI == sdp.TransportCCURI {
			s.transportID = uint8(extension.ID)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counted = f.counted || (s.transportID != 0 && f.client.down.accepts("transport-cc"))
	f.remb = !f.counted && f.client.down.accepts("goog-remb")
	f.streams = append(f.streams, s)
	return s
}

// packet notes one packet.
func (f *feedback) packet(s *Stream, raw []byte) {
	now := time.Since(f.client.fleet.epoch)
	p, ok := parse(raw, s.transportID)
	if !ok || len(p.payload) == 0 {
		return // padding: probes of the server's
	}
	f.client.once.Do(func() { close(f.client.first) })
	s.packets.Add(1)
	s.bytes.Add(uint64(len(raw)))
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counted && p.numbered {
		f.numbers.Record(s.ssrc, p.number, now.Microseconds())
	}
	s.note(p, now)
	if f.client.fleet.timing.Load() {
		if sent, ok := sentAt(p.payload); ok {
			s.times = append(s.times, now-sent)
		}
	}
}

// reports takes the server's sender reports: their times come back in ours.
func (f *feedback) reports(s *Stream, receiver *webrtc.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			if report, ok := packet.(*rtcp.SenderReport); ok && report.SSRC == s.ssrc {
				f.mu.Lock()
				s.reportTime, s.reportedAt = uint32(report.NTPTime>>16), time.Since(f.client.fleet.epoch)
				f.mu.Unlock()
			}
		}
	}
}

// tick says what there is to say.
func (f *feedback) tick(transport, report bool) {
	f.mu.Lock()
	var out []rtcp.Packet
	if report {
		out = f.receiverReports(time.Since(f.client.fleet.epoch))
	}
	for _, s := range f.streams {
		out = append(out, s.requests(f.ssrc)...)
	}
	var numbers []rtcp.Packet
	if transport && f.counted {
		numbers = f.numbers.BuildFeedbackPacket()
	}
	f.mu.Unlock()
	if len(out) > 0 {
		_ = f.client.down.pc.WriteRTCP(out)
	}
	for _, packet := range numbers {
		_ = f.client.down.pc.WriteRTCP([]rtcp.Packet{packet})
	}
}

func (f *feedback) receiverReports(now time.Duration) (out []rtcp.Packet) {
	report := &rtcp.ReceiverReport{SSRC: f.ssrc}
	estimate := &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: f.ssrc, Bitrate: remb}
	for _, s := range f.streams {
		if s.ended || !s.started {
			continue
		}
		report.Reports = append(report.Reports, s.reception(now))
		estimate.SSRCs = append(estimate.SSRCs, s.ssrc)
		if len(report.Reports) == 31 { // the field has five bits (RFC 3550, 6.4.2)
			out = append(out, report)
			report = &rtcp.ReceiverReport{SSRC: f.ssrc}
		}
	}
	if len(report.Reports) > 0 {
		out = append(out, report)
	}
	if f.remb && len(estimate.SSRCs) > 0 {
		out = append(out, estimate)
	}
	return out
}

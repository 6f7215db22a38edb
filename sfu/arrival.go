package sfu

import (
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
	"parley/sfu/forward/descriptor"
	"parley/sfu/receive"
)

const (
	maxReceptionReports = 31 // of one packet: RFC 3550, section 6.4.2
	reporterSSRC        = 1  // who reports; the node itself sends nothing under it
)

// arrival is a stream of a publisher that packets have come of.
type arrival struct {
	mid      string
	remote   *webrtc.TrackRemote
	receiver *webrtc.RTPReceiver
	stream   *receive.Stream // nil until it is forwarded
}

// stop ends the stream. Pion ends it itself when it stops the receiver, but not one
// of a section that was offered as inactive twice and is in use again: that
// receiver it holds for stopped (webrtc v3.3.6, RTPTransceiver.Stop), and its
// streams outlive even the connection.
func (a *arrival) stop(from *inflow) {
	from.listen(uint32(a.remote.SSRC()), nil)
	a.stream.Detach()
	_ = a.remote.SetReadDeadline(time.Unix(1, 0)) // fails for one that is closed already
}

// onTrack is called by the connection, once for each stream.
func (p *peer) onTrack(pc *webrtc.PeerConnection, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	p.post(func() {
		for _, t := range pc.GetTransceivers() {
			if t.Receiver() == receiver {
				p.arrivals = append(p.arrivals, &arrival{mid: t.Mid(), remote: remote, receiver: receiver})
			}
		}
		p.connectArrivals()
	})
}

// connectArrivals starts forwarding streams whose track is known by now.
func (p *peer) connectArrivals() {
	p.arrivals = slices.DeleteFunc(p.arrivals, func(a *arrival) bool {
		u := p.uploadAt(a.mid)
		if u == nil || !u.announced {
			return false
		}
		p.pump(u, a)
		return true
	})
}

// pump forwards a stream until it ends, or is stopped with its track. It needs no
// goroutine: packets are forwarded by the one that they come in by.
func (p *peer) pump(u *upload, a *arrival) {
	u.streams = append(u.streams, a)
	inflow, ssrc := p.up.inflow, uint32(a.remote.SSRC())
	media, codec := p.node.transport.udp, a.remote.Codec()
	layer := u.pub.track.AddLayerOf(u.variant, quality(a.remote.RID()), extensionID(a.receiver, extAudioLevel), func() {
		inflow.flow.RequestKey(ssrc)
	})
	layer.CarriesRED(redType(a.receiver))
	layer.CarriesDescriptor(extensionID(a.receiver, descriptor.URI))
	source := receive.Source{
		SSRC: ssrc, Mid: a.mid, RID: a.remote.RID(), Clock: codec.ClockRate, NACK: answersNACK(codec),
		Write: func(burst ...[]byte) {
			// Everybody's packets leave in as few system calls as there can be.
			media.Hold()
			defer media.Release()
			layer.Write(burst...)
		},
		Ended: func() { u.pub.track.RemoveLayer(layer) },
	}
	if a.remote.Kind() == webrtc.RTPCodecTypeVideo {
		source.Lost = layer.RequestKey
	}
	a.stream = inflow.flow.Attach(source)
	inflow.listen(ssrc, func(packet []byte) {
		readReports(packet, ssrc, func(ntp uint64, rtpTime uint32) {
			layer.SenderReport(ntp, rtpTime)
			a.stream.SenderReport(ntp)
		})
	})
}

// answersNACK says whether a client sends packets of a codec again when it is
// asked to.
func answersNACK(codec webrtc.RTPCodecParameters) bool {
	return slices.Contains(codec.RTCPFeedback, webrtc.RTCPFeedback{Type: "nack"})
}

// reportToPublisher tells the client how its streams come in.
func (p *peer) reportToPublisher() {
	var reports []rtcp.ReceptionReport
	p.rating.up = reception{}
	for _, u := range p.uploads {
		for _, a := range u.streams {
			if report, ok := a.stream.Reception(); ok {
				p.rating.up.upward(report, u.pub.track.Clock(), len(reports) == 0)
				reports = append(reports, report)
			}
		}
	}
	for chunk := range slices.Chunk(reports, maxReceptionReports) {
		if err := p.up.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: reporterSSRC, Reports: chunk}}); err != nil {
			p.log.Debug("report to publisher", "err", err)
		}
	}
}

// readReports passes the publisher's sender reports on.
func readReports(raw []byte, ssrc uint32, report func(ntp uint64, rtpTime uint32)) {
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		return
	}
	for _, packet := range packets {
		if sr, ok := packet.(*rtcp.SenderReport); ok && sr.SSRC == ssrc {
			report(sr.NTPTime, sr.RTPTime)
		}
	}
}

// quality of a simulcast's stream: clients name them quarter, half and full.
func quality(rid string) int {
	switch rid {
	case "q":
		return int(livekit.VideoQuality_LOW)
	case "h":
		return int(livekit.VideoQuality_MEDIUM)
	default:
		return int(livekit.VideoQuality_HIGH)
	}
}

// extensionID is the number of a header extension in a publisher's packets, or 0.
func extensionID(receiver *webrtc.RTPReceiver, uri string) uint8 {
	for _, extension := range receiver.GetParameters().HeaderExtensions {
		if extension.URI == uri {
			return uint8(extension.ID)
		}
	}
	return 0
}

// redType is the payload type that a publisher's connection has for RED, or 0.
func redType(receiver *webrtc.RTPReceiver) uint8 {
	for _, codec := range receiver.GetParameters().Codecs {
		if strings.EqualFold(codec.MimeType, forward.MimeTypeRED) {
			return uint8(codec.PayloadType)
		}
	}
	return 0
}

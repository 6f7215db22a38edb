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
	layer    *forward.Layer // what it feeds; nil until then
}

// stop ends the reads of a stream. Pion ends them itself when it stops the
// receiver, but not one of a section that was offered as inactive twice and is
// in use again: that receiver it holds for stopped (webrtc v3.3.6,
// RTPTransceiver.Stop), and its streams outlive even the connection.
func (a *arrival) stop(from *inflow) {
	from.listen(uint32(a.remote.SSRC()), nil)
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

// pump reads a stream in goroutines of its own until it ends, or is stopped with
// its track.
func (p *peer) pump(u *upload, a *arrival) {
	u.streams = append(u.streams, a)
	pc, ssrc := p.up, uint32(a.remote.SSRC())
	inflow, media := p.up.inflow, p.node.transport.udp
	layer := u.pub.track.AddLayerOf(u.variant, quality(a.remote.RID()), extensionID(a.receiver, extAudioLevel), func() {
		if err := pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			p.log.Debug("request key frame", "err", err)
		}
	})
	layer.CarriesRED(redType(a.receiver))
	a.layer = layer
	layer.CarriesDescriptor(extensionID(a.receiver, descriptor.URI))
	p.workers.Go(func() {
		defer u.pub.track.RemoveLayer(layer)
		read := func(b []byte) (int, error) {
			n, _, err := a.remote.Read(b)
			return n, err
		}
		readBursts(read, inflow.waiting(ssrc), func(burst ...[]byte) {
			// Everybody's packets leave in as few system calls as there can be.
			media.Hold()
			defer media.Release()
			layer.Write(burst...)
		})
	})
	inflow.listen(ssrc, func(packet []byte) { readReports(packet, ssrc, layer.SenderReport) })
}

// reportToPublisher tells the client how its streams come in.
func (p *peer) reportToPublisher() {
	var reports []rtcp.ReceptionReport
	p.rating.up = reception{}
	for _, u := range p.uploads {
		for _, a := range u.streams {
			if report, ok := a.layer.Reception(uint32(a.remote.SSRC())); ok {
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

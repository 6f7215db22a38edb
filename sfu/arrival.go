package sfu

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// arrival is a stream of a publisher that packets have come of.
type arrival struct {
	mid      string
	remote   *webrtc.TrackRemote
	receiver *webrtc.RTPReceiver
}

// stop ends the reads of a stream. Pion ends them itself when it stops the
// receiver, but not one of a section that was offered as inactive twice and is
// in use again: that receiver it holds for stopped (webrtc v3.3.6,
// RTPTransceiver.Stop), and its streams outlive even the connection.
func (a *arrival) stop() {
	passed := time.Unix(1, 0)
	err := a.remote.SetReadDeadline(passed)
	if rid := a.remote.RID(); rid != "" {
		err = errors.Join(err, a.receiver.SetReadDeadlineSimulcast(passed, rid))
	} else {
		err = errors.Join(err, a.receiver.SetReadDeadline(passed))
	}
	_ = err // of streams that are closed already
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
	layer := u.pub.track.AddLayer(quality(a.remote.RID()), audioLevelID(a.receiver), func() {
		if err := pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
			p.log.Debug("request key frame", "err", err)
		}
	})
	layer.CarriesRED(redType(a.receiver))
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
	p.workers.Go(func() { readReports(a, layer.SenderReport) })
}

// readReports passes the publisher's sender reports on.
func readReports(a *arrival, report func(ntp uint64, rtpTime uint32)) {
	buffer := make([]byte, receiveMTU)
	for {
		var n int
		var err error
		if rid := a.remote.RID(); rid != "" {
			n, _, err = a.receiver.ReadSimulcast(buffer, rid)
		} else {
			n, _, err = a.receiver.Read(buffer)
		}
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buffer[:n])
		if err != nil {
			continue
		}
		for _, packet := range packets {
			if sr, ok := packet.(*rtcp.SenderReport); ok && sr.SSRC == uint32(a.remote.SSRC()) {
				report(sr.NTPTime, sr.RTPTime)
			}
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

func audioLevelID(receiver *webrtc.RTPReceiver) uint8 {
	for _, extension := range receiver.GetParameters().HeaderExtensions {
		if extension.URI == extAudioLevel {
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

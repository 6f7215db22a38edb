package sfu

import (
	"slices"
	"strings"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// upload is one track on its way in, as its publisher's peer knows it: asked
// for by addTrack, tied to a media section by an offer, fed by arrivals.
type upload struct {
	pub       *publication
	variant   int // forward.First, or forward.Backup for a second codec
	cids      []string
	cid       string
	kind      webrtc.RTPCodecType
	codec     webrtc.RTPCodecCapability
	mid       string // empty until an offer has it
	announced bool
	streams   []*arrival // that are read
}

// stop ends the reads of all its streams.
func (u *upload) stop(from *inflow) {
	for _, a := range u.streams {
		a.stop(from)
	}
}

func (p *peer) newUpload(request *livekit.AddTrackRequest) *upload {
	name := ""
	cids := []string{request.GetCid()}
	for i, codec := range request.GetSimulcastCodecs() {
		if i == 0 {
			name = codec.GetCodec()
		}
		if cid := codec.GetCid(); cid != "" && len(cid) <= maxTrackID {
			cids = append(cids, cid)
		}
	}
	codec := codecFor(request.GetType(), name)
	sid := newSID("TR_")
	info := newTrackInfo(sid, request, codec.MimeType)
	track := forward.NewTrack(sid, codec, p.node.mediaTime, &p.node.counters)
	track.SetMuted(info.GetMuted())
	if info.GetSource() == livekit.TrackSource_MICROPHONE {
		track.Among(&p.room.loudest)
	}
	u := &upload{
		pub: &publication{owner: p, sid: sid, track: track, stream: streamOf(request.GetSource()), info: info},
		cid: request.GetCid(), cids: cids, codec: codec, kind: track.Kind,
	}
	if track.Kind == webrtc.RTPCodecTypeVideo {
		u.pub.demand = newDemand()
		u.expectBackup(request)
	}
	return u
}

//nolint:staticcheck // clients still read the deprecated fields
func newTrackInfo(sid string, request *livekit.AddTrackRequest, mime string) *livekit.TrackInfo {
	layers := request.GetLayers()
	if len(layers) == 0 && len(request.GetSimulcastCodecs()) > 0 {
		layers = clipLayers(request.GetSimulcastCodecs()[0].GetLayers())
	}
	codec := &livekit.SimulcastCodecInfo{MimeType: mime, Cid: request.GetCid(), Layers: layers}
	return &livekit.TrackInfo{
		Sid: sid, Type: request.GetType(), Name: request.GetName(), Muted: request.GetMuted(), Source: request.GetSource(),
		Width: request.GetWidth(), Height: request.GetHeight(), Simulcast: len(layers) > 1, Layers: layers,
		MimeType: mime, Codecs: []*livekit.SimulcastCodecInfo{codec},
		DisableDtx: request.GetDisableDtx(), Stereo: request.GetStereo(), DisableRed: request.GetDisableRed() || isEncrypted(request),
		Encryption: request.GetEncryption(), Stream: request.GetStream(), BackupCodecPolicy: request.GetBackupCodecPolicy(),
		AudioFeatures: request.GetAudioFeatures(), PacketTrailerFeatures: request.GetPacketTrailerFeatures(),
	}
}

func clipLayers(layers []*livekit.VideoLayer) []*livekit.VideoLayer {
	return layers[:min(len(layers), maxLayers)]
}

// confirm tells the client the track's sid.
func (p *peer) confirm(u *upload) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_TrackPublished{TrackPublished: &livekit.TrackPublishedResponse{
		Cid: u.cid, Track: p.room.trackInfo(u.pub),
	}}})
}

// claim ties media sections of an offer to tracks that were asked for, and
// takes away tracks whose section has gone quiet. Call between the remote
// description and the answer.
func (p *peer) claim(sections []section) {
	sending := map[string]section{}
	for _, s := range sections {
		if s.kind != 0 && s.sends() {
			sending[s.mid] = s
		}
	}
	for _, u := range p.uploads {
		if _, still := sending[u.mid]; u.mid != "" && !still {
			p.withdraw(u)
		}
	}
	p.sending = sending
	p.match()
}

// match finds a track for each sending section that has none: the one whose id
// stands in the section, else one of the same kind.
func (p *peer) match() {
	for _, byID := range []bool{true, false} {
		for mid, s := range p.sending {
			if p.uploadAt(mid) != nil {
				continue
			}
			if u := p.waiting(s, byID); u != nil {
				u.mid = mid
				p.fixCodec(u)
			}
		}
	}
}

func (p *peer) waiting(s section, byID bool) *upload {
	var found *upload
	for _, u := range p.uploads {
		if u.mid != "" || u.kind != s.kind || (byID && !slices.Contains(u.cids, s.track)) {
			continue
		}
		found = u
	}
	return found
}

func (p *peer) uploadAt(mid string) *upload {
	for _, u := range p.uploads {
		if u.mid == mid && mid != "" {
			return u
		}
	}
	return nil
}

// fixCodec leaves the client one codec for the track, so that what was
// announced is what it sends. Opus comes in RED, unless the client does not
// want that: browsers send what stands first.
func (p *peer) fixCodec(u *upload) {
	transceiver := transceiverAt(p.up.PeerConnection, u.mid)
	if transceiver == nil || transceiver.Receiver() == nil {
		return
	}
	offered := transceiver.Receiver().GetParameters().Codecs
	kept := codecsOf(offered, u.codec.MimeType)
	if len(kept) == 0 {
		return // the client does not offer it; the answer will say what there is
	}
	if u.codec.MimeType == webrtc.MimeTypeOpus && !u.pub.info.GetDisableRed() {
		kept = append(codecsOf(offered, forward.MimeTypeRED), kept...)
	}
	kept = append(kept, repairsOf(offered, kept)...)
	if err := transceiver.SetCodecPreferences(kept); err != nil {
		p.log.Debug("prefer codec", "err", err)
	}
}

func codecsOf(codecs []webrtc.RTPCodecParameters, mime string) []webrtc.RTPCodecParameters {
	return slices.DeleteFunc(slices.Clone(codecs), func(c webrtc.RTPCodecParameters) bool { return !strings.EqualFold(c.MimeType, mime) })
}

// adopt shows tracks that are negotiated now to the room, and starts what has
// arrived for them.
func (p *peer) adopt() {
	p.match()
	for _, u := range p.uploads {
		if u.mid != "" && !u.announced {
			u.announced = true
			p.room.publish(u.pub, u.variant, u.mid)
		}
	}
	p.connectArrivals()
}

// withdraw takes a track out of the room. The client knows: it has stopped it.
func (p *peer) withdraw(u *upload) {
	delete(p.uploads, u.key())
	u.stop(p.up.inflow)
	if u.variant == forward.Backup {
		return
	}
	if backup := p.uploads[backupKey(u.pub.sid)]; backup != nil {
		p.withdraw(backup)
	}
	if u.announced {
		p.room.unpublish(u.pub)
	}
}

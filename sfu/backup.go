package sfu

import (
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// A backup is a track in a second codec, for those who cannot decode the first.
// Clients name it when they publish, and begin to send it, on a section of its
// own and with another addTrack, when they hear that somebody wants it.

// backupKey is where a track's second upload stands among a peer's uploads.
func backupKey(sid string) string { return sid + "/backup" }

// key is where an upload stands among its peer's.
func (u *upload) key() string {
	if u.variant == forward.Backup {
		return backupKey(u.pub.sid)
	}
	return u.pub.sid
}

// expectBackup notes the second codec that a client says it could send.
func (u *upload) expectBackup(request *livekit.AddTrackRequest) {
	codecs := request.GetSimulcastCodecs()
	if len(codecs) < 2 {
		return
	}
	backup := codecFor(livekit.TrackType_VIDEO, codecs[1].GetCodec())
	if shortCodec(backup.MimeType) != codecs[1].GetCodec() || backup.MimeType == u.codec.MimeType {
		return // not known, or the same
	}
	u.pub.track.SetBackup(backup.MimeType)
	u.pub.info.Codecs = append(u.pub.info.Codecs, &livekit.SimulcastCodecInfo{
		MimeType: backup.MimeType, Layers: clipLayers(codecs[1].GetLayers()),
	})
}

// mayAddBackup says whether a request is for the second codec of a track of
// one's own that has named it.
func (p *peer) mayAddBackup(request *livekit.AddTrackRequest) bool {
	u, codecs := p.uploads[request.GetSid()], request.GetSimulcastCodecs()
	if u == nil || u.variant != forward.First || p.uploads[backupKey(request.GetSid())] != nil || len(codecs) == 0 {
		return false
	}
	known := u.pub.track.Codecs()
	return len(known) > 1 && shortCodec(known[forward.Backup]) == codecs[0].GetCodec()
}

// addBackup takes a client's second codec for a track. Those who wait for it
// are subscribed already.
func (p *peer) addBackup(request *livekit.AddTrackRequest) {
	first := p.uploads[request.GetSid()]
	u := &upload{
		pub: first.pub, variant: forward.Backup, cid: request.GetCid(), cids: []string{request.GetCid()},
		kind: webrtc.RTPCodecTypeVideo, codec: codecFor(livekit.TrackType_VIDEO, request.GetSimulcastCodecs()[0].GetCodec()),
	}
	p.uploads[u.key()] = u
	p.room.announceBackup(u.pub, request)
	p.confirm(u)
	p.adopt()
}

// announceBackup completes what is known of a track's second codec.
func (r *room) announceBackup(pub *publication, request *livekit.AddTrackRequest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	codec := pub.info.Codecs[forward.Backup]
	codec.Cid = request.GetCid()
	if layers := request.GetSimulcastCodecs()[0].GetLayers(); len(layers) > 0 {
		codec.Layers = clipLayers(layers)
	}
}

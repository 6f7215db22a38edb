package sfu

import (
	"slices"

	"github.com/livekit/protocol/livekit"
)

// maxFeatures bounds what a client says of a track's sound; there are fewer.
const maxFeatures = 16

// onUpdateAudioTrack shows others how a track's sound is made: with noise
// cancellation, in stereo.
func (p *peer) onUpdateAudioTrack(request *livekit.UpdateLocalAudioTrack) {
	features := request.GetFeatures()
	if u := p.uploads[request.GetTrackSid()]; u != nil && u.pub.info.Type == livekit.TrackType_AUDIO && len(features) <= maxFeatures {
		p.room.reviseTrack(u.pub, func(info *livekit.TrackInfo) { info.AudioFeatures = slices.Clone(features) })
	}
}

// onUpdateVideoTrack shows others that a picture has another size now.
func (p *peer) onUpdateVideoTrack(request *livekit.UpdateLocalVideoTrack) {
	if u := p.uploads[request.GetTrackSid()]; u != nil && u.pub.info.Type == livekit.TrackType_VIDEO {
		p.room.reviseTrack(u.pub, func(info *livekit.TrackInfo) { info.Width, info.Height = request.GetWidth(), request.GetHeight() })
	}
}

// reviseTrack changes a track's info and shows it to the others.
func (r *room) reviseTrack(pub *publication, change func(*livekit.TrackInfo)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(pub.info)
	if p := pub.owner; p.member.tracks[pub.sid] == pub {
		p.member.info.Version++
		r.broadcast(p)
	}
}

// onPublishDataTrack declines: without an answer the client would wait in vain.
func (p *peer) onPublishDataTrack(request *livekit.PublishDataTrackRequest) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_RequestResponse{RequestResponse: &livekit.RequestResponse{
		Reason: livekit.RequestResponse_UNSUPPORTED_TYPE, Message: "this server has no data tracks",
		Request: &livekit.RequestResponse_PublishDataTrack{PublishDataTrack: request},
	}}})
}

// watched tells a track's publisher, once, that somebody has begun to receive it.
func (pub *publication) watched() {
	if pub.received.CompareAndSwap(false, true) {
		pub.owner.post(func() {
			pub.owner.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_TrackSubscribed{
				TrackSubscribed: &livekit.TrackSubscribed{TrackSid: pub.sid},
			}})
		})
	}
}

// unknownTrack tells a client that nothing will come of a track it asked for.
func (p *peer) unknownTrack(sid string) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_SubscriptionResponse{
		SubscriptionResponse: &livekit.SubscriptionResponse{TrackSid: sid, Err: livekit.SubscriptionError_SE_TRACK_NOTFOUND},
	}})
}

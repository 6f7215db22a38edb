package sfu

import (
	"reflect"

	"github.com/livekit/protocol/livekit"
)

// signalKind is the Go type of a message inside a SignalRequest.
type signalKind = reflect.Type

// handler does what one message asks for, in the peer's goroutine.
type handler func(p *peer, request *livekit.SignalRequest)

// signalHandlers is everything that clients can say. A message that is not in
// it is ignored: newer clients say more.
func signalHandlers() map[signalKind]handler {
	return map[signalKind]handler{
		kindOf(&livekit.SignalRequest_Offer{}):     func(p *peer, r *livekit.SignalRequest) { p.onOffer(r.GetOffer()) },
		kindOf(&livekit.SignalRequest_Answer{}):    func(p *peer, r *livekit.SignalRequest) { p.onAnswer(r.GetAnswer()) },
		kindOf(&livekit.SignalRequest_Trickle{}):   func(*peer, *livekit.SignalRequest) {}, // the node is ICE-lite: it answers checks, and starts none
		kindOf(&livekit.SignalRequest_AddTrack{}):  func(p *peer, r *livekit.SignalRequest) { p.onAddTrack(r.GetAddTrack()) },
		kindOf(&livekit.SignalRequest_Mute{}):      func(p *peer, r *livekit.SignalRequest) { p.onMute(r.GetMute()) },
		kindOf(&livekit.SignalRequest_Leave{}):     func(p *peer, _ *livekit.SignalRequest) { p.leave(ReasonLeft) },
		kindOf(&livekit.SignalRequest_Ping{}):      func(p *peer, r *livekit.SignalRequest) { p.onPing(r.GetPing()) },
		kindOf(&livekit.SignalRequest_PingReq{}):   func(p *peer, r *livekit.SignalRequest) { p.onPingRequest(r.GetPingReq()) },
		kindOf(&livekit.SignalRequest_SyncState{}): func(p *peer, r *livekit.SignalRequest) { p.onSyncState(r.GetSyncState()) },
		kindOf(&livekit.SignalRequest_Simulate{}):  func(*peer, *livekit.SignalRequest) {}, // for LiveKit's own tests
		kindOf(&livekit.SignalRequest_Subscription{}): func(p *peer, r *livekit.SignalRequest) {
			p.onSubscription(r.GetSubscription())
		},
		kindOf(&livekit.SignalRequest_TrackSetting{}): func(p *peer, r *livekit.SignalRequest) {
			p.onTrackSetting(r.GetTrackSetting())
		},
		kindOf(&livekit.SignalRequest_SubscriptionPermission{}): func(p *peer, r *livekit.SignalRequest) {
			p.onSubscriptionPermission(r.GetSubscriptionPermission())
		},
		kindOf(&livekit.SignalRequest_UpdateMetadata{}): func(p *peer, r *livekit.SignalRequest) {
			p.onUpdateMetadata(r.GetUpdateMetadata())
		},
		kindOf(&livekit.SignalRequest_UpdateAudioTrack{}): func(p *peer, r *livekit.SignalRequest) {
			p.onUpdateAudioTrack(r.GetUpdateAudioTrack())
		},
		kindOf(&livekit.SignalRequest_UpdateVideoTrack{}): func(p *peer, r *livekit.SignalRequest) {
			p.onUpdateVideoTrack(r.GetUpdateVideoTrack())
		},
		kindOf(&livekit.SignalRequest_PublishDataTrackRequest{}): func(p *peer, r *livekit.SignalRequest) {
			p.onPublishDataTrack(r.GetPublishDataTrackRequest())
		},
	}
}

func kindOf(message any) signalKind { return reflect.TypeOf(message) }

// handle does what a message asks for.
func (p *peer) handle(s *session, request *livekit.SignalRequest) {
	if p.session != s {
		return // a connection that was replaced has nothing to say
	}
	p.quiet = 0
	if request.GetMessage() == nil {
		return // of a kind that is not known to this version of the protocol
	}
	if handle := p.node.handlers[kindOf(request.GetMessage())]; handle != nil {
		handle(p, request)
	}
}

func (p *peer) onAnswer(sd *livekit.SessionDescription) {
	o, ok := p.downlink.(*offerer)
	if !ok {
		return
	}
	if err := o.answered(sd); err != nil {
		p.restart(err)
	}
}

func (p *peer) onPing(timestamp int64) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Pong{Pong: timestamp}})
}

func (p *peer) onPingRequest(ping *livekit.Ping) {
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_PongResp{PongResp: &livekit.Pong{
		LastPingTimestamp: ping.GetTimestamp(), Timestamp: p.node.clock.Now().UnixMilli(),
	}}})
}

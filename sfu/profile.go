package sfu

import (
	"context"
	"maps"
	"time"

	"github.com/livekit/protocol/livekit"
)

// onUpdateMetadata lets people change their own name, metadata and attributes,
// if their token says so.
func (p *peer) onUpdateMetadata(request *livekit.UpdateParticipantMetadata) {
	reason, change := p.reviewProfile(request)
	if reason == livekit.RequestResponse_OK {
		p.room.revise(p, change)
	}
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_RequestResponse{RequestResponse: &livekit.RequestResponse{
		RequestId: request.GetRequestId(), Reason: reason,
		Request: &livekit.RequestResponse_UpdateMetadata{UpdateMetadata: request},
	}}})
}

func (p *peer) reviewProfile(request *livekit.UpdateParticipantMetadata) (livekit.RequestResponse_Reason, func(*livekit.ParticipantInfo)) {
	if !p.claims.CanUpdateOwn {
		return livekit.RequestResponse_NOT_ALLOWED, nil
	}
	attributes := maps.Clone(p.token.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	for key, value := range request.GetAttributes() {
		if value == "" {
			delete(attributes, key)
		} else {
			attributes[key] = value
		}
	}
	if len(request.GetName()) > maxName || len(request.GetMetadata()) > maxMetadata || attributeSize(attributes) > maxAttributes {
		return livekit.RequestResponse_LIMIT_EXCEEDED, nil
	}
	if name := request.GetName(); name != "" {
		p.token.Name = name
	}
	if metadata := request.GetMetadata(); metadata != "" {
		p.token.Metadata = metadata
	}
	p.token.Attributes = attributes
	name, metadata := p.token.Name, p.token.Metadata
	return livekit.RequestResponse_OK, func(info *livekit.ParticipantInfo) {
		info.Name, info.Metadata, info.Attributes = name, metadata, maps.Clone(attributes)
	}
}

// renewBefore is how long before its end a token is renewed.
const renewBefore = defaultTTL / 2

// renewToken sends a fresh token before the old one runs out, so that a client
// can come back after a long meeting. A key that is gone renews nothing.
func (p *peer) renewToken() {
	now := p.node.clock.Now()
	if p.session == nil || p.renewing || p.token.Expires.Sub(now) > renewBefore {
		return
	}
	p.renewing = true
	claims := p.token
	p.workers.Go(func() {
		ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
		defer cancel()
		token, err := renew(ctx, p.node.config.Keyring, claims, now)
		p.post(func() { p.renewed(token, now, err) })
	})
}

func renew(ctx context.Context, ring Keyring, claims Claims, now time.Time) (string, error) {
	_, secret, err := signingKey(ctx, ring, claims.KeyID)
	if err != nil {
		return "", err
	}
	return SignToken(claims.KeyID, secret, claims.grant(), now)
}

func (p *peer) renewed(token string, now time.Time, err error) {
	p.renewing = false
	p.token.Expires = now.Add(defaultTTL)
	if err != nil {
		p.log.Info("token not renewed", "err", err)
		return
	}
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_RefreshToken{RefreshToken: token}})
}

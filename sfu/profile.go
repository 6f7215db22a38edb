package sfu

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/livekit/protocol/livekit"
)

// profile is how a person wants to be shown, or is wanted to be. What is empty
// stays as it is; an attribute with an empty value goes.
type profile struct {
	name, metadata string
	attributes     map[string]string
}

// onUpdateMetadata lets people change their own name, metadata and attributes,
// if they may.
func (p *peer) onUpdateMetadata(request *livekit.UpdateParticipantMetadata) {
	reason := livekit.RequestResponse_NOT_ALLOWED
	if p.rights.Load().updateOwn {
		reason = livekit.RequestResponse_OK
		if p.changeProfile(profile{request.GetName(), request.GetMetadata(), request.GetAttributes()}) != nil {
			reason = livekit.RequestResponse_LIMIT_EXCEEDED
		}
	}
	p.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_RequestResponse{RequestResponse: &livekit.RequestResponse{
		RequestId: request.GetRequestId(), Reason: reason,
		Request: &livekit.RequestResponse_UpdateMetadata{UpdateMetadata: request},
	}}})
}

// changeProfile shows the person in another way to everybody. It gives
// ErrTooLarge above the caps.
func (p *peer) changeProfile(to profile) error {
	if to.name == "" && to.metadata == "" && len(to.attributes) == 0 {
		return nil
	}
	attributes := maps.Clone(p.token.Attributes)
	if attributes == nil {
		attributes = map[string]string{}
	}
	for key, value := range to.attributes {
		if value == "" {
			delete(attributes, key)
		} else {
			attributes[key] = value
		}
	}
	if len(to.name) > maxName || len(to.metadata) > maxMetadata || attributeSize(attributes) > maxAttributes {
		return fmt.Errorf("profile: %w", ErrTooLarge)
	}
	if to.name != "" {
		p.token.Name = to.name
	}
	if to.metadata != "" {
		p.token.Metadata = to.metadata
	}
	p.token.Attributes = attributes
	name, metadata := p.token.Name, p.token.Metadata
	p.room.revise(p, func(info *livekit.ParticipantInfo) {
		info.Name, info.Metadata, info.Attributes = name, metadata, maps.Clone(attributes)
	})
	return nil
}

// renewBefore is how long before its end a token is renewed.
const renewBefore = defaultTTL / 2

// renewToken sends a fresh token before the old one runs out, so that a client
// can come back after a long meeting. A key that is gone renews nothing.
func (p *peer) renewToken() {
	if p.token.Expires.Sub(p.node.clock.Now()) <= renewBefore {
		p.renewNow()
	}
}

func (p *peer) renewNow() {
	if p.session == nil || p.renewing || p.room.check {
		return
	}
	now := p.node.clock.Now()
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

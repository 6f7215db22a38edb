package load

import (
	"context"
	"errors"
	"fmt"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

// Pair publishes a track from one connection straight to another, without a
// server: what a way through a server takes longer than this is the server's.
func (f *Fleet) Pair(ctx context.Context, source Source) error {
	up, err := newLink(livekit.SignalTarget_PUBLISHER)
	if err != nil {
		return err
	}
	down, err := newLink(livekit.SignalTarget_SUBSCRIBER)
	if err != nil {
		return errors.Join(err, up.pc.Close())
	}
	c := &Client{fleet: f, up: up, down: down, over: make(chan struct{}), first: make(chan struct{})}
	c.feedback = newFeedback(c)
	down.pc.OnTrack(c.feedback.receive)
	f.add(c)
	players, sender, err := c.addTrack("direct", source)
	if err != nil {
		return err
	}
	if err := c.shakeHands(); err != nil {
		return err
	}
	return c.play(ctx, players, sender)
}

// shakeHands negotiates the two connections of one client with each other.
func (c *Client) shakeHands() error {
	offer, err := c.up.makeOffer()
	if err != nil {
		return err
	}
	if err := c.down.remote(webrtc.SDPTypeOffer, offer); err != nil {
		return err
	}
	made, err := c.down.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("make answer: %w", err)
	}
	answer, err := c.down.settle(made)
	if err != nil {
		return err
	}
	return c.up.remote(webrtc.SDPTypeAnswer, answer)
}

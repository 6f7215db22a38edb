package load

import (
	"fmt"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

// handle does what one message of the server asks for.
func (c *Client) handle(response *livekit.SignalResponse) error {
	switch message := response.Message.(type) {
	case *livekit.SignalResponse_Offer:
		return c.answer(message.Offer)
	case *livekit.SignalResponse_Answer:
		return c.answered(message.Answer)
	case *livekit.SignalResponse_Trickle:
		l := c.down
		if message.Trickle.GetTarget() == livekit.SignalTarget_PUBLISHER {
			l = c.up
		}
		return l.trickle(message.Trickle.GetCandidateInit())
	case *livekit.SignalResponse_TrackPublished:
		c.mu.Lock()
		waiting := c.published[message.TrackPublished.GetCid()]
		delete(c.published, message.TrackPublished.GetCid())
		c.mu.Unlock()
		if waiting != nil {
			waiting <- message.TrackPublished.GetTrack()
		}
	case *livekit.SignalResponse_MediaSectionsRequirement:
		return c.sections(message.MediaSectionsRequirement)
	case *livekit.SignalResponse_Leave:
		return fmt.Errorf("sent away: %s", message.Leave)
	}
	return nil
}

// answer takes an offer for the connection that the client receives on.
func (c *Client) answer(offer *livekit.SessionDescription) error {
	l := c.down
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.remote(webrtc.SDPTypeOffer, offer.GetSdp()); err != nil {
		return err
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return fmt.Errorf("make answer: %w", err)
	}
	text, err := l.settle(answer)
	if err != nil {
		return err
	}
	return c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
		Answer: &livekit.SessionDescription{Type: "answer", Sdp: text, Id: offer.GetId()},
	}})
}

// negotiate offers, now or as soon as the offer that is out has its answer.
func (c *Client) negotiate() error {
	c.up.mu.Lock()
	defer c.up.mu.Unlock()
	c.up.dirty = true
	return c.offer()
}

func (c *Client) offer() error {
	offer, err := c.up.offer()
	if err != nil || offer == nil {
		return err
	}
	return c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{Offer: offer}})
}

func (c *Client) answered(answer *livekit.SessionDescription) error {
	c.up.mu.Lock()
	defer c.up.mu.Unlock()
	if answer.GetId() != 0 && answer.GetId() != c.up.offers {
		return nil // to an offer that has been replaced
	}
	if err := c.up.remote(webrtc.SDPTypeAnswer, answer.GetSdp()); err != nil {
		return err
	}
	c.up.outstanding = false
	return c.offer()
}

// sections adds what the server is short of, and offers.
func (c *Client) sections(short *livekit.MediaSectionsRequirement) error {
	c.up.mu.Lock()
	defer c.up.mu.Unlock()
	if err := c.up.addSections(short.GetNumAudios(), short.GetNumVideos()); err != nil {
		return err
	}
	c.up.dirty = true
	return c.offer()
}

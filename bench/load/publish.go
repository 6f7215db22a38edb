package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"
)

// Publish sends a track for as long as the client stays. It returns when the
// server has confirmed it and packets go out.
func (c *Client) Publish(ctx context.Context, source Source) error {
	cid := fmt.Sprintf("cid-%d-%d", source.Source, time.Since(c.fleet.epoch))
	if err := c.announce(ctx, cid, source); err != nil {
		return err
	}
	players, sender, err := c.addTrack(cid, source)
	if err != nil {
		return err
	}
	if err := c.negotiate(); err != nil {
		return err
	}
	return c.play(ctx, players, sender)
}

// play sends as soon as the connection is up.
func (c *Client) play(ctx context.Context, players []*player, sender *webrtc.RTPSender) error {
	if err := c.waitConnected(ctx); err != nil {
		return err
	}
	for _, p := range players {
		p.learn(sender)
		c.workers.Go(p.feedback)
		c.workers.Go(p.play)
	}
	return nil
}

// announce asks for the track and waits until the server knows it.
func (c *Client) announce(ctx context.Context, cid string, source Source) error {
	confirmed := make(chan *livekit.TrackInfo, 1)
	c.mu.Lock()
	c.published[cid] = confirmed
	c.mu.Unlock()
	request := &livekit.AddTrackRequest{Cid: cid, Type: source.Kind, Source: source.Source, DisableRed: true}
	if source.Kind == livekit.TrackType_VIDEO {
		for _, layer := range source.Layers {
			request.Layers = append(request.Layers, &livekit.VideoLayer{Quality: layer.Quality, Width: layer.Width, Height: layer.Height, Bitrate: layer.bitrate(), Rid: layer.rid()})
			request.Width, request.Height = layer.Width, layer.Height
		}
		request.SimulcastCodecs = []*livekit.SimulcastCodec{{Codec: "vp8", Cid: cid, Layers: request.GetLayers()}}
	}
	if err := c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: request}}); err != nil {
		return err
	}
	select {
	case <-confirmed:
		return nil
	case <-c.over:
		return errOver
	case <-ctx.Done():
		return fmt.Errorf("wait for confirmation of a track: %w", ctx.Err())
	}
}

func (c *Client) addTrack(cid string, source Source) ([]*player, *webrtc.RTPSender, error) {
	mime := webrtc.MimeTypeVP8
	if source.Kind == livekit.TrackType_AUDIO {
		mime = webrtc.MimeTypeOpus
	}
	var (
		players     []*player
		transceiver *webrtc.RTPTransceiver
	)
	for i, layer := range source.Layers {
		var options []func(*webrtc.TrackLocalStaticRTP)
		if len(source.Layers) > 1 {
			options = append(options, webrtc.WithRTPStreamID(layer.rid()))
		}
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, cid, "stream-"+cid, options...)
		if err != nil {
			return nil, nil, fmt.Errorf("make track: %w", err)
		}
		if i == 0 {
			transceiver, err = c.up.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		} else {
			err = transceiver.Sender().AddEncoding(track)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("add track: %w", err)
		}
		players = append(players, &player{client: c, source: source, layer: layer, track: track, transceiver: transceiver})
	}
	return players, transceiver.Sender(), nil
}

// waitConnected waits for the connection that tracks are published on.
func (c *Client) waitConnected(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for c.up.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		select {
		case <-tick.C:
		case <-c.over:
			return errors.Join(errOver, c.Err())
		case <-ctx.Done():
			return fmt.Errorf("wait for connection: %w", errors.Join(ctx.Err(), c.Err()))
		}
	}
	return nil
}

// learn reads the numbers of header extensions that were negotiated.
func (p *player) learn(sender *webrtc.RTPSender) {
	for _, extension := range sender.GetParameters().HeaderExtensions {
		switch extension.URI {
		case sdp.SDESMidURI:
			p.midID = uint8(extension.ID)
		case sdp.SDESRTPStreamIDURI:
			p.ridID = uint8(extension.ID)
		case extAudioLevel:
			p.levelID = uint8(extension.ID)
		}
	}
}

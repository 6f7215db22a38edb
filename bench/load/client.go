package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"
)

// Options say how a client joins.
type Options struct {
	URL           string // http://host:port of the server
	Token         string
	OneConnection bool // /rtc/v1
	NoSubscribe   bool // takes nobody's tracks
}

// Client is one person.
type Client struct {
	fleet    *Fleet
	options  Options
	socket   *socket
	up, down *link // the same in one-connection mode
	feedback *feedback
	workers  sync.WaitGroup
	over     chan struct{} // closed when signalling has ended
	first    chan struct{} // closed at the first packet of media
	once     sync.Once

	mu        sync.Mutex // guards the rest
	join      *livekit.JoinResponse
	published map[string]chan *livekit.TrackInfo // by client id
	failed    error
}

// errOver is what waiting for a client that has left gives.
var errOver = errors.New("signalling has ended")

// Dial joins. It returns when the server has let the client in; media follows.
func (f *Fleet) Dial(ctx context.Context, o Options) (*Client, error) {
	c := &Client{
		fleet: f, options: o, over: make(chan struct{}), first: make(chan struct{}),
		published: map[string]chan *livekit.TrackInfo{},
	}
	if err := c.connect(ctx); err != nil {
		c.closeLinks()
		return nil, err
	}
	f.add(c)
	c.workers.Go(c.read)
	c.workers.Go(c.ping)
	return c, nil
}

func (c *Client) connect(ctx context.Context) error {
	offer, err := c.open()
	if err != nil {
		return err
	}
	where, err := address(c.options, offer)
	if err != nil {
		return err
	}
	if c.socket, err = dial(ctx, where); err != nil {
		return err
	}
	response, err := c.socket.receive()
	if err == nil && response.GetJoin() == nil {
		err = fmt.Errorf("refused: %s", response)
	}
	if err != nil {
		return errors.Join(err, c.socket.ws.Close())
	}
	c.join = response.GetJoin()
	return nil
}

// open makes the connections, and in one-connection mode the first offer.
func (c *Client) open() (offer string, err error) {
	if c.down, err = newLink(livekit.SignalTarget_SUBSCRIBER); err != nil {
		return "", err
	}
	c.feedback = newFeedback(c)
	c.down.pc.OnTrack(c.feedback.receive)
	if c.options.OneConnection {
		c.up = c.down
		return c.up.firstOffer()
	}
	c.up, err = newLink(livekit.SignalTarget_PUBLISHER)
	return "", err
}

func (c *Client) closeLinks() {
	for _, l := range []*link{c.up, c.down} {
		if l != nil {
			_ = l.pc.Close()
		}
	}
}

// Close leaves.
func (c *Client) Close() {
	c.fleet.remove(c)
	if c.socket == nil { // of a pair
		close(c.over)
		c.closeLinks()
		c.workers.Wait()
		return
	}
	_ = c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}})
	_ = c.socket.ws.Close()
	c.closeLinks()
	c.workers.Wait()
}

func (c *Client) signal(request *livekit.SignalRequest) error { return c.socket.send(request) }

// FirstPacket is closed when the first packet of media has come.
func (c *Client) FirstPacket() <-chan struct{} { return c.first }

// Over is closed when the server has ended signalling.
func (c *Client) Over() <-chan struct{} { return c.over }

// Err says what went wrong.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

func (c *Client) fail(err error) {
	if err == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed == nil {
		c.failed = err
	}
}

// read does what the server says until signalling ends.
func (c *Client) read() {
	defer close(c.over)
	for {
		response, err := c.socket.receive()
		if err != nil {
			return
		}
		c.fail(c.handle(response))
	}
}

func (c *Client) ping() {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-c.over:
			return
		case now := <-tick.C:
			_ = c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_PingReq{PingReq: &livekit.Ping{Timestamp: now.UnixMilli()}}})
		}
	}
}

// Streams are what the client receives.
func (c *Client) Streams() []*Stream { return c.feedback.all() }

// SetQuality asks for a layer of every video that the client receives.
func (c *Client) SetQuality(quality livekit.VideoQuality) error {
	var sids []string
	for _, s := range c.Streams() {
		if s.kind == webrtc.RTPCodecTypeVideo {
			sids = append(sids, s.sid)
		}
	}
	return c.signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_TrackSetting{
		TrackSetting: &livekit.UpdateTrackSettings{TrackSids: sids, Quality: quality},
	}})
}

package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	fastws "github.com/fasthttp/websocket"
	"github.com/gofiber/contrib/websocket"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

const (
	writeWait   = 10 * time.Second // a client that takes a message no sooner is gone
	silenceWait = 40 * time.Second // clients ping every 5 s, and answer our pings
	pingEvery   = 10 * time.Second
)

// socket is one person's signalling connection: protobuf messages over a WebSocket, as sfu.Conn.
type socket struct {
	ws    *websocket.Conn
	write sync.Mutex // one writer at a time, RFC 6455 has no interleaving
	once  sync.Once
	stop  chan struct{}
}

func newSocket(ws *websocket.Conn) *socket {
	c := &socket{ws: ws, stop: make(chan struct{})}
	ws.SetReadLimit(sfu.MaxSignalBytes)
	c.alive()
	ws.SetPongHandler(func(string) error { c.alive(); return nil })
	go c.pings()
	return c
}

// pings keeps proxies from closing a quiet connection, and notices a peer that has vanished. It ends with drop.
func (c *socket) pings() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-tick.C:
			c.write.Lock()
			err := c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
			c.write.Unlock()
			if err != nil {
				c.drop()
				return
			}
		}
	}
}

func (c *socket) alive() { _ = c.ws.SetReadDeadline(time.Now().Add(silenceWait)) }

// Send writes one message to the person.
func (c *socket) Send(_ context.Context, m *livekit.SignalResponse) error {
	raw, err := sfu.EncodeResponse(m)
	if err != nil {
		return err
	}
	c.write.Lock()
	defer c.write.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return fmt.Errorf("send signal: %w", err)
	}
	if err := c.ws.WriteMessage(websocket.BinaryMessage, raw); err != nil {
		return fmt.Errorf("send signal: %w", err)
	}
	return nil
}

// Receive waits for the person's next message. It fails when the connection is gone, or, with sfu.ErrMalformed, when what came is no
// signal: too large, unreadable, or of the JSON flavour of the protocol, which no client of today speaks.
func (c *socket) Receive(context.Context) (*livekit.SignalRequest, error) {
	kind, raw, err := c.ws.ReadMessage()
	if errors.Is(err, fastws.ErrReadLimit) {
		return nil, fmt.Errorf("receive signal: %w: %w", sfu.ErrMalformed, sfu.ErrTooLarge)
	}
	if err != nil {
		return nil, fmt.Errorf("receive signal: %w", err)
	}
	c.alive()
	if kind != websocket.BinaryMessage {
		return nil, fmt.Errorf("receive signal: %w: it is not binary", sfu.ErrMalformed)
	}
	return sfu.DecodeRequest(raw)
}

// Close says goodbye and closes the TCP connection after it: Chromium waits two seconds for a server that does not.
func (c *socket) Close(sfu.Reason) error {
	c.write.Lock()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
	c.write.Unlock()
	c.drop()
	return nil
}

// drop closes the connection without a word. Receive fails from then on.
func (c *socket) drop() {
	c.once.Do(func() {
		close(c.stop)
		_ = c.ws.Conn.Close()
	})
}

// sockets are the open signalling connections of this process; fasthttp forgets them after the upgrade.
type sockets struct {
	mu   sync.Mutex // guards open
	open map[*socket]struct{}
	wg   sync.WaitGroup
}

func newSockets() *sockets { return &sockets{open: map[*socket]struct{}{}} }

// add registers a connection; the returned function forgets it.
func (s *sockets) add(c *socket) (done func()) {
	s.wg.Add(1)
	s.mu.Lock()
	s.open[c] = struct{}{}
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		delete(s.open, c)
		s.mu.Unlock()
		s.wg.Done()
	}
}

func (s *sockets) closeAll() {
	s.mu.Lock()
	open := make([]*socket, 0, len(s.open))
	for c := range s.open {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		c.drop()
	}
}

// wait returns when every connection's handler has ended, or with the context's error.
func (s *sockets) wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("signalling sockets still open: %w", ctx.Err())
	}
}

package sfutest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
)

// Connect joins without a socket, straight through node.Join.
func Connect(ctx context.Context, node Joiner, options Options) (*Peer, error) {
	return start(ctx, options, func(_ context.Context, o Options) (wire, error) {
		path, query, err := address(o)
		if err != nil {
			return nil, err
		}
		hello, err := sfu.ParseHello(path, query, "")
		if err != nil {
			return nil, err
		}
		pipe := NewPipe()
		go func() {
			_ = node.Join(context.Background(), hello, pipe) // the leave message says it
			pipe.close()
		}()
		return pipe, nil
	})
}

// Dial joins over a WebSocket. The address is the server's, without the path.
func Dial(ctx context.Context, server string, options Options) (*Peer, error) {
	server = strings.Replace(strings.TrimSuffix(server, "/"), "http", "ws", 1)
	return start(ctx, options, func(ctx context.Context, o Options) (wire, error) {
		path, query, err := address(o)
		if err != nil {
			return nil, err
		}
		return dialSocket(ctx, server+path+"?"+query.Encode())
	})
}

func start(ctx context.Context, options Options, dial func(context.Context, Options) (wire, error)) (*Peer, error) {
	p := &Peer{
		options: options, redial: dial, done: make(chan struct{}), changed: make(chan struct{}),
		people: map[string]*livekit.ParticipantInfo{}, tracks: map[string]*Track{}, locals: map[string]*Local{},
		asked: map[string]*livekit.SubscribedQualityUpdate{},
	}
	var err error
	if !options.SignalingOnly && options.Relay == "" {
		if p.rtc, err = newRTC(p, nil); err != nil {
			return nil, err
		}
	}
	if p.wire, err = dial(ctx, options); err != nil {
		return nil, errors.Join(err, p.rtc.close())
	}
	first, err := p.wire.receive()
	if err != nil {
		p.wire.close()
		return nil, errors.Join(fmt.Errorf("join: %w", err), p.rtc.close())
	}
	if first.GetJoin() == nil {
		p.wire.close()
		return nil, errors.Join(&RefusedError{Leave: first.GetLeave()}, p.rtc.close())
	}
	p.note(first)
	if options.Relay != "" {
		if p.rtc, err = newRTC(p, first.GetJoin().GetIceServers()); err != nil {
			p.wire.close()
			return nil, err
		}
	}
	p.talk.Go(p.read)
	p.talk.Go(p.ping)
	if options.SinglePC && p.rtc != nil {
		p.rtc.negotiate()
	}
	return p, nil
}

// RefusedError says that the node did not let the peer in.
type RefusedError struct{ Leave *livekit.LeaveRequest }

// Error implements error.
func (e *RefusedError) Error() string { return "refused: " + e.Leave.String() }

// Leave says goodbye and frees everything.
func (p *Peer) Leave() {
	_ = p.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Leave{Leave: &livekit.LeaveRequest{}}})
	select {
	case <-p.done:
	case <-time.After(5 * time.Second):
	}
	p.Drop()
}

// Drop closes everything without a word, as a machine does that loses power.
func (p *Peer) Drop() {
	p.mu.Lock()
	current := p.wire
	p.mu.Unlock()
	current.close()
	// An offer that is answered while its connection closes would leave an ICE
	// agent behind, which nobody closes any more.
	p.talk.Wait()
	p.mu.Lock()
	senders := p.senders
	p.mu.Unlock()
	for _, local := range senders {
		local.deafen()
	}
	p.rtc.settle()
	_ = p.rtc.close() // closing twice is fine
	p.options.Weak.close()
	p.mu.Lock()
	for _, end := range p.reading {
		end()
	}
	p.mu.Unlock()
	p.workers.Wait()
}

// Resume loses the signalling connection and goes on with a new one.
func (p *Peer) Resume(ctx context.Context) error {
	o := p.options
	o.reconnect, o.sid = true, p.SID()
	fresh, err := p.redial(ctx, o)
	if err != nil {
		return err
	}
	p.mu.Lock()
	old := p.wire
	p.wire = fresh
	p.mu.Unlock()
	old.close()
	if p.rtc == nil {
		return nil
	}
	return p.rtc.restart()
}

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go"
)

const knockTimeout = 500 * time.Millisecond

// Registry knows the media nodes from their heartbeats. It writes nothing down:
// a web node that starts asks everybody to speak up and knows the cluster a
// moment later.
type Registry struct {
	nc    *nats.Conn
	clock clockwork.Clock
	log   *slog.Logger
	sub   *nats.Subscription
	stop  context.CancelFunc
	ctx   context.Context
	wg    sync.WaitGroup

	mu    sync.Mutex // guards beats; held for map look-ups only
	beats *beats
}

// NewRegistry starts to listen. Close stops it.
func NewRegistry(nc *nats.Conn, clock clockwork.Clock, log *slog.Logger) (*Registry, error) {
	ctx, stop := context.WithCancel(context.Background())
	r := &Registry{nc: nc, clock: clock, log: log, ctx: ctx, stop: stop, beats: newBeats(clock.Now())}
	sub, err := nc.Subscribe(subjectBeat, r.onBeat)
	if err != nil {
		stop()
		return nil, fmt.Errorf("listen for media nodes: %w", err)
	}
	r.sub = sub
	if err := nc.Publish(subjectRollCall, nil); err != nil {
		r.Close()
		return nil, fmt.Errorf("call the media nodes: %w", err)
	}
	r.wg.Go(r.watch)
	return r, nil
}

// Close stops listening and waits for the registry's goroutines.
func (r *Registry) Close() {
	_ = r.sub.Unsubscribe() // fails on a closed connection only, and then there is nothing to undo
	r.stop()
	r.wg.Wait()
}

// Nodes returns the nodes whose heartbeats come.
func (r *Registry) Nodes() []NodeInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats.list()
}

// node returns a node that is not dead, and a channel that closes when it dies.
func (r *Registry) node(id string) (NodeInfo, <-chan struct{}, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.beats.nodes[id]
	if k == nil {
		return NodeInfo{}, nil, false
	}
	return k.info, k.died, true
}

// dead reports whether the node is surely gone: not heard of, although we have
// been listening long enough.
func (r *Registry) dead(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats.nodes[id] == nil && r.beats.settled(r.clock.Now())
}

// certain reports whether Nodes lists all the nodes that there are.
func (r *Registry) certain() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.beats.certain(r.clock.Now())
}

// told notes a state that the node gave in an answer, before its next
// heartbeat says the same.
func (r *Registry) told(id string, state State) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.beats.nodes[id]; k != nil {
		k.info.State = state
	}
}

func (r *Registry) onBeat(msg *nats.Msg) {
	info, err := parseBeat(msg.Data)
	if err != nil {
		r.log.Warn("ignored a heartbeat", "err", err)
		return
	}
	r.mu.Lock()
	_, old := r.beats.nodes[info.ID]
	r.beats.heard(info, r.clock.Now())
	r.mu.Unlock()
	if !old {
		r.log.Info("media node is there", "node", info.ID, "name", info.Name, "pool", info.Pool)
	}
}

func (r *Registry) watch() {
	tick := r.clock.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-tick.Chan():
			r.mu.Lock()
			suspects := r.beats.look(r.clock.Now(), r.nc.IsConnected())
			r.mu.Unlock()
			for _, id := range suspects {
				r.wg.Go(func() { r.knock(id) })
			}
		}
	}
}

// knock asks a silent node directly. On a busy machine heartbeats may be late;
// a room must not be placed twice for that.
func (r *Registry) knock(id string) {
	ctx, cancel := context.WithTimeout(r.ctx, knockTimeout)
	defer cancel()
	_, err := r.nc.RequestWithContext(ctx, subjectKnock(id), nil)
	if r.ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	buried := false
	if err == nil || !r.nc.IsConnected() {
		r.beats.seen(id, r.clock.Now())
	} else {
		buried = r.beats.bury(id)
	}
	r.mu.Unlock()
	if buried {
		r.log.Warn("media node is gone", "node", id, "err", err)
	}
}

func parseBeat(data []byte) (NodeInfo, error) {
	var info NodeInfo
	if len(data) > maxBeat {
		return info, fmt.Errorf("heartbeat of %d bytes", len(data))
	}
	if err := json.Unmarshal(data, &info); err != nil {
		return info, fmt.Errorf("heartbeat: %w", err)
	}
	if !validToken(info.ID) {
		return info, errors.New("heartbeat without a proper node id")
	}
	return info, nil
}

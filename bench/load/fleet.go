package load

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Fleet is all clients of one measurement. One goroutine gives all of their
// feedback: a timer each would cost more than the feedback does.
type Fleet struct {
	epoch   time.Time // what send times in payloads count from
	timing  atomic.Bool
	stop    context.CancelFunc
	stopped sync.WaitGroup

	mu      sync.Mutex // guards clients
	clients []*Client
}

// NewFleet starts with nobody. Close ends it.
func NewFleet() *Fleet {
	ctx, cancel := context.WithCancel(context.Background())
	f := &Fleet{epoch: time.Now(), stop: cancel}
	f.stopped.Go(func() { f.run(ctx) })
	return f
}

// Close makes everybody leave.
func (f *Fleet) Close() {
	f.stop()
	f.stopped.Wait()
	for _, c := range f.Clients() {
		c.Close()
	}
}

// Clients are all who have joined and not left.
func (f *Fleet) Clients() []*Client {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.clients)
}

func (f *Fleet) add(c *Client) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clients = append(f.clients, c)
}

func (f *Fleet) remove(c *Client) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clients = slices.DeleteFunc(f.clients, func(other *Client) bool { return other == c })
}

// Received counts the RTP packets with a payload that all clients have got.
func (f *Fleet) Received() (packets, bytes uint64) {
	for _, c := range f.Clients() {
		for _, s := range c.Streams() {
			packets += s.packets.Load()
			bytes += s.bytes.Load()
		}
	}
	return packets, bytes
}

// Lost counts packets that never came, by the gaps in sequence numbers.
func (f *Fleet) Lost() (lost uint64) {
	for _, c := range f.Clients() {
		lost += c.feedback.lost()
	}
	return lost
}

// Time starts and stops taking the time from sending to receiving.
func (f *Fleet) Time(on bool) { f.timing.Store(on) }

// Times are all that were taken.
func (f *Fleet) Times() (all []time.Duration) {
	for _, c := range f.Clients() {
		for _, s := range c.Streams() {
			all = append(all, s.times...)
		}
	}
	return all
}

// How often clients speak. Chromium sends transport feedback every 50 to 250
// ms and reports once a second for video.
const (
	feedbackEvery = 50 * time.Millisecond
	transportTick = 2
	reportTicks   = 20
)

// run gives feedback for everybody, spread over time so that a server does not
// get it in one heap.
func (f *Fleet) run(ctx context.Context) {
	tick := time.NewTicker(feedbackEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for i, c := range f.Clients() {
			c.feedback.tick((n+i)%transportTick == 0, (n+i)%reportTicks == 0)
		}
	}
}

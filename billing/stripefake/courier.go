package stripefake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
)

// retries are the pauses after which a webhook is sent again that was not
// answered with 2xx. Stripe goes on for three days; this is enough for a
// server that restarts.
func retries() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute}
}

// Policy is how webhooks are mistreated on their way. The zero value sends each
// once, at once, in order.
type Policy struct {
	Repeat  int              // so many times more
	Delay   time.Duration    // by the clock
	Shuffle *rand.Rand       // send what waits in random order
	Drop    func(Event) bool // lose these
}

// parcel is one delivery that waits.
type parcel struct {
	event Event
	tries int
	due   time.Time
}

// courier delivers webhooks: one goroutine, started here, ended by close.
type courier struct {
	clock  clockwork.Clock
	cfg    Config
	ctx    context.Context // ends the delivery under way
	cancel context.CancelFunc
	wake   chan struct{}
	done   chan struct{}

	mu     sync.Mutex // guards all below; never held while sending
	policy Policy
	held   bool
	queue  []parcel // held back or waiting
	busy   bool     // one is being delivered
	idle   []chan struct{}
}

func startCourier(cfg Config) *courier {
	ctx, cancel := context.WithCancel(context.Background())
	c := &courier{clock: cfg.Clock, cfg: cfg, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c
}

func (c *courier) close() {
	c.cancel()
	<-c.done
}

// add queues events as the policy wants. It never blocks.
func (c *courier) add(events []Event) {
	if len(events) == 0 || c.cfg.WebhookURL == "" {
		return
	}
	c.mu.Lock()
	for _, e := range events {
		if c.policy.Drop != nil && c.policy.Drop(e) {
			continue
		}
		for range 1 + c.policy.Repeat {
			c.queue = append(c.queue, parcel{event: e, due: c.clock.Now().Add(c.policy.Delay)})
		}
	}
	if c.policy.Shuffle != nil {
		c.policy.Shuffle.Shuffle(len(c.queue), func(i, j int) { c.queue[i], c.queue[j] = c.queue[j], c.queue[i] })
	}
	c.mu.Unlock()
	c.nudge()
}

func (c *courier) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *courier) run() {
	defer close(c.done)
	for {
		next, wait := c.take()
		if next != nil {
			c.deliver(*next)
			continue
		}
		var later <-chan time.Time
		var timer clockwork.Timer
		if wait > 0 {
			timer = c.clock.NewTimer(wait)
			later = timer.Chan()
		}
		select {
		case <-c.ctx.Done():
			return
		case <-c.wake:
		case <-later:
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// take removes the first parcel that is due; without one it says how long the
// next has to wait, 0 for until something changes.
func (c *courier) take() (*parcel, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy = false
	if c.ctx.Err() != nil {
		return nil, 0
	}
	if c.held || len(c.queue) == 0 {
		c.rest()
		return nil, 0
	}
	now := c.clock.Now()
	wait := time.Duration(0)
	for i, p := range c.queue {
		left := p.due.Sub(now)
		if left <= 0 {
			c.queue = slices.Delete(c.queue, i, i+1)
			c.busy = true
			return &p, 0
		}
		if wait == 0 || left < wait {
			wait = left
		}
	}
	c.rest()
	return nil, wait
}

// rest tells who waits that nothing is left to send now.
func (c *courier) rest() {
	for _, ch := range c.idle {
		close(ch)
	}
	c.idle = nil
}

func (c *courier) deliver(p parcel) {
	status, err := c.post(c.ctx, p.event, c.cfg.WebhookSecret, c.clock.Now())
	if err == nil && status/100 == 2 || c.ctx.Err() != nil {
		return
	}
	c.cfg.Log.Warn("a webhook was not taken", "event", p.event.ID, "type", p.event.Type, "status", status, "error", err, "tries", p.tries+1)
	pauses := retries()
	if p.tries >= len(pauses) {
		return
	}
	p.due = c.clock.Now().Add(pauses[p.tries])
	p.tries++
	c.mu.Lock()
	c.queue = append(c.queue, p)
	c.mu.Unlock()
}

// post sends one event, signed, and returns the answer's status.
func (c *courier) post(ctx context.Context, e Event, secret string, at time.Time) (int, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return 0, fmt.Errorf("stripefake: write the event: %w", err)
	}
	return c.postRaw(ctx, body, Sign(body, secret, at))
}

func (c *courier) postRaw(ctx context.Context, body []byte, signature string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("stripefake: send the event: %w", err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	r.Header.Set("Stripe-Signature", signature)
	res, err := c.cfg.HTTP.Do(r)
	if err != nil {
		return 0, fmt.Errorf("stripefake: send the event: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
	return res.StatusCode, nil
}

// wait returns when nothing is being sent and nothing is due.
func (c *courier) wait(ctx context.Context) error {
	ch := make(chan struct{})
	c.mu.Lock()
	c.idle = append(c.idle, ch)
	c.mu.Unlock()
	c.nudge()
	select {
	case <-ch:
		return nil
	case <-c.done:
		return context.Canceled
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Sign makes a Stripe-Signature header for a raw body.
func Sign(body []byte, secret string, at time.Time) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d.", at.Unix())
	mac.Write(body)
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
}

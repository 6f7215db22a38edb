package sfutest

import (
	"container/heap"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/pion/transport/v2"
	"github.com/pion/transport/v2/stdnet"
)

// Weak is a bad network between a peer and the node. It stands in the place of
// vnet, Pion's virtual network, for three reasons that stand in its source
// (transport v2.2.10): its bottleneck (TokenBucketFilter) lets go of what is queued
// only when something more comes in, and fills its bucket ten times a second, so
// that its queue shows delays no network has; its jitter (Router.MaxJitter) delays
// packets in line, so none overtakes another; and both ends have to be vnet's,
// while the node's own batched sockets are part of what is tried.
type Weak struct {
	Rate   int           // bits a second towards the peer, IP and UDP headers included; 0: no limit
	Queue  time.Duration // that it holds back at most, when there is a rate
	Delay  time.Duration // each way
	Jitter time.Duration // on top of it, at random: packets overtake each other
	Loss   float64       // each way

	mu   sync.Mutex
	free time.Time // when the bottleneck is idle

	conns []*weakConn
}

// close ends the network's sockets, also those that ICE forgets.
func (w *Weak) close() {
	if w == nil {
		return
	}
	w.mu.Lock()
	conns := w.conns
	w.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
	}
}

// header is what IPv4 and UDP add to a datagram.
const header = 28

// pass says when a datagram comes out at the other end; ok is false when it
// never does.
func (w *Weak) pass(size int, down bool, now time.Time) (out time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if rand.Float64() < w.Loss {
		return out, false
	}
	out = now
	if down && w.Rate > 0 {
		if w.free.Before(now) {
			w.free = now
		}
		if w.free.Sub(now) > w.Queue {
			return out, false
		}
		w.free = w.free.Add(time.Duration(float64((size+header)*8) / float64(w.Rate) * float64(time.Second)))
		out = w.free
	}
	return out.Add(w.Delay + time.Duration(rand.Float64()*float64(w.Jitter))), true
}

// SetRate changes the bottleneck.
func (w *Weak) SetRate(rate int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Rate = rate
}

// SetLoss changes what is lost each way.
func (w *Weak) SetLoss(loss float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Loss = loss
}

// network is Pion's view of the machine's network, with the bad one before it.
type network struct {
	*stdnet.Net
	weak *Weak
}

func newNetwork(w *Weak) (*network, error) {
	real, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	return &network{Net: real, weak: w}, nil
}

// ListenUDP is what ICE opens its sockets by.
func (n *network) ListenUDP(kind string, address *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(kind, address)
	if err != nil {
		return nil, err
	}
	c := &weakConn{UDPConn: conn, weak: n.weak, wake: make(chan struct{}, 1), done: make(chan struct{}), ready: make(chan datagram, 4096)}
	n.weak.mu.Lock()
	n.weak.conns = append(n.weak.conns, c)
	n.weak.mu.Unlock()
	c.workers.Go(c.read)
	c.workers.Go(c.deliver)
	return c, nil
}

// datagram is one on its way, in either direction.
type datagram struct {
	body []byte
	peer net.Addr
	out  time.Time
	down bool
}

// weakConn is a socket behind a bad network.
type weakConn struct {
	transport.UDPConn
	weak    *Weak
	wake    chan struct{}
	done    chan struct{}
	once    sync.Once
	ready   chan datagram
	workers sync.WaitGroup

	mu  sync.Mutex
	way datagrams
}

func (c *weakConn) read() {
	buffer := make([]byte, 2000)
	for {
		n, from, err := c.UDPConn.ReadFrom(buffer)
		if err != nil {
			return
		}
		c.start(buffer[:n], from, true)
	}
}

// start puts a datagram on its way, if it ever arrives.
func (c *weakConn) start(body []byte, peer net.Addr, down bool) {
	out, ok := c.weak.pass(len(body), down, time.Now())
	if !ok {
		return
	}
	c.mu.Lock()
	heap.Push(&c.way, datagram{append([]byte(nil), body...), peer, out, down})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// deliver hands datagrams over when they are due.
func (c *weakConn) deliver() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		c.mu.Lock()
		now := time.Now()
		wait := time.Hour
		for len(c.way) > 0 {
			if wait = c.way[0].out.Sub(now); wait > 0 {
				break
			}
			d, _ := heap.Pop(&c.way).(datagram)
			c.hand(d)
		}
		c.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-c.done:
			return
		case <-c.wake:
		case <-timer.C:
		}
	}
}

func (c *weakConn) hand(d datagram) {
	if !d.down {
		_, _ = c.UDPConn.WriteTo(d.body, d.peer)
		return
	}
	select {
	case c.ready <- d:
	default:
	}
}

// ReadFrom implements net.PacketConn.
func (c *weakConn) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-c.ready:
		return copy(b, d.body), d.peer, nil
	case <-c.done:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo implements net.PacketConn.
func (c *weakConn) WriteTo(b []byte, to net.Addr) (int, error) {
	c.start(b, to, false)
	return len(b), nil
}

// Close implements net.PacketConn.
func (c *weakConn) Close() error {
	err := c.UDPConn.Close()
	c.once.Do(func() { close(c.done) })
	c.workers.Wait()
	return err
}

// datagrams are ordered by when they come out.
type datagrams []datagram

func (d datagrams) Len() int           { return len(d) }
func (d datagrams) Less(i, j int) bool { return d[i].out.Before(d[j].out) }
func (d datagrams) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *datagrams) Push(x any)        { *d = append(*d, x.(datagram)) }
func (d *datagrams) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

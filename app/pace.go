package app

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jonboulle/clockwork"
)

// pace lets each of many do something so often in a window of time, which begins with the first time. It goes by the clock that it is
// given, and knows nobody for longer than two windows.
type pace struct {
	clock  clockwork.Clock
	most   int
	window time.Duration

	mu    sync.Mutex
	seen  map[string]paced
	swept time.Time
}

// paced is how often somebody did it, since when.
type paced struct {
	since time.Time
	times int
}

// again counts one more time for somebody, and reports whether they may.
func (p *pace) again(who string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if now.Sub(p.swept) >= p.window {
		for key, one := range p.seen {
			if now.Sub(one.since) >= p.window {
				delete(p.seen, key)
			}
		}
		p.swept = now
	}
	one, known := p.seen[who]
	if !known || now.Sub(one.since) >= p.window {
		one = paced{since: now}
	}
	one.times++
	p.seen[who] = one
	return one.times <= p.most
}

// slowDownSeat lets one person in a meeting send n times in a window, however many sit behind the same address.
func (s *Server) slowDownSeat(n int, window time.Duration) fiber.Handler {
	sending := &pace{clock: s.clock, most: n, window: window, seen: map[string]paced{}}
	return func(c *fiber.Ctx) error {
		who := c.IP() + " no seat"
		if st, ok := s.seatOf(c, c.Params("code")); ok {
			who = "seat " + st.Code + " " + st.Identity
		}
		if !sending.again(who) {
			return s.stickerFault(c, errStickerFast)
		}
		return c.Next()
	}
}

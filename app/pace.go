package app

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jonboulle/clockwork"

	"parley/tenants"
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

// spent reports whether somebody did it as often as they may, without counting.
func (p *pace) spent(who string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	one, known := p.seen[who]
	return known && p.clock.Since(one.since) < p.window && one.times >= p.most
}

// slowDownGuesses lets one address try n codes or links in a window that lead nowhere. Who has found a room or an invitation is not guessing,
// whatever they are refused there: people of one office who stand before a locked meeting, or choose a password that is too short, must not
// shut out the others.
func (s *Server) slowDownGuesses(n int, window time.Duration) fiber.Handler {
	wrong := &pace{clock: s.clock, most: n, window: window, seen: map[string]paced{}}
	return func(c *fiber.Ctx) error {
		if wrong.spent(c.IP()) {
			return s.problem(c, errTooMany)
		}
		err := c.Next()
		if c.Locals(localNowhere) != nil {
			wrong.again(c.IP())
		}
		return err
	}
}

// ledNowhere writes down for slowDownGuesses that there is no such room or invitation, if that is the fault. That something is missing in a
// room that is there, like a file that was taken away, is no guess.
func ledNowhere(c *fiber.Ctx, err error) {
	if isCode(err, tenants.CodeNotFound) {
		c.Locals(localNowhere, true)
	}
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

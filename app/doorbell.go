package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// doorRest is how long a room that was told of its door is not told again: each time, everybody who may let others in asks who waits.
const doorRest = time.Second

// doorbell rings in a room when something changes at its door: at once, and then once a time for all that changes meanwhile. Whoever may come
// to the door must not decide how often those inside have to look. This goes for what one process is asked; who has missed a ring looks again
// while somebody waits.
type doorbell struct {
	mu   sync.Mutex
	rung map[tenants.RoomID]*rung
}

// rung is a room that has just been told.
type rung struct {
	room  tenants.Room
	again bool // something has changed since
}

// ring reports whether a room is told now; otherwise it is at the next turn.
func (b *doorbell) ring(room tenants.Room) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if one, resting := b.rung[room.ID]; resting {
		one.again = true
		return false
	}
	if b.rung == nil {
		b.rung = map[tenants.RoomID]*rung{}
	}
	b.rung[room.ID] = &rung{room: room}
	return true
}

// turn gives the rooms that are to be told now, and forgets those where nothing has changed.
func (b *doorbell) turn() (due []tenants.Room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, one := range b.rung {
		if !one.again {
			delete(b.rung, id)
			continue
		}
		one.again = false
		due = append(due, one.room)
	}
	return due
}

// tellOfWaiting tells those in a meeting who may let others in to look who waits, now or within a second. Nobody else hears of it.
func (s *Server) tellOfWaiting(ctx context.Context, room tenants.Room) error {
	if !s.bell.ring(room) {
		return nil
	}
	return s.callToDoor(ctx, room)
}

func (s *Server) callToDoor(ctx context.Context, room tenants.Room) error {
	keepers, err := s.tenants.Org(room.Org).Doorkeepers(ctx, room.ID)
	if err != nil || len(keepers) == 0 {
		return err
	}
	return s.tell(ctx, roomKey(room), topicWaiting, struct{}{}, keepers...)
}

// ringDoors tells rooms of what has changed at their doors since they were told, until the context ends.
func (s *Server) ringDoors(ctx context.Context) {
	for ctx.Err() == nil {
		for _, room := range s.bell.turn() {
			if err := s.callToDoor(ctx, room); err != nil && ctx.Err() == nil {
				s.log.Error("those inside were not told who waits", "err", fmt.Errorf("room %s: %w", room.ID, err))
			}
		}
		select {
		case <-ctx.Done():
		case <-s.clock.After(doorRest):
		}
	}
}

// slowDownDoor lets one address write n times in a window at one door, under however many names: who comes without a cookie is given another
// seat.
func (s *Server) slowDownDoor(n int, window time.Duration) fiber.Handler {
	writing := &pace{clock: s.clock, most: n, window: window, seen: map[string]paced{}}
	return func(c *fiber.Ctx) error {
		code, err := tenants.ParseCode(c.Params("code"))
		if err != nil {
			return s.hostFault(c, err)
		}
		if !writing.again(c.IP() + " " + code) {
			return s.stickerFault(c, errStickerFast)
		}
		return c.Next()
	}
}

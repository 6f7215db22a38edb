package app

import (
	"testing"

	"parley/tenants"
)

// A room is told at once of what is new, and of all that comes meanwhile once a turn.
func TestADoorRingsOnceATurn(t *testing.T) {
	var bell doorbell
	kitchen, garden := tenants.Room{ID: "kitchen"}, tenants.Room{ID: "garden"}
	rings := func(room tenants.Room, want bool) {
		t.Helper()
		if got := bell.ring(room); got != want {
			t.Errorf("%s rings: %v, want %v", room.ID, got, want)
		}
	}
	turn := func(want ...tenants.RoomID) {
		t.Helper()
		due := bell.turn()
		if len(due) != len(want) || len(due) == 1 && due[0].ID != want[0] {
			t.Errorf("a turn tells %+v, want %q", due, want)
		}
	}
	rings(kitchen, true)
	for range 100 {
		rings(kitchen, false)
	}
	rings(garden, true)
	turn("kitchen")
	rings(kitchen, false) // it was told just now
	rings(garden, true)
	turn("kitchen")
	turn()
	rings(kitchen, true)
	if turn(); len(bell.rung) != 0 {
		t.Errorf("%d quiet doors are remembered", len(bell.rung))
	}
}

package app

import (
	"context"

	"parley/sfu"
)

// Media is what the web tier asks of the media cluster. *sfu.Node satisfies it for one process, *cluster.Client for many.
type Media interface {
	// Join passes signals between the person and the room's node. It blocks until the person leaves.
	Join(ctx context.Context, h sfu.Hello, c sfu.Conn) error
	// SetLimits opens the room, or changes the limits of an open one.
	SetLimits(ctx context.Context, room sfu.RoomKey, l sfu.Limits) error
	// Remove sends one person out.
	Remove(ctx context.Context, room sfu.RoomKey, identity string, why sfu.Reason) error
	// End ends the meeting for everybody.
	End(ctx context.Context, room sfu.RoomKey, why sfu.Reason) error
	// Ready says why no meeting could be held now; nil when one could.
	Ready() error
}

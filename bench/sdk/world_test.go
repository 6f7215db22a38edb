package sdk

import (
	"context"
	"os"
	"testing"
	"time"

	lksdk "github.com/livekit/server-sdk-go/v2"

	"parley/bench/server"
)

// patience is how long anything may take on a machine that is busy.
const patience = 30 * time.Second

// startParley starts the real binary, with an organization that has a key.
func startParley(t *testing.T) *server.Server {
	t.Helper()
	program := os.Getenv("PARLEY_BINARY")
	if program == "" {
		t.Fatal("PARLEY_BINARY is not set; run: make test-sdk")
	}
	srv, err := server.Config{Parley: program, Core: -1}.Start(t.Context(), server.Parley)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the server said:\n%s", srv.Said())
		}
	})
	return srv
}

// join lets somebody into the room "studio" as the SDK's users do.
func join(t *testing.T, srv *server.Server, identity string, callback *lksdk.RoomCallback) *lksdk.Room {
	t.Helper()
	room, err := lksdk.ConnectToRoom(srv.URL, lksdk.ConnectInfo{
		APIKey: srv.Key.ID, APISecret: srv.Key.Secret, RoomName: "studio", ParticipantIdentity: identity,
	}, callback)
	if err != nil {
		t.Fatalf("%s joins: %v", identity, err)
	}
	t.Cleanup(room.Disconnect)
	return room
}

// await takes the next value of a channel.
func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case value := <-from:
		return value
	case <-ctx.Done():
		t.Fatalf("%s does not come", what)
		panic("not reached")
	}
}

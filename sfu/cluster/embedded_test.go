package cluster

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/sfu"
)

// Everything in one process: no port is open, and what the store holds is there
// after a restart.
func TestEmbedded(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	first, err := Embedded(dir, quiet(t))
	check(t, err)
	if addr := first.nats.Addr(); addr != nil {
		t.Errorf("it listens on %v", addr)
	}
	if _, err := Embedded(dir, quiet(t)); err == nil || !strings.Contains(err.Error(), "another parley") {
		t.Errorf("a second server in the same folder: %v", err)
	}
	node := newScripted(echo)
	server := mediaNode(t, first.Conn(), node, ServerOptions{})
	web := webNode(t, first.Conn(), newRing("acme"))
	check(t, web.SetLimits(within(t), lobby, hundred(1)))
	ann := joinAs(t, web, lobby, "ann")
	ann.next(t)
	ann.up <- leave()
	check(t, ann.end(t))
	p := publisher(t, first.Conn())
	p.Emit(event("kept", sfu.EventEnded))
	check(t, p.Close(within(t)))
	web.Close()
	check(t, server.Close(within(t)))
	first.Close()

	second, err := Embedded(dir, quiet(t))
	check(t, err)
	defer second.Close()
	var box inbox
	stop := consuming(t, second.Conn(), "web", box.take)
	until(t, "the event", func() bool { return len(box.ids()) == 1 })
	stop()
}

func TestEmbeddedNeedsAFolder(t *testing.T) {
	if _, err := Embedded("", quiet(t)); err == nil {
		t.Error("it starts without one")
	}
	if _, err := Embedded("/dev/null/store", quiet(t)); err == nil {
		t.Error("it starts in a folder that cannot be")
	}
	noLeaks(t)
	broken := t.TempDir()
	check(t, os.WriteFile(filepath.Join(broken, "jetstream"), nil, 0o600)) // where the store's folder should be
	if _, err := Embedded(broken, quiet(t)); err == nil || !strings.Contains(err.Error(), "storage directory") {
		t.Errorf("got %v", err)
	}
}

func TestPublisherSaysWhatItCouldNotPublish(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	nc := dial(t, srv)
	p, err := NewPublisher(nc, PublisherOptions{Logger: quiet(t), Clock: clockwork.NewRealClock()})
	check(t, err)
	stop(srv)
	p.Emit(event("lost", sfu.EventLeft))
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := p.Close(ctx); err == nil || !strings.Contains(err.Error(), "1 events") {
		t.Errorf("got %v", err)
	}
}

func TestDialSaysWhereItFailed(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	addr := free.Addr().String()
	check(t, free.Close())
	_, err = Dial("nats://ann:secret@"+addr, quiet(t))
	if err == nil || !strings.Contains(err.Error(), addr) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	if errors.Is(err, ErrUnavailable) {
		t.Error("a wrong address is not an outage")
	}
}

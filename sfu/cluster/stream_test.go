package cluster

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
)

func TestEmitNeverBlocksAndDropsRostersFirst(t *testing.T) {
	p := &Publisher{most: 4, wake: make(chan struct{}, 1)}
	for _, e := range []sfu.Event{
		event("j1", sfu.EventJoined), event("r1", sfu.EventRoster), event("l1", sfu.EventLeft), event("r2", sfu.EventRoster),
		event("e1", sfu.EventEnded), event("j2", sfu.EventJoined), event("j3", sfu.EventJoined),
	} {
		p.Emit(e)
	}
	var ids []string
	for _, e := range p.waiting {
		ids = append(ids, e.ID)
	}
	if !slices.Equal(ids, []string{"l1", "e1", "j2", "j3"}) || p.dropped != 3 {
		t.Errorf("kept %v, dropped %d", ids, p.dropped)
	}
}

// The last events come when the time to stop is over.
func TestPublisherTakesAMomentForTheLastEvents(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p, err := NewPublisher(dial(t, srv), PublisherOptions{Logger: quiet(t), Clock: clockwork.NewRealClock()})
	check(t, err)
	p.Emit(event("first", sfu.EventJoined))
	until(t, "the stream is there", func() bool { return p.Waiting() == 0 })
	p.Emit(event("last", sfu.EventLeft))
	over, cancel := context.WithCancel(context.Background())
	cancel()
	check(t, p.Close(over))
}

// Every process opens the stream when it starts. Only one that wants another
// shape may change it under the others.
func TestOpeningTheStreamAgainChangesNothing(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	js, err := jetstream.New(nc)
	check(t, err)
	advisories, err := nc.SubscribeSync("$JS.EVENT.ADVISORY.STREAM.>")
	check(t, err)
	for range 3 {
		_, err = openEvents(within(t), js, 1)
		check(t, err)
		_, err = openBindings(within(t), nc, 1)
		check(t, err)
	}
	stream, err := js.Stream(within(t), streamEvents)
	check(t, err)
	older := stream.CachedInfo().Config
	older.MaxBytes /= 2
	_, err = js.UpdateStream(within(t), older)
	check(t, err)
	stream, err = openEvents(within(t), js, 1)
	check(t, err)
	if got := stream.CachedInfo().Config.MaxBytes; got != eventsBytes {
		t.Errorf("the stream of an older version keeps %d bytes", got)
	}
	check(t, js.DeleteStream(within(t), streamEvents))
	updates := 0
	for {
		advisory, err := advisories.NextMsgWithContext(within(t))
		check(t, err)
		switch {
		case strings.Contains(advisory.Subject, ".UPDATED."):
			updates++
		case strings.Contains(advisory.Subject, ".DELETED."):
			if updates != 2 {
				t.Errorf("changed %d times, want there and back", updates)
			}
			return
		}
	}
}

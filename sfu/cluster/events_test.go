package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
)

func event(id string, kind sfu.EventKind) sfu.Event {
	return sfu.Event{ID: id, Kind: kind, Room: lobby, Identity: "ann", At: time.Unix(1_800_000_000, 0).UTC()}
}

// inbox collects what a consumer was given.
type inbox struct {
	mu  sync.Mutex
	got []sfu.Event
}

func (b *inbox) take(_ context.Context, e sfu.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, e)
	return nil
}

func (b *inbox) ids() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []string
	for _, e := range b.got {
		ids = append(ids, e.ID)
	}
	return ids
}

// consuming runs a consumer until the test ends or stop is called.
func consuming(t *testing.T, nc *nats.Conn, durable string, handle func(context.Context, sfu.Event) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Consume(ctx, nc, ConsumerOptions{Logger: quiet(t), Clock: clockwork.NewRealClock(), Durable: durable}, handle)
	}()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("consume: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

func publisher(t *testing.T, nc *nats.Conn) *Publisher {
	t.Helper()
	p, err := NewPublisher(nc, PublisherOptions{Logger: quiet(t), Clock: clockwork.NewRealClock()})
	check(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = p.Close(ctx)
	})
	return p
}

func TestEventsArriveAsTheyAre(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p := publisher(t, dial(t, srv))
	sent := []sfu.Event{
		event("1", sfu.EventJoined),
		{ID: "2", Kind: sfu.EventRoster, Room: lobby, Roster: []string{"ann", "bob – ünï"}, At: time.Unix(1_800_000_015, 5).UTC()},
		{ID: "3", Kind: sfu.EventLeft, Room: lobby, Identity: "ann", Name: "Ann", SID: "PA_1", Reason: sfu.ReasonLeft, At: time.Unix(1_800_000_020, 0).UTC()},
		{ID: "5", Kind: sfu.EventQuality, Room: lobby, SID: "RM_1", At: time.Unix(1_800_000_075, 0).UTC(), Quality: []sfu.QualityMinute{
			{Identity: "ann", Minute: time.Unix(1_800_000_000, 0).UTC(), Score: 48, RTT: 21, Jitter: 4, Layer: 2},
			{Identity: "bob – ünï", Minute: time.Unix(1_800_000_000, 0).UTC(), Score: 17, LossUp: 180, LossDown: 1000, Layer: -1, Cause: sfu.CauseUplink},
		}},
		{ID: "4", Kind: sfu.EventEnded, Room: lobby, Reason: sfu.ReasonLimit, At: time.Unix(1_800_002_400, 0).UTC()},
	}
	for _, e := range sent {
		p.Emit(e)
	}
	var box inbox
	consuming(t, dial(t, srv), "web", box.take)
	until(t, "all events", func() bool { return len(box.ids()) == len(sent) })
	for i, e := range box.got {
		if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", sent[i]) {
			t.Errorf("got %+v, want %+v", e, sent[i])
		}
	}
	if n := p.Waiting(); n != 0 {
		t.Errorf("%d events still wait", n)
	}
}

// The same event published twice, by a node that did not hear the first
// acknowledgement, is delivered once.
func TestDuplicateEventsAreDeliveredOnce(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p, q := publisher(t, dial(t, srv)), publisher(t, dial(t, srv))
	for i := range 50 {
		for range 3 {
			p.Emit(event(fmt.Sprint(i), sfu.EventJoined))
			q.Emit(event(fmt.Sprint(i), sfu.EventJoined))
		}
	}
	until(t, "all is published", func() bool { return p.Waiting()+q.Waiting() == 0 })
	p.Emit(event("last", sfu.EventEnded))
	var box inbox
	consuming(t, dial(t, srv), "web", box.take)
	until(t, "the last event", func() bool { return slices.Contains(box.ids(), "last") })
	ids := box.ids()
	slices.Sort(ids)
	if n := len(slices.Compact(slices.Clone(ids))); n != 51 || len(ids) != 51 {
		t.Errorf("%d deliveries of %d events", len(ids), n)
	}
}

// Nobody consumes for a while; what happened meanwhile comes when somebody is
// back, once, also after a restart of the consumer.
func TestEventsWaitForTheWebTier(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p := publisher(t, dial(t, srv))
	var box inbox
	stop := consuming(t, dial(t, srv), "web", box.take)
	p.Emit(event("before", sfu.EventJoined))
	until(t, "the first event", func() bool { return len(box.ids()) == 1 })
	stop()
	p.Emit(event("meanwhile", sfu.EventEnded))
	until(t, "it is published", func() bool { return p.Waiting() == 0 })
	consuming(t, dial(t, srv), "web", box.take)
	until(t, "what happened meanwhile", func() bool { return slices.Contains(box.ids(), "meanwhile") })
	p.Emit(event("after", sfu.EventJoined))
	until(t, "the next event", func() bool { return slices.Contains(box.ids(), "after") })
	if ids := box.ids(); !slices.Equal(ids, []string{"before", "meanwhile", "after"}) {
		t.Errorf("got %v", ids)
	}
}

// Web nodes of one name share the events; another name gets all of them.
func TestConsumersShareByName(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p := publisher(t, dial(t, srv))
	var one, two, audit inbox
	consuming(t, dial(t, srv), "web", one.take)
	consuming(t, dial(t, srv), "web", two.take)
	consuming(t, dial(t, srv), "audit", audit.take)
	for i := range 100 {
		p.Emit(event(fmt.Sprint(i), sfu.EventJoined))
	}
	until(t, "all events, twice", func() bool { return len(one.ids())+len(two.ids()) >= 100 && len(audit.ids()) >= 100 })
	ids := append(one.ids(), two.ids()...)
	slices.Sort(ids)
	if len(ids) != 100 || len(slices.Compact(ids)) != 100 || len(audit.ids()) != 100 {
		t.Errorf("%d and %d events", len(ids), len(audit.ids()))
	}
}

func TestFailedEventComesAgain(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	p := publisher(t, dial(t, srv))
	var box inbox
	tries := map[string]int{}
	consuming(t, dial(t, srv), "web", func(ctx context.Context, e sfu.Event) error {
		tries[e.ID]++
		if e.ID == "hard" && tries[e.ID] < 3 {
			return errors.New("database is away")
		}
		return box.take(ctx, e)
	})
	p.Emit(event("hard", sfu.EventJoined))
	p.Emit(event("easy", sfu.EventJoined))
	until(t, "both", func() bool { return len(box.ids()) == 2 })
	if ids := box.ids(); !slices.Equal(ids, []string{"easy", "hard"}) {
		t.Errorf("got %v: one that fails must not hold up the others", ids)
	}
}

// Garbage on the stream is left out, and does not come again.
func TestUnreadableEventIsLeftOut(t *testing.T) {
	noLeaks(t)
	srv := natsServer(t)
	nc := dial(t, srv)
	js, err := jetstream.New(nc)
	check(t, err)
	_, err = openEvents(within(t), js, 1)
	check(t, err)
	for _, garbage := range []string{"", "{", `{"ID":""}`, `{"ID":"x","Room":{"Tenant":"","Room":"r"}}`} {
		_, err := js.Publish(within(t), subjectEvents+"joined", []byte(garbage))
		check(t, err)
	}
	p := publisher(t, nc)
	p.Emit(event("good", sfu.EventJoined))
	var box inbox
	consuming(t, nc, "web", box.take)
	until(t, "the good one", func() bool { return len(box.ids()) > 0 })
	if ids := box.ids(); !slices.Equal(ids, []string{"good"}) {
		t.Errorf("got %v", ids)
	}
	until(t, "all are settled", func() bool {
		c, err := js.Consumer(within(t), streamEvents, "web")
		check(t, err)
		info, err := c.Info(within(t))
		check(t, err)
		return info.NumAckPending == 0 && info.NumPending == 0
	})
}

// NATS goes away and comes back, with its store: nothing is lost, and nobody
// was blocked.
func TestEventsOutliveNATS(t *testing.T) {
	noLeaks(t)
	dir := t.TempDir()
	srv := natsServerAt(t, dir, server.RANDOM_PORT)
	port := srv.Addr().(*net.TCPAddr).Port
	p := publisher(t, dial(t, srv))
	var box inbox
	consuming(t, dial(t, srv), "web", box.take)
	p.Emit(event("before", sfu.EventJoined))
	until(t, "the first event", func() bool { return len(box.ids()) == 1 })

	stop(srv)
	for i := range 200 {
		p.Emit(event(fmt.Sprint(i), sfu.EventJoined))
	}
	if n := p.Waiting(); n != 200 {
		t.Errorf("%d events wait", n)
	}
	natsServerAt(t, dir, port)
	until(t, "all events", func() bool { return len(box.ids()) >= 201 })
	ids := box.ids()
	slices.Sort(ids)
	if len(ids) != 201 || len(slices.Compact(ids)) != 201 {
		t.Errorf("%d deliveries", len(ids))
	}
}

// A consumer that stops gives back what it had fetched; the next one need not
// wait for it to be missed.
func TestStoppingGivesBackWhatIsNotHandled(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	p := publisher(t, nc)
	for i := range 50 {
		p.Emit(event(fmt.Sprint(i), sfu.EventJoined))
	}
	until(t, "all is published", func() bool { return p.Waiting() == 0 })
	back, err := nc.SubscribeSync("$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED." + streamEvents + ".web")
	check(t, err)
	stop := consuming(t, nc, "web", func(ctx context.Context, _ sfu.Event) error {
		<-ctx.Done()
		return ctx.Err()
	})
	js, err := jetstream.New(nc)
	check(t, err)
	fetched := 0
	until(t, "some are fetched", func() bool {
		consumer, err := js.Consumer(within(t), streamEvents, "web")
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			return false
		}
		check(t, err)
		fetched = consumer.CachedInfo().NumAckPending
		return fetched >= unacked/2
	})
	stop()
	until(t, "they are given back", func() bool {
		n, _, err := back.Pending()
		check(t, err)
		return n >= fetched
	})
}

func TestConsumerNeedsAName(t *testing.T) {
	for _, name := range []string{"", "a.b", "a b", "*"} {
		if err := Consume(context.Background(), nil, ConsumerOptions{Durable: name}, nil); err == nil {
			t.Errorf("%q passes", name)
		}
	}
}

func (b *inbox) events() []sfu.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

func TestBehindCountsWhatIsNotHandled(t *testing.T) {
	noLeaks(t)
	nc := dial(t, natsServer(t))
	p := publisher(t, nc)
	for _, id := range []string{"1", "2", "3"} {
		p.Emit(event(id, sfu.EventJoined))
	}
	opts := ConsumerOptions{Logger: quiet(t), Clock: clockwork.NewRealClock(), Durable: "web"}
	behind := func(want uint64) func() bool {
		return func() bool {
			n, err := Behind(t.Context(), nc, opts)
			check(t, err)
			return n == want
		}
	}
	until(t, "three events wait", behind(3))
	failing := errors.New("the store is down")
	stop := consuming(t, nc, "web", func(context.Context, sfu.Event) error { return failing })
	until(t, "failed events still wait", behind(3))
	stop()
	consuming(t, nc, "web", (&inbox{}).take)
	until(t, "nothing waits", behind(0))
}

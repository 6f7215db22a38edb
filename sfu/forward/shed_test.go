package forward

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOneTightWayHoldsNobodyElseUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tight, wide := newWay(t), newWay(t)
		camera := tight.lane(vp8Codec, 2)
		other := wide.laneOf(camera.track, vp8Codec, 2, true)
		tight.tighten(200_000, camera)
		for i := range 60 {
			before := len(other.out.packets)
			camera.frame(10, i%10 == 0)
			if got := len(other.out.packets) - before; got != 10 {
				t.Fatalf("frame %d: %d of 10 packets for who has room", i, got)
			}
			if q := &tight.path.pacer; q.bytes > queueKeys*q.bound()+2000 || len(q.media) > queueMost {
				t.Fatalf("%d bytes, %d packets wait", q.bytes, len(q.media))
			}
			tight.sleep(33 * time.Millisecond)
		}
		if camera.track.counters.Shed.Load() == 0 {
			t.Error("nothing was dropped of ten times what the way carries")
		}
	})
}

func TestAFullQueueDropsWhatMattersLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		screen, tile := w.lane(vp8Codec, 0), w.lane(vp8Codec, 2)
		w.tighten(300_000, tile)
		screen.frame(1, true)
		tile.frame(2, true)
		requests := tile.src.requests
		sent := 1
		for range 14 { // too much for the queue
			tile.frame(1, false)
			screen.frame(1, false)
			sent++
		}
		if w.path.Estimate().Shed == 0 || tile.track.counters.Shed.Load() == 0 {
			t.Fatal("nothing was dropped")
		}
		if q := &w.path.pacer; q.bytes > q.bound() {
			t.Errorf("%d bytes wait, the bound is %d", q.bytes, q.bound())
		}
		if shed := screen.track.counters.Shed.Load(); shed > 2 {
			t.Errorf("%d packets of what is shared were dropped", shed)
		}
		tile.frame(1, false)
		if tile.src.requests != requests {
			t.Error("a key frame was asked for while there is no room for it")
		}
		w.sleep(2 * time.Second)
		before := len(tile.out.packets)
		tile.frame(1, false)
		if tile.src.requests != requests+1 || len(tile.out.packets) != before {
			t.Errorf("%d requests for a key frame, and %d packets that need one", tile.src.requests-requests, len(tile.out.packets)-before)
		}
		tile.frame(2, true)
		tile.frame(1, false)
		w.sleep(2 * time.Second)
		if got := len(tile.out.packets) - before; got != 3 {
			t.Errorf("%d of 3 packets from the key frame on", got)
		}
		tile.whole()
		screen.whole()
	})
}

func TestAKeyFrameLargerThanTheQueueComesThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWay(t)
		camera := w.lane(vp8Codec, 2)
		w.tighten(100_000, camera)
		before := len(camera.out.packets)
		camera.frame(25, true) // the bound is 15 kB
		for range 20 {
			camera.frame(1, false)
		}
		w.sleep(5 * time.Second)
		if got := len(camera.out.packets) - before; got != 25 {
			t.Errorf("%d packets, want the 25 of the key frame", got)
		}
		camera.whole()
	})
}

func TestWhatWaitsOfAMutedTrackIsNeverSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, stop := range map[string]func(*lane){
			"muted": func(l *lane) { l.track.SetMuted(true) }, "hidden": func(l *lane) { l.sub.SetPaused(true) },
			"held": func(l *lane) { l.sub.SetAllotment(0, true) }, "unbound": func(l *lane) { _ = l.sub.Unbind(nil) },
		} {
			w := newWay(t)
			camera := w.lane(vp8Codec, 2)
			w.tighten(300_000, camera)
			camera.frame(8, true)
			stop(camera)
			before := len(camera.out.packets)
			w.sleep(time.Second)
			if after := len(camera.out.packets); after != before || !w.path.pacer.idle() {
				t.Errorf("%s: %d packets left after", name, after-before)
			}
		}
	})
}

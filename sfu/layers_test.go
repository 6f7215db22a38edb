package sfu_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/pion/webrtc/v3"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// simulcast is a camera in three layers, whose peer stops those that nobody
// watches.
func simulcast() sfutest.Source {
	camera := sfutest.Camera()
	camera.Simulcast, camera.Dynacast = true, true
	return camera
}

// shown waits until a peer receives a layer of the only video that there is.
func (w *world) shown(peer *sfutest.Peer, layer int) {
	w.t.Helper()
	w.until(peer, "layer "+sfutest.Rids()[layer], func() bool {
		for _, track := range peer.Tracks() {
			if track.Kind == video && track.Received() > 0 && track.Layer() == layer {
				return true
			}
		}
		return false
	})
}

func TestLayerAskedForIsLayerGot(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		for _, codec := range []string{webrtc.MimeTypeVP8, webrtc.MimeTypeH264} {
			t.Run(name+" "+codec, func(t *testing.T) {
				t.Parallel()
				w := realWorld(t)
				ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
				source := simulcast()
				source.Codec = codec
				camera := w.publish(ann, source)
				w.shown(bob, 2)
				for _, step := range []struct{ width, height, layer uint32 }{{320, 180, 0}, {640, 360, 1}, {900, 500, 2}, {100, 50, 0}, {5000, 5000, 2}} {
					w.ok(bob.Show(camera.SID(), step.width, step.height, false))
					w.shown(bob, int(step.layer))
				}
			})
		}
	}
}

func TestLayerThatDiesIsReplacedAndComesBack(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	camera := w.publish(ann, simulcast())
	w.shown(bob, 2)
	camera.Stream("f").SetStopped(true)
	w.shown(bob, 1)
	camera.Stream("h").SetStopped(true)
	w.shown(bob, 0)
	camera.Stream("f").SetStopped(false)
	w.shown(bob, 2)
}

func TestNobodySendsWhatNobodyWatches(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClock()
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 10})
	ann := w.join("ann", sfutest.Options{})
	camera := w.publish(ann, simulcast())
	sid := camera.SID()
	w.until(ann, "pictures", func() bool { return camera.Sent() > 10 })
	w.ok(ann.Connected(w.ctx)) // in time that passes this fast, she would be taken for somebody who never will be

	// seconds lets time pass, one tick after the other.
	seconds := func(n int) {
		for range n {
			w.ok(clock.BlockUntilContext(w.ctx, 2))
			clock.Advance(time.Second)
		}
	}
	asked := func(peer *sfutest.Peer, quality int) {
		t.Helper()
		w.until(peer, "another quality", func() bool { return ann.Asked(sid, webrtc.MimeTypeVP8) == quality })
	}
	// until less is asked for; the node counts the seconds by itself.
	sinks := func(quality int) {
		t.Helper()
		w.until(ann, "less", func() bool { seconds(1); return ann.Asked(sid, webrtc.MimeTypeVP8) == quality })
	}
	sinks(-1)

	// Without feedback on delays: a busy machine looks like a weak network, and the
	// node's clock stands still between the steps.
	bob, cat := w.join("bob", sfutest.Options{Feedback: sfutest.ReportsOnly}), w.join("cat", sfutest.Options{SinglePC: true, Feedback: sfutest.ReportsOnly})
	asked(ann, 2)
	w.shown(bob, 2)
	w.shown(cat, 2)
	w.ok(bob.Show(sid, 640, 360, false))
	w.ok(cat.Show(sid, 320, 180, false))
	sinks(1)
	w.shown(bob, 1)
	w.shown(cat, 0)
	if camera.Stream("f").Sent() == 0 {
		t.Error("the best layer was never sent")
	}
	w.ok(cat.Show(sid, 1280, 720, false)) // at once, without a tick
	asked(ann, 2)
	w.shown(cat, 2)
	w.ok(bob.Show(sid, 0, 0, true))
	cat.Leave()
	sinks(-1)
	w.ok(bob.Show(sid, 1280, 720, false))
	asked(ann, 2)
	w.shown(bob, 2)
}

func TestBackupCodec(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			// Pion negotiates codecs once, with the first section: on a connection
			// of its own, ann could not publish in another one later.
			ann := w.join("ann", sfutest.Options{SinglePC: true})
			source := sfutest.Camera()
			source.Codec, source.Backup, source.Dynacast = webrtc.MimeTypeVP9, webrtc.MimeTypeVP8, true
			camera := w.publish(ann, source)
			if codecs := camera.Info().GetCodecs(); len(codecs) != 2 || codecs[1].GetMimeType() != webrtc.MimeTypeVP8 {
				t.Errorf("published as %v", codecs)
			}
			bob := w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.ok(bob.Hears(w.ctx, "ann", video, 10))
			if asked := ann.Asked(camera.SID(), webrtc.MimeTypeVP8); asked == 0 || asked == 1 {
				t.Errorf("quality %d of a backup that nobody needs", asked)
			}

			cat := w.join("cat", sfutest.Options{SinglePC: single[2], OnlyVP8: true})
			w.until(ann, "a wish for the backup", func() bool {
				return ann.Asked(camera.SID(), webrtc.MimeTypeVP8) == 2 && ann.Asked(camera.SID(), webrtc.MimeTypeVP9) == 2
			})
			source.Codec, source.Backup, source.Of = webrtc.MimeTypeVP8, "", camera.SID()
			backup := w.publish(ann, source)
			if backup.SID() != camera.SID() {
				t.Errorf("the backup is track %s, not %s", backup.SID(), camera.SID())
			}
			w.ok(cat.Hears(w.ctx, "ann", video, 20))
			w.ok(bob.Hears(w.ctx, "ann", video, 20))
			for peer, codec := range map[*sfutest.Peer]string{bob: webrtc.MimeTypeVP9, cat: webrtc.MimeTypeVP8} {
				for _, track := range peer.Tracks() {
					if track.Codec != codec || track.SID != camera.SID() {
						t.Errorf("received %s as %s, want %s", track.SID, track.Codec, codec)
					}
				}
			}
			if n := tracksOf(bob, "ann"); n != 1 {
				t.Errorf("ann has %d tracks, want 1", n)
			}
			w.ok(camera.SetMuted(true))
			w.ok(camera.Unpublish())
			w.until(bob, "no track of ann's", func() bool { return tracksOf(bob, "ann") == 0 })
			w.until(cat, "no track of ann's", func() bool { return tracksOf(cat, "ann") == 0 })
		})
	}
}

func TestBackupThatWasNotNamedIsRefused(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	source := sfutest.Camera()
	source.Codec, source.Backup = webrtc.MimeTypeVP9, webrtc.MimeTypeVP8
	camera := w.publish(ann, source)
	second := sfutest.Camera()
	second.Of = camera.SID()
	if _, err := bob.Publish(w.ctx, second); !sfutest.ErrRefused(err) {
		t.Errorf("a backup of somebody else's track: %v", err)
	}
	second.Codec = webrtc.MimeTypeH264
	if _, err := ann.Publish(w.ctx, second); !sfutest.ErrRefused(err) {
		t.Errorf("a backup in a codec that was not named: %v", err)
	}
	plain := w.publish(ann, sfutest.Camera())
	second.Codec, second.Of = webrtc.MimeTypeVP8, plain.SID()
	if _, err := ann.Publish(w.ctx, second); !sfutest.ErrRefused(err) {
		t.Errorf("a backup of a track that has none: %v", err)
	}
}

func TestLateJoinerSeesNothingFromBeforeTheCameraWasStopped(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann := w.join("ann", sfutest.Options{SinglePC: single[0]})
			source := sfutest.Camera()
			camera := w.publish(ann, source)
			camera.Mark(1)
			bob := w.join("bob", sfutest.Options{SinglePC: single[1]})
			w.ok(bob.Hears(w.ctx, "ann", video, 30))
			sees := func(identity string, mark uint8) {
				t.Helper()
				late := w.join(identity, sfutest.Options{SinglePC: single[2]})
				w.ok(late.Hears(w.ctx, "ann", video, 30))
				for _, track := range late.Tracks() {
					if track.Kind == video && track.Oldest() != mark {
						t.Errorf("%s sees pictures of mark %d, want %d", identity, track.Oldest(), mark)
					}
				}
			}
			muted := func(want bool) {
				t.Helper()
				w.ok(camera.SetMuted(want))
				w.until(bob, "the camera to stop or go on", func() bool {
					tracks := bob.People()["ann"].GetTracks()
					return len(tracks) == 1 && tracks[0].GetMuted() == want
				})
			}
			muted(true)
			camera.Mark(2)
			muted(false)
			sees("cat", 2)

			w.ok(camera.Unpublish())
			w.until(bob, "the end of the track", func() bool { return tracksOf(bob, "ann") == 0 })
			source.Mark = 3
			w.publish(ann, source)
			w.until(bob, "the track again", func() bool { return tracksOf(bob, "ann") == 1 })
			sees("dan", 3)
		})
	}
}

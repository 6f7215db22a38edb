package sfu_test

import (
	"strings"
	"testing"

	"parley/sfu/sfutest"
)

func TestLostVideoComesOnTheRepairStream(t *testing.T) {
	t.Parallel()
	for name, single := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			ann, bob := w.join("ann", sfutest.Options{SinglePC: single[0]}), w.join("bob", sfutest.Options{SinglePC: single[1]})
			for range 3 { // sections that are used again have repair streams too
				camera := w.publish(ann, sfutest.Camera())
				w.ok(bob.Hears(w.ctx, "ann", video, 10))
				track := bob.Tracks()[camera.SID()]
				w.until(bob, "packets that are sent again", func() bool {
					w.ok(bob.Nack(track))
					return track.Repaired() > 0
				})
				w.ok(camera.Unpublish())
				w.until(bob, "no track", func() bool { return len(bob.Tracks()) == 0 })
			}
		})
	}
}

// Chromium takes the first SSRC of a section for its media.
func TestTheRepairStreamIsDescribedAfterItsMedia(t *testing.T) {
	t.Parallel()
	w := realWorld(t)
	ann, bob := w.join("ann", sfutest.Options{}), w.join("bob", sfutest.Options{})
	w.publish(ann, sfutest.Camera())
	w.ok(bob.Hears(w.ctx, "ann", video, 1))
	for _, message := range bob.Messages() {
		_, group, found := strings.Cut(message.GetOffer().GetSdp(), "a=ssrc-group:FID ")
		if !found {
			continue
		}
		group, lines, _ := strings.Cut(group, "\r\n")
		media, repair, _ := strings.Cut(group, " ")
		if last, first := strings.LastIndex(lines, "a=ssrc:"+media+" "), strings.Index(lines, "a=ssrc:"+repair+" "); last < 0 || first < last {
			t.Errorf("media %s, repair %s:\n%s", media, repair, lines)
		}
		return
	}
	t.Error("no repair stream was offered")
}

package sfu_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

func TestNothingIsForwardedAfterSomebodyIsSentAway(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(*world) error{
		"removed": func(w *world) error { return w.node.Remove(w.ctx, acme, "ann", sfu.ReasonRemoved) },
		"banned":  func(w *world) error { return w.node.Ban(w.ctx, acme, sfu.BanRule{Identity: "ann"}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := realWorld(t)
			token := w.token(acme, sfu.Grant{Identity: "ann"})
			ann := w.join("ann", sfutest.Options{Token: token})
			bob, eve := w.join("bob", sfutest.Options{}), w.join("eve", sfutest.Options{SinglePC: true})
			microphone := w.publish(ann, sfutest.Microphone())
			w.publish(eve, sfutest.Microphone())
			w.ok(bob.Hears(w.ctx, "ann", audio, 5))
			w.ok(ann.Hears(w.ctx, "eve", audio, 5))
			heard := bob.Tracks()[microphone.SID()]
			var mine *sfutest.Track
			for _, track := range ann.Tracks() {
				mine = track
			}
			w.ok(send(w))

			// Whoever was sent away tries everything to stay: the old token, the
			// session from before with an ICE restart, going on sending.
			if err := ann.Resume(w.ctx); err == nil {
				if leave := w.sentAway(ann); leave.GetReason() != livekit.DisconnectReason_PARTICIPANT_REMOVED && leave.GetAction() != livekit.LeaveRequest_RECONNECT {
					t.Errorf("a resume is answered with %v", leave)
				}
			}
			if _, err := sfutest.Connect(w.ctx, w.node, sfutest.Options{Token: token}); !sfutest.ErrRefused(err) {
				t.Errorf("the old token: %v", err)
			}
			if err := w.node.Join(w.ctx, sfu.Hello{Token: token, Reconnect: true, SID: ann.SID()}, sfutest.NewPipe()); !errors.Is(err, sfu.ErrRemoved) {
				t.Errorf("the old session: %v", err)
			}
			w.silent(bob, heard, "eve")
			w.silent(bob, mine, "eve")
			if subscriptions, err := w.node.Subscriptions(w.ctx, acme); err != nil || len(subscriptions) != 1 {
				t.Errorf("who hears whom: %v, %v", subscriptions, err)
			}
		})
	}
}

func TestBans(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	w := newWorld(t, clock)
	w.open(acme, sfu.Limits{Participants: 100})
	fresh := func(identity string, devices ...string) sfutest.Options {
		clock.Advance(2 * time.Second)
		return sfutest.Options{SignalingOnly: true, Token: w.token(acme, sfu.Grant{Identity: identity, Devices: devices})}
	}
	refused := func(what string, options sfutest.Options) {
		t.Helper()
		if peer, err := sfutest.Connect(w.ctx, w.node, options); !sfutest.ErrRefused(err) {
			t.Errorf("%s: %v", what, err)
			peer.Drop()
		}
	}
	ann, bob := w.join("ann", fresh("ann", "d-laptop")), w.join("bob", fresh("bob", "d-laptop", "u-7"))
	if shown := bob.People()["ann"].String() + bob.Join().String(); strings.Contains(shown, "d-laptop") {
		t.Error("a device is shown to others")
	}
	w.ok(w.node.Ban(w.ctx, acme, sfu.BanRule{Identity: "ann"}))
	for _, peer := range []*sfutest.Peer{ann, bob} { // bob sits at the same machine: they are one
		if leave := w.sentAway(peer); leave.GetReason() != livekit.DisconnectReason_PARTICIPANT_REMOVED {
			t.Errorf("sent away with %v", leave)
		}
	}
	refused("a new token", fresh("ann", "d-phone"))
	refused("another name on the same device", fresh("visitor", "d-other", "d-laptop"))
	w.join("visitor", fresh("visitor", "d-other"))

	w.ok(w.node.Unban(w.ctx, acme, sfu.BanRule{Identity: "ann"}))
	w.join("ann", fresh("ann", "d-laptop"))
	w.join("bob", fresh("bob", "d-laptop"))

	w.ok(w.node.Ban(w.ctx, acme, sfu.BanRule{Devices: []string{"d-laptop"}}))
	refused("a device that was banned by itself", fresh("carl", "d-laptop"))
	w.ok(w.node.Unban(w.ctx, acme, sfu.BanRule{Devices: []string{"d-laptop"}}))
	w.join("carl", fresh("carl", "d-laptop"))

	w.ok(w.node.Ban(w.ctx, acme, sfu.BanRule{Identity: "carl", Before: clock.Now().Add(time.Minute)}))
	refused("a token from before", fresh("carl"))
	w.join("dora", fresh("dora", "d-laptop")) // not for good: the device may come
	clock.Advance(time.Minute)
	w.join("carl", fresh("carl"))
}

package cluster

import (
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// Somebody checks their network where web and media are processes of their own: the
// check goes through, by another web node than the one that opened its room, and
// nobody else hears of it, not the web tier's list of rooms and not its events.
func TestANetworkIsCheckedAcrossTheCluster(t *testing.T) {
	for name, one := range map[string]bool{"two connections": false, "one connection": true} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			srv := natsServer(t)
			for range 2 {
				mediaTier(t, srv, clockwork.NewRealClock())
			}
			first, second := newWebTier(t, srv), newWebTier(t, srv)
			var heard inbox
			consuming(t, first.conn, "web", heard.take)

			room := sfu.RoomKey{Tenant: lobby.Tenant, Room: "check"}
			check(t, first.SetLimits(within(t), room, sfu.Limits{Participants: 1, EndsAt: time.Now().Add(patience), Check: true}))
			ann, err := sfutest.Connect(within(t), second.Client, sfutest.Options{Token: token(t, room, "ann"), SinglePC: one})
			check(t, err)
			t.Cleanup(ann.Leave)
			check(t, ann.SendData(within(t), sfutest.Text(sfu.TopicCheckEcho, "hello?"), livekit.DataPacket_RELIABLE))
			check(t, ann.Until(within(t), "the node's answer", func() bool {
				return slices.ContainsFunc(ann.Packets(), func(p *livekit.DataPacket) bool {
					return p.GetUser().GetTopic() == sfu.TopicCheckEcho && string(p.GetUser().GetPayload()) == "hello?"
				})
			}))
			for _, web := range []*webTier{first, second} {
				if rooms := must[[]*livekit.Room](t)(web.RoomsOf(within(t), lobby.Tenant, nil)); len(rooms) != 0 {
					t.Errorf("open rooms: %v", rooms)
				}
			}
			ann.Leave()

			// What comes after it is heard of, and alone.
			check(t, second.SetLimits(within(t), lobby, hundred(1)))
			connect(t, first.Client, "bob", one)
			until(t, "word of bob", func() bool {
				return slices.ContainsFunc(heard.events(), func(e sfu.Event) bool { return e.Kind == sfu.EventJoined && e.Identity == "bob" })
			})
			for _, e := range heard.events() {
				if e.Room != lobby {
					t.Errorf("the world heard of the check: %+v", e)
				}
			}
		})
	}
}

package app_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/tenants"
)

// Hands come in the server's order; the host who leaves is followed by a co-host, and leads again when back.
func TestHandsAndWhoFollowsTheHost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		code := ann.room(org)
		ann.get("/m/" + code).status(200)
		host := ann.join(code, "Ann")
		first := dial(t, host)
		member := bob.join(code, "Bob")
		second := dial(t, member)
		gil := w.browser()
		guest := gil.join(code, "Gil")
		third := dial(t, guest)
		eventually(t, "three are in", func() bool { return first.others() == 2 })
		gil.postJSON("/m/"+code+"/hand", form("on", "yes")).status(200)
		bob.postJSON("/m/"+code+"/hand", form("on", "yes")).status(200)
		order := func(p *peer, want ...string) func() bool {
			return func() bool {
				var got []string
				for _, h := range p.heard().Hands {
					got = append(got, h.ID)
				}
				return slices.Equal(got, want)
			}
		}
		eventually(t, "hands in order", order(first, guest.Identity, member.Identity))
		ann.press(code, "cohost", "id", guest.Identity, "on", "yes")
		first.Leave()
		eventually(t, "the co-host leads", func() bool { return second.heard().Host == guest.Identity })
		gil.get("/m/" + code + "/room").status(200)
		gil.press(code, "lower")
		eventually(t, "no hands", order(second))
		third.Leave()
		eventually(t, "the member leads", func() bool { return second.heard().Host == member.Identity })
		dial(t, ann.join(code, "Ann"))
		eventually(t, "the host leads again", func() bool { return second.heard().Host == host.Identity })
		dial(t, gil.join(code, "Gil"))
		eventually(t, "everybody knows the co-host who is back", func() bool { return slices.Contains(second.heard().CoHosts, guest.Identity) })
	})
}

// Who leads lets others in and ends the meeting, a guest too; who only sits in it does neither, and a member lets in and does not end.
func TestWhoLeadsHoldsTheDoor(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		code := ann.room(org)
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		there := dial(t, ann.join(code, "Ann"))
		dial(t, bob.join(code, "Bob"))
		gil, hal, ida := w.browser(), w.browser(), w.browser()
		gil.postJoin(code, "Gil").status(303)
		ann.letIn(code)
		session := gil.join(code, "Gil")
		guest := dial(t, session)
		hal.postJoin(code, "Hal").status(303).location("/m/" + code + "/waiting")
		ida.postJoin(code, "Ida").status(303).location("/m/" + code + "/waiting")
		eventually(t, "three are in", func() bool { return there.others() == 2 })

		first := ann.waiting(code)[0].Identity // Hal
		for name, b := range map[string]*browser{"a guest": gil, "who waits": hal} {
			b.do("GET", "/m/"+code+"/waiters", "application/json", nil).status(403).lacks(first)
			if got := b.postJSON("/m/"+code+"/waiters", form("admit", "yes", "id", first)); got.code != 403 {
				t.Errorf("%s lets somebody in: %d", name, got.code)
			}
			if got := b.postJSON("/m/"+code+"/end", form()); got.code != 403 {
				t.Errorf("%s ends the meeting: %d", name, got.code)
			}
		}
		bob.postJSON("/m/"+code+"/end", form()).status(403)
		if len(bob.waiting(code)) != 2 {
			t.Error("a member who is in does not see who waits")
		}

		ann.press(code, "cohost", "id", session.Identity, "on", "yes")
		if len(gil.waiting(code)) != 2 {
			t.Error("a guest who leads does not see who waits")
		}
		gil.postJSON("/m/"+code+"/waiters", form("admit", "yes", "id", first)).status(204)
		dial(t, hal.join(code, "Hal"))
		eventually(t, "who was let in is in", func() bool { return there.others() == 3 })
		ida.postJSON("/m/"+code+"/waiting", form()).status(200)
		eventually(t, "who leads is told to look", func() bool {
			return slices.ContainsFunc(guest.Packets(), func(p *livekit.DataPacket) bool { return p.GetUser().GetTopic() == "parley.waiting" })
		})
		gil.postJSON("/m/"+code+"/end", form()).status(204)
		there.sentAway()
	})
}

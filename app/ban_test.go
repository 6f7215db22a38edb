package app_test

import (
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
)

// A guest who was banned stays out, whatever they call themselves, and also when they sign up and are somebody from then on.
func TestABannedGuestStaysOut(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host, guest := dial(t, ann.join(code, "Ann")), w.browser()
	session := guest.join(code, "Leila")
	rowdy := dial(t, session)
	eventually(t, "the two see each other", func() bool { return host.others() == 1 })
	key := w.node.Rooms()[0].Room

	must(t, w.node.Ban(t.Context(), key, sfu.BanRule{Identity: session.Identity}))
	rowdy.sentAway()
	if reason := rowdy.LeaveRequest().GetReason(); reason != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("banned with %s", reason)
	}
	refused := func(name string) {
		t.Helper()
		again := guest.join(code, name)
		if p, err := sfutest.Dial(t.Context(), again.ServerURL, sfutest.Options{Token: again.Token}); !sfutest.ErrRefused(err) {
			t.Errorf("%s got in, or fell over: %v", name, err)
			p.Leave()
		}
	}
	refused("Leila")
	refused("Somebody else")
	guest.get("/signup").status(200)
	guest.post("/signup", form("name", "Lisa", "email", "lisa@parley.example", "password", "two chairs and a lamp", "organization", "Lisa's")).status(303)
	if again := guest.join(code, "Lisa"); again.Identity == session.Identity {
		t.Fatal("signing up changes nothing: the test says nothing")
	}
	refused("Lisa")

	other := w.browser()
	dial(t, other.join(code, "Omar"))
	eventually(t, "others come in", func() bool { return host.others() == 1 })
}

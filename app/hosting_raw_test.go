package app_test

import (
	"slices"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
	"parley/tenants"
	"parley/views"
)

// Who waits, was taken out or is banned has the cookies of this browser and nothing else: no names, no faces, no words, no media, by whatever
// they ask for; and what they say reaches nobody.
func TestWhoIsOutHearsAndSaysNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get("/m/" + code).status(200)
		host := ann.join(code, "Ann")
		there := dial(t, host)
		removed, banned, waits := w.browser(), w.browser(), w.browser()
		gil, hal := removed.join(code, "Gil"), banned.join(code, "Hal")
		sentOut := []*peer{dial(t, gil), dial(t, hal)}
		eventually(t, "three are in", func() bool { return there.others() == 2 })
		ann.says(code, "client-00001", "Between us").message()
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		ann.get("/m/" + code + "/room").status(200)
		ann.press(code, "remove", "id", gil.Identity)
		ann.press(code, "ban", "id", hal.Identity)
		for _, p := range sentOut {
			p.sentAway()
		}
		waits.postJoin(code, "Wes").status(303).location("/m/" + code + "/waiting")

		for name, b := range map[string]*browser{"who was taken out": removed, "who is banned": banned, "who waits": waits} {
			for _, path := range []string{"/chat?after=0", "/host", "/host/bans", "/waiters", "/stickers"} {
				b.do("GET", "/m/"+code+path, "application/json", nil).status(403).lacks(host.Identity, "Between us")
			}
			b.do("GET", "/m/"+code+"/faces", "application/json", nil).lacks(host.Identity) // of nobody
			for path, fields := range map[string][]string{
				"/chat": {"id", "client-00002", "text", "Let me in"}, "/chat/1/react": {"kind", "reaction", "name", "heart", "on", "yes"}, "/stickers": {"kind", "reaction", "name", "heart"},
				"/hand": {"on", "yes"}, "/host/rename": {"name", "Ann"}, "/token": nil,
			} {
				if got := b.postJSON("/m/"+code+path, form(fields...)); got.code != 403 {
					t.Errorf("%s posts to %s: %d %s", name, path, got.code, got.body)
				}
			}
		}
		for _, old := range []views.MeetingSession{gil, hal} {
			if p, err := sfutest.Dial(t.Context(), old.ServerURL, sfutest.Options{Token: old.Token}); !sfutest.ErrRefused(err) {
				p.Leave()
				t.Errorf("the node lets in who has an old token: %v", err)
			}
		}
		if texts := ann.reads(code, 0); !slices.Equal(texts, []string{"Between us"}) || there.others() != 0 || len(there.heard().Hands) > 0 {
			t.Errorf("inside they heard %v, with %d others", texts, there.others())
		}
	})
}

// A co-host leads beside the host, and decides nothing about them: no request of theirs changes what the host has, is called or may.
func TestACoHostDecidesNothingAboutTheHost(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get("/m/" + code).status(200)
		host := ann.join(code, "Ann")
		there := dial(t, host)
		gil, hal := w.browser(), w.browser()
		second, third := gil.join(code, "Gil"), hal.join(code, "Hal")
		dial(t, second)
		dial(t, third)
		eventually(t, "three are in", func() bool { return there.others() == 2 })
		local, err := there.Publish(t.Context(), sfutest.Microphone())
		must(t, err)
		ann.press(code, "cohost", "id", second.Identity, "on", "yes")
		gil.get("/m/" + code + "/room").status(200)

		for _, act := range []string{"lower", "rename", "mute", "camera", "screen", "remove", "ban", "cohost", "handover"} {
			if got := gil.postJSON("/m/"+code+"/host/"+act, form("id", host.Identity, "on", "no", "name", "Mallory")); got.code != 403 {
				t.Errorf("a co-host does %s to the host: %d %s", act, got.code, got.body)
			}
		}
		gil.postJSON("/m/"+code+"/host/cohost", form("id", third.Identity, "on", "yes")).status(403)
		gil.postJSON("/m/"+code+"/host/handover", form("id", third.Identity)).status(403)
		gil.press(code, "mute") // everybody else whom they may mute: not the host
		if track := w.track(host.Identity, local.Info().GetSid()); track == nil || track.GetMuted() {
			t.Errorf("the host's microphone is %v", track)
		}
		if h := ann.hosting(code); h.Host != host.Identity || !slices.Equal(h.CoHosts, []string{second.Identity}) || there.gone() {
			t.Errorf("now %+v", h)
		}
		seen, err := w.node.Participant(t.Context(), w.node.Rooms()[0].Room, host.Identity)
		must(t, err)
		if seen.GetName() != "Ann" || seen.GetState() != livekit.ParticipantInfo_ACTIVE {
			t.Errorf("the host is %v", seen)
		}
		// What they may do about others below them, they do.
		gil.press(code, "remove", "id", third.Identity)
		eventually(t, "two are left", func() bool { return there.others() == 1 })
	})
}

// A member who does not lead is one of the others: their organization's role of a member gives them none of it.
func TestAMemberIsNoHost(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	code := ann.room(org)
	ann.get("/m/" + code).status(200)
	there := dial(t, ann.join(code, "Ann"))
	dial(t, bob.join(code, "Bob"))
	eventually(t, "two are in", func() bool { return there.others() == 1 })
	ann.press(code, "rules", "share", "no", "chat", "no", "unmute", "no", "rename", "no")
	bob.get("/m/" + code + "/room").status(200)
	bob.says(code, "client-00001", "Hello").status(403)
	bob.postJSON("/m/"+code+"/host/rename", form("name", "Ann")).status(403)
	bob.postJSON("/m/"+code+"/end", form()).status(403)
	if there.gone() {
		t.Error("a member has ended the meeting")
	}
}

package app_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
	"parley/tenants"
	"parley/views"
)

// told is what the server has told a person's page about who leads, the newest of it.
type told struct {
	Rev       int64
	Host      string
	CoHosts   []string
	Hands     []struct{ ID string }
	Spotlight string
	Locked    bool
	May       struct{ Share, Chat, Unmute, Rename bool }
}

func (p *peer) heard() (out told) {
	for _, packet := range p.Packets() {
		user := packet.GetUser()
		if user.GetTopic() != "parley.hosting" || packet.GetParticipantIdentity() != "" {
			continue
		}
		var next told
		if json.Unmarshal(user.GetPayload(), &next) == nil && next.Rev >= out.Rev {
			out = next
		}
	}
	return out
}

// everyPress is every button there is for who leads, about somebody.
func everyPress(who string) map[string][]string {
	return map[string][]string{
		"lower": {"id", who}, "lock": {"on", "yes"}, "rules": {"chat", "no"}, "spotlight": {"id", who}, "cohost": {"id", who, "on", "yes"},
		"handover": {"id", who}, "rename": {"id", who, "name", "Mallory"}, "mute": {"id", who}, "camera": {"id", who}, "screen": {"id", who},
		"ask": {"id", who}, "remove": {"id", who}, "ban": {"id", who},
	}
}

// Whoever does not lead a meeting leads it with no request: not a guest in it, not a member in it, not who waits before it, not a member
// outside, nor somebody with another's form token.
func TestNobodyLeadsByRawRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob, cyd := w.member(org, "Bob", tenants.RoleMember), w.member(org, "Cyd", tenants.RoleMember)
		code := ann.room(org)
		ann.get(org + "/policies").status(200)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		host := ann.join(code, "Ann")
		there := dial(t, host)
		member := bob.join(code, "Bob")
		dial(t, member)
		guest, waits := w.browser(), w.browser()
		guest.postJoin(code, "Gil").status(303)
		ann.letIn(code)
		session := guest.join(code, "Gil")
		dial(t, session)
		waits.postJoin(code, "Wes").status(303).location("/m/" + code + "/waiting")
		eventually(t, "three are in", func() bool { return there.others() == 2 })
		before := ann.hosting(code)
		if before.Host != host.Identity {
			t.Fatalf("%+v leads, want %s", before, host.Identity)
		}

		stranger := w.browser()
		stranger.get("/m/"+code).status(200).lacks("Ann", "Bob")
		// Of an address that is refused too often nothing more is heard, so not everybody presses everything.
		outside := []string{"remove", "rules", "spotlight"}
		for act, fields := range everyPress(host.Identity) {
			who := map[string]*browser{"a guest": guest, "a member": bob}
			if slices.Contains(outside, act) {
				who["who waits"], who["a member outside"], who["a stranger"] = waits, cyd, stranger
			}
			for name, b := range who {
				b.get("/m/" + code + "/waiting")
				if b.csrf == "" {
					b.get("/").status(200)
				}
				if got := b.postJSON("/m/"+code+"/host/"+act, form(fields...)); got.code != 403 {
					t.Errorf("%s does %s: %d %s", name, act, got.code, got.body)
				}
			}
			if act != "remove" {
				continue
			}
			if got := ann.do("POST", "/m/"+code+"/host/"+act, "application/json", form(append(slices.Clone(fields), "csrf", "another's")...)); got.code != 403 {
				t.Errorf("without a form token %s: %d", act, got.code)
			}
		}
		for name, b := range map[string]*browser{"who waits": waits, "a member outside": cyd, "a stranger": stranger} {
			for _, path := range []string{"/host", "/host/bans"} {
				b.do("GET", "/m/"+code+path, "application/json", nil).status(403).lacks(host.Identity)
			}
			if got := b.postJSON("/m/"+code+"/hand", form("on", "yes")); got.code != 403 {
				t.Errorf("%s raises a hand: %d", name, got.code)
			}
			if got := b.do("GET", "/m/"+code+"/faces", "application/json", nil); strings.Contains(got.body, host.Identity) {
				t.Errorf("%s sees faces: %s", name, got.body)
			}
		}
		waits.get("/m/"+code).status(200).lacks("Ann", "Bob")
		guest.postJSON("/m/"+code+"/end", form()).status(403)
		guest.do("GET", "/m/"+code+"/host/bans", "application/json", nil).status(403)
		ann.postJSON("/m/"+code+"/host/dance", form()).status(404)
		if after := ann.hosting(code); after.Rev != before.Rev || there.gone() {
			t.Errorf("what was refused left %+v, was %+v", after, before)
		}
	})
}

// letIn lets in everybody who waits.
func (b *browser) letIn(code string) {
	b.w.t.Helper()
	f := form("admit", "yes")
	for _, who := range b.waiting(code) {
		f.Add("id", who.Identity)
	}
	b.postJSON("/m/"+code+"/waiters", f).status(204)
}

// waiting is who waits, in the order they came.
func (b *browser) waiting(code string) []views.Waiter {
	b.w.t.Helper()
	var list struct{ Waiting []views.Waiter }
	must(b.w.t, json.Unmarshal([]byte(b.get("/m/"+code+"/waiters").status(200).body), &list))
	return list.Waiting
}

func (b *browser) hosting(code string) (out told) {
	b.w.t.Helper()
	must(b.w.t, json.Unmarshal([]byte(b.do("GET", "/m/"+code+"/host", "application/json", nil).status(200).body), &out))
	return out
}

func (b *browser) press(code, act string, fields ...string) *answer {
	b.w.t.Helper()
	return b.postJSON("/m/"+code+"/host/"+act, form(fields...)).status(200)
}

// What the server says of somebody cannot be said by themselves, by no signal and no packet.
func TestNobodyForgesWhatTheServerSays(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host := dial(t, ann.join(code, "Ann"))
	session := w.browser().join(code, "Gil")
	guest := dial(t, session)
	eventually(t, "they see each other", func() bool { return host.others() == 1 && guest.others() == 1 })

	topic := "parley.hosting"
	must(t, guest.SendData(t.Context(), sfutest.Text(topic, `{"rev":99,"host":"`+session.Identity+`"}`), livekit.DataPacket_RELIABLE))
	must(t, guest.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_UpdateMetadata{UpdateMetadata: &livekit.UpdateParticipantMetadata{
		Name: "Ann", Metadata: "host", Attributes: map[string]string{"role": "host"}, RequestId: 7,
	}}}))
	must(t, guest.Signal(&livekit.SignalRequest{Message: &livekit.SignalRequest_Mute{Mute: &livekit.MuteTrackRequest{Sid: "TR_of_somebody", Muted: true}}}))
	eventually(t, "the packet to come", func() bool {
		return slices.ContainsFunc(host.Packets(), func(p *livekit.DataPacket) bool {
			return p.GetUser().GetTopic() == topic && p.GetParticipantIdentity() == session.Identity
		})
	})
	if said := host.heard(); said.Host == session.Identity {
		t.Errorf("a guest says that they lead, and is believed: %+v", said)
	}
	seen, err := w.node.Participant(t.Context(), w.node.Rooms()[0].Room, session.Identity)
	must(t, err)
	if seen.GetName() != "Gil" || seen.GetMetadata() != "" || seen.GetAttributes()["role"] != "guest" {
		t.Errorf("a guest has made of themselves %v", seen)
	}
}

// Who was taken out or banned gets nothing more, by the old token or by another page; the lock keeps newcomers out.
func TestLockRemoveAndBanHold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get("/m/" + code).status(200)
		there := dial(t, ann.join(code, "Ann"))
		gil, hal := w.browser(), w.browser()
		guest := gil.join(code, "Gil")
		out := dial(t, guest)
		eventually(t, "two are in", func() bool { return there.others() == 1 })

		ann.press(code, "lock", "on", "yes")
		eventually(t, "the page is told of the lock", func() bool { return there.heard().Locked })
		hal.get("/m/" + code).status(200).has("The host has locked this meeting").lacks("Gil")
		hal.postJoin(code, "Hal").status(423).has("This meeting is locked")
		gil.get("/m/" + code + "/room").status(200) // has a seat
		ann.press(code, "lock", "on", "no")

		ann.press(code, "remove", "id", guest.Identity)
		out.sentAway()
		if why := out.LeaveRequest().GetReason(); why != livekit.DisconnectReason_PARTICIPANT_REMOVED {
			t.Errorf("taken out with %s", why)
		}
		refused := func(s views.MeetingSession) {
			t.Helper()
			if p, err := sfutest.Dial(t.Context(), s.ServerURL, sfutest.Options{Token: s.Token}); !sfutest.ErrRefused(err) {
				p.Leave()
				t.Errorf("an old token opens the door: %v", err)
			}
		}
		refused(guest)
		gil.postJSON("/m/"+code+"/token", form()).status(403)
		gil.postJSON("/m/"+code+"/hand", form("on", "yes")).status(403)
		gil.do("GET", "/m/"+code+"/host", "application/json", nil).status(403)
		gil.get("/m/" + code).status(200).lacks("Ann")
		gil.get("/m/"+code+"/after?why=removed").status(200).has("You were taken out of the meeting", "they will be asked")
		gil.postJoin(code, "Somebody else").status(303).location("/m/" + code + "/waiting")
		ann.letIn(code)
		again := gil.join(code, "Gil")
		back := dial(t, again)
		eventually(t, "who was let in is in", func() bool { return there.others() == 1 })

		ann.press(code, "ban", "id", again.Identity)
		back.sentAway()
		refused(again)
		gil.postJSON("/m/"+code+"/token", form()).status(403)
		gil.get("/m/"+code).status(403).has("You cannot come into this room").lacks("Ann", "Kitchen refit")
		gil.get("/m/" + code + "/after?why=removed").status(200).has("You cannot come into this room any more")
		gil.post("/m/"+code+"/join", form("name", "Somebody else")).status(403)
		// Signing up makes another person of them, in the same browser.
		gil.get("/signup").status(200)
		gil.post("/signup", form("name", "Lisa", "email", "lisa@parley.example", "password", password, "organization", "Lisa's")).status(303)
		gil.post("/m/"+code+"/join", form("name", "Lisa")).status(403)

		var list struct{ Bans []struct{ ID, Name string } }
		must(t, json.Unmarshal([]byte(ann.do("GET", "/m/"+code+"/host/bans", "application/json", nil).status(200).body), &list))
		if len(list.Bans) != 1 || list.Bans[0].Name != "Gil" {
			t.Fatalf("kept out: %+v", list)
		}
		hal.postJSON("/m/"+code+"/host/unban", form("ban", list.Bans[0].ID)).status(403)
		ann.postJSON("/m/"+code+"/host/unban", form("ban", list.Bans[0].ID)).status(204)
		dial(t, gil.join(code, "Lisa"))
		eventually(t, "who may come again is in", func() bool { return there.others() == 1 })

		w.business(org)
		ann.get(org+"/audit?about=meeting").status(200).has("Locked a meeting", "Unlocked a meeting", "Removed somebody from a meeting", "Banned somebody from a room",
			"Let somebody come to a room again", "in Kitchen refit", "Gil (guest)", "Ann").lacks("seat:"+again.Identity, ", meeting ")
		ann.get(org+"/audit.csv?about=meeting").status(200).has("meeting.ban", "Gil (guest)", "in Kitchen refit, meeting ")
		ann.postJSON("/m/"+code+"/end", form()).status(204)
		ann.get(org + "/audit?about=meeting").status(200).has("Ended a meeting")
	})
}

// The host's rules hold on the node for those inside and those who come, and the host's word about one person too.
func TestHostsRulesHoldOnTheNode(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		ann.get("/m/" + code).status(200)
		host := ann.join(code, "Ann")
		there := dial(t, host)
		gil, hal := w.browser(), w.browser()
		guest, late := gil.join(code, "Gil"), hal.join(code, "Hal") // Hal's token is of before the rules
		inside := dial(t, guest)
		eventually(t, "two are in", func() bool { return there.others() == 1 })
		local, err := inside.Publish(t.Context(), sfutest.Microphone())
		must(t, err)
		mic := local.Info().GetSid()
		eventually(t, "the host hears them", func() bool { return len(there.Tracks()) == 1 })

		has := func(p *livekit.ParticipantPermission, source livekit.TrackSource) bool {
			return len(p.GetCanPublishSources()) == 0 || slices.Contains(p.GetCanPublishSources(), source)
		}
		ann.press(code, "mute", "id", guest.Identity)
		if track := w.track(guest.Identity, mic); track == nil || !track.GetMuted() {
			t.Errorf("the microphone is %v", track)
		}
		ann.press(code, "rules", "share", "no", "chat", "no", "unmute", "no", "rename", "no")
		silent := func(identity string) {
			t.Helper()
			p := w.may(identity)
			if p.GetCanPublishData() || has(p, livekit.TrackSource_MICROPHONE) || has(p, livekit.TrackSource_SCREEN_SHARE) || !has(p, livekit.TrackSource_CAMERA) || p.GetCanUpdateMetadata() {
				t.Errorf("they may %v", p)
			}
		}
		silent(guest.Identity)
		if p := w.may(host.Identity); !p.GetCanPublishData() || !mayShare(p) {
			t.Errorf("the host may %v", p)
		}
		if track := w.track(guest.Identity, mic); track != nil {
			t.Errorf("a microphone is still there: %v", track)
		}
		if _, err := inside.Publish(t.Context(), sfutest.Microphone()); err == nil {
			t.Error("a microphone that is forbidden is published by a raw signal")
		}
		dial(t, late)
		silent(late.Identity)
		gil.postJSON("/m/"+code+"/host/rename", form("name", "Ann")).status(403).has("keeps the name")

		ann.press(code, "ask", "id", guest.Identity)
		if p := w.may(guest.Identity); !has(p, livekit.TrackSource_MICROPHONE) || has(p, livekit.TrackSource_SCREEN_SHARE) {
			t.Errorf("who was asked to unmute may %v", p)
		}
		eventually(t, "the question to come, to them alone", func() bool {
			return slices.ContainsFunc(inside.Packets(), func(p *livekit.DataPacket) bool { return p.GetUser().GetTopic() == "parley.ask" })
		})
		if slices.ContainsFunc(there.Packets(), func(p *livekit.DataPacket) bool { return p.GetUser().GetTopic() == "parley.ask" }) {
			t.Error("somebody else was asked too")
		}
		ann.press(code, "cohost", "id", guest.Identity, "on", "yes")
		if p := w.may(guest.Identity); !p.GetCanPublishData() || !mayShare(p) {
			t.Errorf("a co-host may %v", p)
		}
		gil.get("/m/" + code + "/room").status(200)
		gil.press(code, "rename", "id", late.Identity, "name", "Harold")
		eventually(t, "the new name is seen", func() bool {
			seen, err := w.node.Participant(t.Context(), w.node.Rooms()[0].Room, late.Identity)
			return err == nil && seen.GetName() == "Harold"
		})
		ann.press(code, "spotlight", "id", late.Identity)
		eventually(t, "everybody is told", func() bool {
			said := inside.heard()
			return said.Spotlight == late.Identity && slices.Equal(said.CoHosts, []string{guest.Identity}) && !said.May.Chat
		})

		// The node forgets; the store does not.
		must(t, w.node.End(t.Context(), w.node.Rooms()[0].Room, sfu.ReasonShutdown))
		inside.sentAway()
		dial(t, hal.join(code, "Hal"))
		silent(late.Identity)
		if h := hal.hosting(code); h.Spotlight != late.Identity || h.May.Chat {
			t.Errorf("after the node was lost: %+v", h)
		}
	})
}

// track is how the node has a track of somebody's; nil for none.
func (w *world) track(identity, sid string) *livekit.TrackInfo {
	w.t.Helper()
	p, err := w.node.Participant(w.t.Context(), w.node.Rooms()[0].Room, identity)
	must(w.t, err)
	for _, track := range p.GetTracks() {
		if track.GetSid() == sid {
			return track
		}
	}
	return nil
}

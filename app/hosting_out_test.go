package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v3"

	"parley/sfu/sfutest"
)

// openOutside are the addresses of a meeting that answer who is outside: what they say is of nobody in it.
var openOutside = []string{
	"GET /m/:code", "GET /m/:code/faces", "GET /m/:code/after", "GET /m/:code/waiting", "POST /m/:code/waiting", "POST /m/:code/waiting/say", "POST /m/:code/check",
	"POST /m/:code/rating", // of the call that they were in
}

// Every address that a meeting has is asked by who waits, who was taken out and who is banned, the next one to be added too: nobody in it is
// named, nothing that was said is told, and nothing changes.
func TestEveryAddressOfAMeetingIsShutToWhoIsOut(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host := ann.join(code, "Ann")
	there := dial(t, host)
	removed, banned, waits := w.browser(), w.browser(), w.browser()
	gil, hal := removed.join(code, "Gil"), banned.join(code, "Hal")
	dial(t, gil)
	dial(t, hal)
	eventually(t, "three are in", func() bool { return there.others() == 2 })
	file := ann.sends(code, "file-one-1", "plan.txt", "the plan itself", "text", "Between us").message().File.ID
	ann.get(org + "/policies").status(200)
	ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
	ann.get("/m/" + code + "/room").status(200)
	ann.press(code, "remove", "id", gil.Identity)
	ann.press(code, "ban", "id", hal.Identity)
	waits.postJoin(code, "Wes").status(303).location("/m/" + code + "/waiting")
	eventually(t, "the host is alone", func() bool { return there.others() == 0 })
	before := ann.hosting(code)

	fields := form("id", host.Identity, "name", "Mallory", "text", "Let me in", "to", host.Identity, "on", "yes", "admit", "yes", "kind", "reaction", "ban", "x", "stars", "1")
	fill := strings.NewReplacer(":code", code, ":message", "1", ":file", file, ":act", "remove")
	asked := 0
	for name, b := range map[string]*browser{"who was taken out": removed, "who is banned": banned, "who waits": waits} {
		for _, route := range w.web.Routes() {
			if !strings.HasPrefix(route.Path, "/m/:code") || route.Method != http.MethodGet && route.Method != http.MethodPost || route.Path == "/m/:code/join" {
				continue
			}
			asked++
			b.get("/m/" + code + "/waiting")
			var got *answer
			if route.Method == http.MethodGet {
				got = b.do(route.Method, fill.Replace(route.Path), "application/json", nil)
			} else {
				got = b.postJSON(fill.Replace(route.Path), fields)
			}
			open := slices.Contains(openOutside, route.Method+" "+route.Path)
			if got.code == http.StatusTooManyRequests || got.code < 300 && !open {
				t.Errorf("%s: %s %s answers %d %s", name, route.Method, route.Path, got.code, excerpt(got.body))
			}
			got.lacks(host.Identity, host.Token, "Between us", "the plan itself", "plan.txt")
		}
	}
	if asked < 60 {
		t.Errorf("only %d were asked", asked)
	}
	if after := ann.hosting(code); after.Rev != before.Rev || there.gone() || there.others() != 0 {
		t.Errorf("what was refused left %+v with %d others, was %+v", after, there.others(), before)
	}
	if texts := ann.reads(code, 0); !slices.Equal(texts, []string{"Between us"}) {
		t.Errorf("in the chat stands %v", texts)
	}
}

// A voice is one by whatever name it is sent: as a picture nobody takes it, as the sound of a screen that nobody sees it is muted with the
// others, and who may not speak sends no sound at all.
func TestAVoiceByAnotherNameIsHeldToo(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	ann.get("/m/" + code).status(200)
	there := dial(t, ann.join(code, "Ann"))
	gil := w.browser()
	guest := gil.join(code, "Gil")
	inside := dial(t, guest)
	eventually(t, "two are in", func() bool { return there.others() == 1 })
	refused := func(when string, sources ...sfutest.Source) {
		t.Helper()
		for _, s := range sources {
			if _, err := inside.Publish(t.Context(), s); err == nil {
				t.Errorf("%s the node takes %s as %s", when, s.Kind, s.Source)
			}
		}
	}
	sound := func(source livekit.TrackSource) sfutest.Source {
		return sfutest.Source{Kind: livekit.TrackType_AUDIO, Source: source, Codec: webrtc.MimeTypeOpus}
	}
	picture := sfutest.Source{Kind: livekit.TrackType_VIDEO, Source: livekit.TrackSource_MICROPHONE, Codec: webrtc.MimeTypeVP8}
	refused("with every right", sound(livekit.TrackSource_CAMERA), sound(livekit.TrackSource_SCREEN_SHARE), sound(livekit.TrackSource_UNKNOWN), picture)

	local, err := inside.Publish(t.Context(), sound(livekit.TrackSource_SCREEN_SHARE_AUDIO))
	must(t, err)
	ann.get("/m/" + code + "/room").status(200)
	ann.press(code, "mute", "id", guest.Identity)
	if track := w.track(guest.Identity, local.Info().GetSid()); track == nil || !track.GetMuted() {
		t.Errorf("the sound of no screen is %v", track)
	}
	ann.press(code, "rules", "unmute", "no")
	if track := w.track(guest.Identity, local.Info().GetSid()); track != nil {
		t.Errorf("who may not speak sends %v", track)
	}
	refused("from who may not speak", sound(livekit.TrackSource_SCREEN_SHARE_AUDIO), sound(livekit.TrackSource_CAMERA), sfutest.Microphone())
	if p := w.may(guest.Identity); !mayShare(p) {
		t.Errorf("they may share, without sound: %v", p)
	}
}

// A token from before says nothing any more: not the name that the host has taken, and none of what a co-host may.
func TestAnOldTokenBringsNothingBack(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	ann.get("/m/" + code).status(200)
	there := dial(t, ann.join(code, "Ann"))
	gil := w.browser()
	guest := gil.join(code, "Ann (host)")
	inside := dial(t, guest)
	eventually(t, "two are in", func() bool { return there.others() == 1 })
	ann.get("/m/" + code + "/room").status(200)
	ann.press(code, "rename", "id", guest.Identity, "name", "Gil")
	ann.press(code, "cohost", "id", guest.Identity, "on", "yes")
	led := gil.join(code, "Ann (host)") // the token of a co-host
	ann.press(code, "rules", "share", "no", "chat", "no", "unmute", "no", "rename", "no")
	ann.press(code, "cohost", "id", guest.Identity, "on", "no")
	inside.Leave()
	eventually(t, "they have left", func() bool { return there.others() == 0 })
	for name, token := range map[string]string{"before they were renamed": guest.Token, "a co-host": led.Token} {
		back := dialToken(t, guest.ServerURL, token)
		eventually(t, "they are back", func() bool { return there.others() == 1 })
		p := w.may(guest.Identity)
		if p.GetCanPublishData() || mayShare(p) || p.GetCanUpdateMetadata() || slices.Contains(p.GetCanPublishSources(), livekit.TrackSource_MICROPHONE) {
			t.Errorf("with the token of %s they may %v", name, p)
		}
		seen, err := w.node.Participant(t.Context(), w.node.Rooms()[0].Room, guest.Identity)
		must(t, err)
		if seen.GetName() != "Gil" {
			t.Errorf("with the token of %s they are called %q", name, seen.GetName())
		}
		back.Leave()
		eventually(t, "they have left again", func() bool { return there.others() == 0 })
	}
	// No second tab and no other name in the lobby brings the old one back.
	if again := gil.join(code, "Ann (host)"); again.Identity != guest.Identity {
		t.Errorf("the same browser is %s, was %s", again.Identity, guest.Identity)
	} else {
		dial(t, again)
	}
	seen, err := w.node.Participant(t.Context(), w.node.Rooms()[0].Room, guest.Identity)
	must(t, err)
	if seen.GetName() != "Gil" {
		t.Errorf("after the lobby they are called %q", seen.GetName())
	}
}

// What lets a page into its meeting is no key of the room API: not the host's either.
func TestAPagesTokenIsNoKeyOfTheRoomAPI(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host := ann.join(code, "Ann")
	there := dial(t, host)
	guest := w.browser().join(code, "Gil")
	dial(t, guest)
	eventually(t, "two are in", func() bool { return there.others() == 1 })
	room := w.node.Rooms()[0].Room.Room
	for name, token := range map[string]string{"the host": host.Token, "a guest": guest.Token} {
		for method, err := range calls(livekit.NewRoomServiceProtobufClient(w.base, bearer(token)), room) {
			if err == nil {
				t.Errorf("%s calls %s with the token of a page", name, method)
			}
		}
	}
	if there.gone() || there.others() != 1 {
		t.Error("somebody was sent out")
	}
}

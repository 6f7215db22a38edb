package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"

	"parley/sfu"
	"parley/sfu/sfutest"
	"parley/tenants"
	"parley/views"
)

// wrote is a message as clients have it.
type wrote struct {
	N, Rev, Prev, Reply    int64
	ID, From, By, To, Text string
	Sealed, Deleted        bool
	Edited                 int64
	Sticker                *struct{ Src string }
	File                   *struct {
		ID, Name            string
		Size, Width, Height int64
	}
	Reactions []struct {
		Kind, Name, Symbol, Src string
		By                      []string
	}
}

// told are the messages that came to somebody from the server.
func (p *peer) told() (out []wrote) {
	p.t.Helper()
	for _, packet := range p.Packets() {
		if packet.GetUser().GetTopic() != "parley.chat" || packet.GetParticipantIdentity() != "" {
			continue
		}
		var m wrote
		must(p.t, json.Unmarshal(packet.GetUser().GetPayload(), &m))
		out = append(out, m)
	}
	return out
}

// hears waits until somebody was told of a message and gives it.
func (p *peer) hears(text string) (found wrote) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%q to arrive", text), func() bool {
		for _, m := range p.told() {
			if m.Text == text {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func (p *peer) identity() string { return p.Join().GetParticipant().GetIdentity() }

// says posts a message, as a browser does.
func (b *browser) says(code, id, text string, more ...string) *answer {
	return b.postJSON("/m/"+code+"/chat", form(append([]string{"id", id, "text", text}, more...)...))
}

func (a *answer) message() (m wrote) {
	a.t.Helper()
	a.status(200)
	must(a.t, json.Unmarshal([]byte(a.body), &m))
	return m
}

// reads is what somebody's page gets who asks after a number.
func (b *browser) reads(code string, after int64) (texts []string) {
	b.w.t.Helper()
	var page struct {
		Messages []wrote
		Upto     int64
	}
	must(b.w.t, json.Unmarshal([]byte(b.get(fmt.Sprintf("/m/%s/chat?after=%d", code, after)).status(200).body), &page))
	for _, m := range page.Messages {
		texts = append(texts, m.Text)
	}
	return texts
}

// Chat reaches everybody or the two whom it is between, once; and nobody who waits, is outside, was removed or belongs elsewhere, by any
// request.
func TestChatReachesNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ben, benOrg := w.owner("Ben")
		code, other := ann.room(org), ben.room(benOrg)
		gil, hal := w.browser(), w.browser()
		host, guest, third := connected(t, ann, code, "Ann"), connected(t, gil, code, "Gil"), connected(t, hal, code, "Hal")
		foreign := connected(t, ben, other, "Ben")
		eventually(t, "all are in", func() bool { return host.others() == 2 && guest.others() == 2 && third.others() == 2 })

		// A request that is sent again is the same message.
		first := ann.says(code, "message-1", "Hello <b>all</b>", "from", guest.identity(), "by", "Gil").message()
		again := ann.says(code, "message-1", "Hello again").message()
		if again.N != first.N || again.Text != first.Text {
			t.Errorf("the same id gave %+v and %+v", first, again)
		}
		for _, p := range []*peer{host, guest, third} {
			if m := p.hears("Hello <b>all</b>"); m.From != host.identity() || m.By != "Ann" || m.N != first.N || m.To != "" {
				t.Errorf("told %+v", m)
			}
		}
		// What two write to each other, and everything that is done with it, is theirs.
		secret := gil.says(code, "message-1", "Only for Ann", "to", host.identity()).message()
		host.hears("Only for Ann")
		ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/react", code, secret.N), form("kind", "reaction", "name", "heart", "on", "yes")).status(200)
		gil.postJSON(fmt.Sprintf("/m/%s/chat/%d/edit", code, secret.N), form("text", "Only for Ann, really")).status(200)
		for _, what := range []string{"edit", "delete", "react"} {
			hal.postJSON(fmt.Sprintf("/m/%s/chat/%d/%s", code, secret.N, what), form("text", "x", "kind", "reaction", "name", "heart", "on", "yes")).status(404).has("not there any more").lacks("Only for")
		}
		hal.says(code, "message-2", "What did he say?", "reply", fmt.Sprint(secret.N)).status(404)
		ann.says(code, "message-3", "He said hello", "reply", fmt.Sprint(secret.N)).status(403)
		ann.says(code, "message-4", "Last").status(200)
		third.hears("Last")
		for _, m := range third.told() {
			if m.N == secret.N || strings.Contains(m.Text, "Only for") {
				t.Errorf("a third person was told %+v", m)
			}
		}
		if got := strings.Join(hal.reads(code, 0), "; "); got != "Hello <b>all</b>; Last" {
			t.Errorf("a third person reads %q", got)
		}
		if got := strings.Join(gil.reads(code, first.Rev), "; "); got != "Only for Ann, really; Last" {
			t.Errorf("the writer reads %q", got)
		}

		// The wrong people, by every request.
		asks := func(who string, b *browser, at string) {
			t.Helper()
			for _, try := range []struct {
				path string
				form url.Values
			}{
				{"", form("id", "message-9", "text", "let me in")},
				{fmt.Sprintf("/%d/edit", first.N), form("text", "changed")},
				{fmt.Sprintf("/%d/delete", first.N), form()},
				{fmt.Sprintf("/%d/react", first.N), form("kind", "reaction", "name", "heart", "on", "yes")},
			} {
				b.postJSON("/m/"+at+"/chat"+try.path, try.form).status(403).has("not in the meeting").lacks("Hello", "Last")
			}
			b.do("GET", "/m/"+at+"/chat?after=0", "application/json", nil).status(403).lacks("Hello", "Last")
		}
		outsider := w.browser()
		outsider.get("/m/" + code).status(200)
		asks("who only knows the link", outsider, code)
		outsider.join(code, "Late")
		asks("who has a seat and no connection", outsider, code)
		asks("the owner of another organization", ben, code)
		ben.postJSON(fmt.Sprintf("/m/%s/chat/%d/delete", other, first.N), form()).status(404)
		if got := ben.reads(other, 0); len(got) != 0 || len(foreign.told()) != 0 {
			t.Errorf("another meeting reads %v, was told %v", got, foreign.told())
		}
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		waits := w.browser()
		waits.postJoin(code, "Wil").status(303).location("/m/" + code + "/waiting")
		asks("who waits", waits, code)
		var list struct{ Waiting []views.Waiter }
		must(t, json.Unmarshal([]byte(ann.get("/m/"+code+"/waiters").status(200).body), &list))
		ann.says(code, "message-5", "to who waits", "to", list.Waiting[0].Identity).status(404)
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		must(t, w.node.Remove(t.Context(), sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}, third.identity(), sfu.ReasonRemoved))
		third.sentAway()
		asks("who was removed", hal, code)

		// A packet of somebody's own making stays theirs.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		must(t, guest.SendData(ctx, sfutest.Text("parley.chat", `{"n":999999,"rev":999999,"from":"x","text":"forged"}`), livekit.DataPacket_RELIABLE))
		eventually(t, "the forgery arrives as the guest's", func() bool {
			for _, p := range host.Packets() {
				if p.GetUser().GetTopic() == "parley.chat" && p.GetParticipantIdentity() == guest.identity() {
					return true
				}
			}
			return false
		})

		// Who may write is the organization's to say; reading goes on.
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "members")).status(303)
		eventually(t, "the rule reaches the guest", func() bool {
			return gil.says(code, "message-6", "may I?").code == 403
		})
		gil.says(code, "message-7", "may I?").status(403).has("can read what is written")
		gil.do("GET", "/m/"+code+"/chat?after=0", "application/json", nil).status(200).has("Last")
		ann.says(code, "message-8", "Members only").status(200)
		guest.hears("Members only")
	})
}

func TestChatAnswersBadRequestsClearly(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host := connected(t, ann, code, "Ann")
	ann.says(code, "message-1", " ").status(400).has("Write something first")
	ann.says(code, "message-1", strings.Repeat("x", tenants.ChatMost+1)).status(400).has("4,000 characters")
	ann.says(code, "", "x").status(400).has("Reload the page")
	ann.says(code, "message-1", "x", "to", "nobody").status(404).has("not in the meeting any more")
	ann.says(code, "message-1", "x", "sealed", "yes").status(400).has("not encrypted")
	ann.says(code, "message-1", "", "pack", "front-room", "sticker", "no-such").status(404)
	long := ann.says(code, "message-2", strings.Repeat("<", tenants.ChatMost)).message()
	if got := host.hears(long.Text); got.N != long.N {
		t.Errorf("the longest message arrived as %d, want %d", got.N, long.N)
	}
	sticker := ann.says(code, "message-3", "", "pack", "front-room", "sticker", "lamp").message()
	if sticker.Sticker == nil || !stickerAddress.MatchString(sticker.Sticker.Src) || sticker.Text != "" {
		t.Errorf("a sticker is kept as %+v", sticker)
	}
	ann.postJSON("/m/"+code+"/chat/x/delete", form()).status(404)
	ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/react", code, long.N), form("kind", "reaction", "name", "<b>", "on", "yes")).status(404)
	ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/react", code, long.N), form("kind", "sticker", "name", "lamp", "on", "yes")).status(404)
	liked := ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/react", code, long.N), form("kind", "reaction", "name", "heart", "on", "yes")).message()
	if len(liked.Reactions) != 1 || liked.Reactions[0].Symbol != "❤️" || liked.Reactions[0].By[0] != host.identity() {
		t.Errorf("reactions %+v", liked.Reactions)
	}
	react := func(name, on string) *answer {
		return ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/react", code, long.N), form("kind", "symbol", "name", name, "on", on))
	}
	for _, wrong := range []string{"", "x", "<b>", "party popper", "\U0001F389\U0001F389", "\U0001F44B\U0001F3FD", strings.Repeat("\U0001F389", 500)} {
		react(wrong, "yes").status(404)
	}
	react("\U0001F9D1\u200D\U0001F680", "yes").status(200).has("astronaut", "Astronaut(in)")
	if both := react("\u2764", "yes").message(); len(both.Reactions) != 2 { // as some keyboards write a heart: it is the same one
		t.Errorf("a heart counts twice: %+v", both.Reactions)
	}
	back := react("\U0001F9D1\u200D\U0001F680", "no").message()
	if len(back.Reactions) != 1 || back.Reactions[0].Kind != "reaction" || back.Reactions[0].Name != "heart" {
		t.Errorf("reactions %+v", back.Reactions)
	}
	ann.csrf = ""
	ann.says(code, "message-4", "no token").status(403)
	ann.get("/m/" + code)
	for i := range 40 {
		if ann.says(code, fmt.Sprintf("message-many-%d", i), "x").code == 429 {
			return
		}
	}
	t.Error("forty messages at once are not too many")
}

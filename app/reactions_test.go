package app_test

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bytes"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
	"parley/tenants"
)

// sent is what a room is told of a sticker.
type sent struct {
	From, By, Src, Symbol string
	Alt                   map[string]string
}

// stickers are those that came to somebody from the server, and how many packets that say they are stickers came from a person.
func (p *peer) stickers() (from []sent, forged int) {
	p.t.Helper()
	for _, packet := range p.Packets() {
		user := packet.GetUser()
		if user.GetTopic() != "parley.sticker" {
			continue
		}
		if packet.GetParticipantIdentity() != "" {
			forged++
			continue
		}
		var one sent
		must(p.t, json.Unmarshal(user.GetPayload(), &one))
		from = append(from, one)
	}
	return from, forged
}

// connected is a person in the meeting whose data channels are open.
func connected(t *testing.T, b *browser, code, name string) *peer {
	t.Helper()
	p := dial(t, b.join(code, name))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, p.Connected(ctx))
	return p
}

var emojiAddress = regexp.MustCompile(`/emoji/([A-Za-z0-9_-]+)\.(png|svg)`)

func moving(t *testing.T) []byte {
	t.Helper()
	frame := func(at int) *image.Paletted {
		f := image.NewPaletted(image.Rect(0, 0, 300, 200), color.Palette{color.White, color.Black})
		f.SetColorIndex(at, at, 1)
		return f
	}
	var raw bytes.Buffer
	must(t, gif.EncodeAll(&raw, &gif.GIF{Image: []*image.Paletted{frame(1), frame(2)}, Delay: []int{10, 10}}))
	return raw.Bytes()
}

// TestOnlyOwnersSendAPack sends in the name of who may and who may not, as a browser would and as somebody who writes requests by hand.
func TestOnlyOwnersSendAPack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.buyPack("night-ferry", "Night ferry")
		code := ann.room(org)
		gil := w.browser()
		owner, guest := connected(t, ann, code, "Ann"), connected(t, gil, code, "Gil")
		eventually(t, "both are in", func() bool { return owner.others() == 1 && guest.others() == 1 })
		at := "/m/" + code + "/stickers"
		ferry := func() map[string]string {
			return map[string]string{"kind": "sticker", "pack": "night-ferry", "name": "great"}
		}
		send := func(b *browser, what map[string]string) *answer {
			t.Helper()
			f := form()
			for k, v := range what {
				f.Set(k, v)
			}
			return b.postJSON(at, f)
		}
		told := func(p *peer, n int) sent {
			t.Helper()
			eventually(t, "the room is told", func() bool { all, _ := p.stickers(); return len(all) >= n })
			all, _ := p.stickers()
			return all[n-1]
		}

		send(ann, ferry()).status(204)
		if one := told(guest, 1); one.From != owner.Join().GetParticipant().GetIdentity() || one.By != "Ann" || one.Alt["en"] != "A starfish that is delighted" || one.Alt["de"] == "" || !stickerAddress.MatchString(one.Src) {
			t.Errorf("the guest was told %+v", one)
		}
		told(owner, 1) // who sends sees it as well

		// Who may not.
		send(gil, ferry()).status(403).has("You do not have this pack")
		forged := ferry()
		forged["from"], forged["user"], forged["identity"] = "Ann", w.id(org, "Ann"), owner.Join().GetParticipant().GetIdentity()
		send(gil, forged).status(403)
		for _, wrong := range []map[string]string{
			{}, {"kind": "sticker"}, {"kind": "sticker", "pack": "night-ferry", "name": "nothing"}, {"kind": "sticker", "pack": "../x", "name": "great"},
			{"kind": "emoji", "name": "nobodys"}, {"kind": "reaction", "name": "<b>"}, {"kind": "else", "name": "great"},
		} {
			send(ann, wrong).status(404).has("not there any more")
		}
		outsider := w.browser()
		outsider.get("/m/" + code).status(200)
		send(outsider, map[string]string{"kind": "reaction", "name": "clap"}).status(403).has("not in the meeting")
		outsider.join(code, "Late") // has a seat, and no connection
		send(outsider, map[string]string{"kind": "reaction", "name": "clap"}).status(403).has("not in the meeting")
		outsider.csrf = ""
		send(outsider, ferry()).status(403)

		// A guest sends what is everybody's; a packet of their own making stays theirs.
		send(gil, map[string]string{"kind": "reaction", "name": "thumbs_up"}).status(204)
		if one := told(owner, 2); one.By != "Gil" || one.Symbol != "👍" || one.Alt["en"] != "Thumbs up" || one.From != guest.Join().GetParticipant().GetIdentity() {
			t.Errorf("the owner was told %+v", one)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		must(t, guest.SendData(ctx, sfutest.Text("parley.sticker", `{"from":"x","by":"Ann","symbol":"💩","alt":{}}`), livekit.DataPacket_RELIABLE))
		eventually(t, "the forgery arrives as the guest's", func() bool { _, n := owner.stickers(); return n == 1 })

		// What the organization says holds at once.
		ann.get(org+"/stickers").status(200).has("All packs", `value="all" checked`)
		ann.post(org+"/stickers", form("packs", "some", "pack", "front-room")).status(303).location(org + "/stickers?done=stickers_saved")
		send(ann, ferry()).status(403).has("does not allow the pack")
		ann.get(at).status(200).has("front-room").lacks("night-ferry", "paper-zoo")
		ann.get(org + "/stickers")
		ann.post(org+"/stickers", form("packs", "every")).status(400).has("Choose one of these")
		ann.post(org+"/stickers", form("packs", "all")).status(303)
		gil.get(at).status(200).has(`"mine":false`, "$1.99", "/stickers")

		w.refund(tenants.UserID(w.id(org, "Ann")), 199)
		eventually(t, "the pack is taken back", func() bool { return !w.owns(tenants.UserID(w.id(org, "Ann")), "night-ferry") })
		send(ann, ferry()).status(403).has("You do not have this pack")
		if all, _ := guest.stickers(); len(all) != 2 {
			t.Errorf("the room was told of %d stickers, want 2", len(all))
		}
	})
}

func TestAnOrganizationsOwnEmoji(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ben, benOrg := w.owner("Ben")
		bob := w.member(org, "Bob", tenants.RoleMember)
		bob.get(org + "/stickers").status(403)
		ben.get(org + "/stickers").status(404)
		add := func(b *browser, path, name string, file []byte) *answer {
			t.Helper()
			return b.send(path+"/stickers/emoji", "picture", "x", file, "name", name)
		}
		ann.get(org + "/stickers").status(200)
		add(ann, org, "No!", moving(t)).status(400).has("Two to 32 small letters", `value="No!"`)
		add(ann, org, "ok", nil).status(400).has("no picture that we can read")
		add(ann, org, "ok", []byte("GIF89a")).status(400).has("no picture that we can read")
		add(ann, org, "ok", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><script/></svg>`)).status(400).has("plain shapes and colours", "script")
		add(ann, org, ":Party-Parrot:", moving(t)).status(303).location(org + "/stickers?done=emoji_added")
		add(ann, org, "party-parrot", moving(t)).status(409).has("There is an emoji of this name")
		add(ann, org, "dot", []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3" fill="#07553f"/></svg>`)).status(303)
		page := ann.get(org+"/stickers").status(200).has(":party-parrot:", ":dot:", "2 emoji")

		all := emojiAddress.FindAllStringSubmatch(page.body, -1)
		if len(all) != 2 || all[0][2] != "svg" || all[1][2] != "png" {
			t.Fatalf("addresses are %v", all)
		}
		for _, one := range all {
			shown := w.browser().get(one[0]).status(200)
			if shown.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || shown.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s has headers %v", one[0], shown.header)
			}
		}
		w.browser().get("/emoji/guessed.png").status(404)
		used, err := w.store.Org(w.business(org).ID).StorageUsed(t.Context())
		if must(t, err); used.Emoji == 0 {
			t.Error("emoji take no storage")
		}

		// Sent by who is in a meeting of this organization, and of no other.
		code, other := ann.room(org), ben.room(benOrg)
		connected(t, ann, code, "Ann")
		guest, stranger := w.browser(), connected(t, ben, other, "Ben")
		there := connected(t, guest, code, "Gil")
		parrot := form("kind", "emoji", "name", all[1][1])
		guest.postJSON("/m/"+code+"/stickers", parrot).status(204)
		eventually(t, "the emoji arrives", func() bool { got, _ := there.stickers(); return len(got) == 1 })
		if got, _ := there.stickers(); got[0].Src != all[1][0] || got[0].Alt["de"] != ":party-parrot:" {
			t.Errorf("told %+v", got)
		}
		ben.postJSON("/m/"+other+"/stickers", parrot).status(404)
		if got, _ := stranger.stickers(); len(got) != 0 {
			t.Errorf("another organization's meeting was told %+v", got)
		}

		ben.get(benOrg)
		ben.post(benOrg+"/stickers/emoji/"+all[1][1]+"/remove", form()).status(404)
		ann.get(org + "/stickers")
		ann.post(org+"/stickers/emoji/"+all[1][1]+"/remove", form()).status(303)
		w.browser().get(all[1][0]).status(404)
		guest.postJSON("/m/"+code+"/stickers", parrot).status(404)
		log := ann.get(org + "/audit").status(200)
		for _, want := range []string{"Added an emoji", "Removed an emoji", ":party-parrot:"} {
			if !strings.Contains(log.body, want) {
				t.Errorf("the audit log lacks %q", want)
			}
		}
		if !slices.Contains([]int{1}, strings.Count(ann.get(org+"/stickers").body, "/remove\"")) {
			t.Error("the list does not show what is left")
		}
	})
}

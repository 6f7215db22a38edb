package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime"
	"strings"
	"testing"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// sends posts a file, as a browser does.
func (b *browser) sends(code, id, name, content string, more ...string) *answer {
	b.w.t.Helper()
	return b.send("/m/"+code+"/chat/files", "file", "blob", []byte(content), append([]string{"id", id, "name", name}, more...)...)
}

// takes asks for a file.
func (b *browser) takes(code, id string) *answer {
	b.w.t.Helper()
	return b.get("/m/" + code + "/chat/files/" + id)
}

// A file is taken by those whom its message is for, and by nobody who waits, is outside, was removed or belongs elsewhere.
func TestFilesReachNobodyElse(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ben, benOrg := w.owner("Ben")
		code, other := ann.room(org), ben.room(benOrg)
		gil, hal := w.browser(), w.browser()
		host, guest, third := connected(t, ann, code, "Ann"), connected(t, gil, code, "Gil"), connected(t, hal, code, "Hal")
		connected(t, ben, other, "Ben")
		eventually(t, "all are in", func() bool { return host.others() == 2 && guest.others() == 2 && third.others() == 2 })

		content := strings.Repeat("a line of a plan\n", 100_000) // more than other forms may send
		plan := ann.sends(code, "file-one-1", "plan.txt", content, "text", "The plan").message()
		if again := ann.sends(code, "file-one-1", "plan.txt", content, "text", "The plan").message(); again.N != plan.N || again.File.ID != plan.File.ID {
			t.Errorf("sent again it is %+v, before %+v", again, plan)
		}
		for _, p := range []*peer{host, guest, third} {
			if m := p.hears("The plan"); m.File == nil || m.File.ID != plan.File.ID || m.File.Name != "plan.txt" || m.File.Size != int64(len(content)) || m.From != host.identity() {
				t.Errorf("told %+v of %+v", m, m.File)
			}
		}
		for _, b := range []*browser{ann, gil, hal} {
			if got := b.takes(code, plan.File.ID).status(200); got.body != content || got.header.Get("Content-Length") != fmt.Sprint(len(content)) {
				t.Errorf("%d bytes came, of %s", len(got.body), got.header.Get("Content-Length"))
			}
		}
		secret := gil.sends(code, "file-one-1", "secret.txt", "only for Ann", "to", host.identity()).message()
		if got := ann.takes(code, secret.File.ID).status(200); got.body != "only for Ann" {
			t.Errorf("Ann gets %q", got.body)
		}
		hal.takes(code, secret.File.ID).status(404).has("not there any more").lacks("secret", "only for")
		hal.takes(code, secret.File.ID+"/preview").status(404)
		for _, m := range third.told() {
			if m.N == secret.N {
				t.Errorf("a third person was told %+v", m)
			}
		}

		wrong := func(who string, b *browser) {
			t.Helper()
			b.takes(code, plan.File.ID).status(403).has("not in the meeting").lacks("plan")
			b.takes(code, plan.File.ID+"/preview").status(403)
			if res := b.sends(code, "file-nine-9", "a.txt", "let me in"); res.code != 403 {
				t.Errorf("%s sends a file: %d", who, res.code)
			}
		}
		outsider := w.browser()
		outsider.get("/m/" + code).status(200)
		wrong("who only knows the link", outsider)
		if got := refusedEarly(t, outsider, code, content); got != 0 && got != 403 {
			t.Errorf("who has no seat makes the server hold a large file, and is answered %d", got)
		}
		outsider.join(code, "Late")
		wrong("who has a seat and no connection", outsider)
		wrong("the owner of another organization", ben)
		ben.takes(other, plan.File.ID).status(404).lacks("plan")
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
		waits := w.browser()
		waits.postJoin(code, "Wil").status(303).location("/m/" + code + "/waiting")
		wrong("who waits", waits)
		var list struct{ Waiting []views.Waiter }
		must(t, json.Unmarshal([]byte(ann.get("/m/"+code+"/waiters").status(200).body), &list))
		ann.sends(code, "file-two-2", "a.txt", "x", "to", list.Waiting[0].Identity).status(404)
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		must(t, w.node.Remove(t.Context(), sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}, third.identity(), sfu.ReasonRemoved))
		third.sentAway()
		wrong("who was removed", hal)

		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "members")).status(303)
		eventually(t, "the rule reaches the guest", func() bool { return gil.sends(code, "file-six-6", "a.txt", "may I?").code == 403 })
		gil.takes(code, plan.File.ID).status(200) // reading goes on

		ann.postJSON(fmt.Sprintf("/m/%s/chat/%d/delete", code, plan.N), form()).status(200).has(`"file":null`)
		gil.takes(code, plan.File.ID).status(404).has("not there any more")
		used, err := w.store.Org(room.Org).StorageUsed(t.Context())
		if must(t, err); used.Files != int64(len("only for Ann")) {
			t.Errorf("%d bytes of files are kept after one was deleted", used.Files)
		}
	})
}

// refusedEarly sends a large file and gives the status; 0 when the server ended the connection while it came in.
func refusedEarly(t *testing.T, b *browser, code, content string) int {
	t.Helper()
	req := b.form("/m/"+code+"/chat/files", "file", "blob", []byte(content), "id", "file-nine-9", "name", "a.txt")
	res, err := b.http.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// Whatever is in a file and in its name, at our address it can only be saved.
func TestFilesAreHandedOutInert(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	for i, c := range []struct{ name, content, kind, saved string }{
		{"page.html", "<!DOCTYPE html><script>document.title=document.cookie</script>", "application/octet-stream", "page.html"},
		{"picture.png", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "application/octet-stream", "picture.png"},
		{"photo\u202egnp.txt", "words", "text/plain", "photognp.txt"},
		{"../../a\r\nSet-Cookie: x=y\";.csv", "a,b\n1,2\n", "text/csv", "a Set-Cookie_ x=y_;.csv"},
		{"Übersicht 雪.pdf", "%PDF-1.7\n", "application/pdf", "Übersicht 雪.pdf"},
		{"", "nameless", "text/plain", "file"},
	} {
		m := ann.sends(code, fmt.Sprintf("file-number-%d", i), c.name, c.content).message()
		got := ann.takes(code, m.File.ID).status(200)
		way, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if err != nil || way != "attachment" || params["filename"] != c.saved || m.File.Name != c.saved {
			t.Errorf("%q is handed out by %q, told as %q; %v", c.name, got.header.Get("Content-Disposition"), m.File.Name, err)
		}
		for name, want := range map[string]string{
			"Content-Type": c.kind, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Content-Encoding": "",
		} {
			if has := got.header.Get(name); has != want && (name != "Content-Type" || !strings.HasPrefix(has, want)) {
				t.Errorf("%q comes with %s: %q, want %q", c.name, name, has, want)
			}
		}
		for _, cookie := range got.header.Values("Set-Cookie") {
			if strings.HasPrefix(cookie, "x=") {
				t.Errorf("the name set a cookie: %s", cookie)
			}
		}
		if got.body != c.content {
			t.Errorf("%q came as %q", c.name, got.body)
		}
	}
}

func TestFilesThatAreRefusedAreToldWhy(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	ann.sends(code, "file-one-1", "a.txt", "").status(400).has("nothing in this file")
	ann.send("/m/"+code+"/chat/files", "", "", nil, "id", "file-one-1").status(400).has("nothing in this file")
	ann.sends(code, "file-one-1", "a.txt", strings.Repeat("x", tenants.ChatFileMost+1)).status(400).has("25 MB at most")
	ann.sends(code, "file-one-1", "holiday.png", "MZ\x90\x00\x03\x00\x00\x00").status(400).has("Programs and scripts")
	ann.sends(code, "file-one-1", "a.txt", strings.Repeat("clear ", 10), "sealed", "yes").status(400).has("Reload the page")
	ann.sends(code, "?", "a.txt", "x").status(400).has("Reload the page")
	ann.takes(code, "no-such").status(404)

	_, room, err := w.store.RoomByCode(t.Context(), code)
	must(t, err)
	few := int64(1000)
	must(t, w.store.Org(room.Org).SetQuota(t.Context(), tenants.UserID(w.id(org, "Ann")), tenants.Quota{StorageBytes: &few}))
	ann.sends(code, "file-one-1", "a.txt", strings.Repeat("x", 1001)).status(403).has("no room for this file", "by its quota", "owner or an admin can raise it")
	w.mailed(t, "ann@parley.example", "The storage of Ann and friends is full", "You can raise the quota")
	ann.sends(code, "file-one-1", "a.txt", strings.Repeat("x", 1000)).status(200)
	ann.get(org + "/quotas").status(200).has("files in chats 1 KB")
	ann.csrf = ""
	ann.sends(code, "file-two-2", "a.txt", "x").status(403)
}

func TestAPictureInTheChatHasAPreview(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	var raw bytes.Buffer
	must(t, png.Encode(&raw, image.NewGray(image.Rect(0, 0, 1120, 560))))
	m := ann.sends(code, "file-one-1", "wall.png", raw.String()).message()
	if m.File.Width != 560 || m.File.Height != 280 {
		t.Fatalf("told %+v", m.File)
	}
	got := ann.takes(code, m.File.ID+"/preview").status(200)
	if kind := got.header.Get("Content-Type"); kind != "image/jpeg" || !strings.HasPrefix(got.body, "\xff\xd8") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the preview is %s", kind)
	}
	text := ann.sends(code, "file-two-2", "wall.png", "no picture").message()
	ann.takes(code, text.File.ID+"/preview").status(404)
}

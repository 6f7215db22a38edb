package tenants_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// upload is a file that is in order.
func upload(t *testing.T, name, content string, limit tenants.StorageLimit) *tenants.ChatUpload {
	t.Helper()
	up, err := tenants.NewChatUpload(name, strings.NewReader(content), int64(len(content)), false, limit)
	if err != nil {
		t.Fatal(err)
	}
	return up
}

// send posts a file with a message.
func (k *talk) send(from, to, id string, up *tenants.ChatUpload) (tenants.ChatMessage, error) {
	return k.PostChat(k.t.Context(), tenants.ChatPost{Room: k.room.ID, Identity: from, To: to, ClientID: id, File: up})
}

// bytesOf is what somebody gets of a file.
func (k *talk) bytesOf(who, id string) (string, error) {
	k.t.Helper()
	file, err := k.ChatFile(k.t.Context(), k.room.ID, who, id)
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	for n := 0; int64(all.Len()) < file.Size; n++ {
		part, err := k.ChatFilePart(k.t.Context(), k.room.ID, who, id, n)
		if err != nil || len(part) == 0 {
			k.t.Fatalf("part %d of %s: %d bytes, %v", n, id, len(part), err)
		}
		all.Write(part)
	}
	return all.String(), nil
}

func (k *talk) stored() int64 {
	k.t.Helper()
	used, err := k.StorageUsed(k.t.Context())
	ok(k.t, err)
	if used.Total() != used.Files {
		k.t.Fatalf("more is kept than files: %+v", used)
	}
	return used.Files
}

// A file is there once however often it is sent, for whom the message is for, and counts until the message goes.
func TestAFileComesWithItsMessageAndGoesWithIt(t *testing.T) {
	both := func(name string, address func(testing.TB) string, test func(*testing.T, string)) {
		t.Run(name, func(t *testing.T) { test(t, address(t)) })
	}
	test := func(t *testing.T, address string) {
		clock := clockwork.NewFakeClockAt(tenantstest.Start)
		k := talking(t, tenantstest.Open(t, address), clock)
		content := strings.Repeat("0123456789abcdef", 40_000) // three parts
		first, err := k.send("amy", "", "file-one", upload(t, "../plan\u202e.txt", content, tenants.StorageLimit{}))
		ok(t, err)
		if f := first.File; f == nil || f.Name != "plan.txt" || f.MediaType != "text/plain" || f.Size != int64(len(content)) || f.Width != 0 || first.Text != "" {
			t.Fatalf("kept %+v as %+v", first, first.File)
		}
		again, err := k.send("amy", "", "file-one", upload(t, "other.txt", "other", tenants.StorageLimit{}))
		if err != nil || again.N != first.N || again.File.ID != first.File.ID || k.stored() != int64(len(content)) {
			t.Errorf("sent again: %+v, %v, %d bytes kept", again.File, err, k.stored())
		}
		for _, who := range []string{"amy", "hal"} {
			if got, err := k.bytesOf(who, first.File.ID); err != nil || got != content {
				t.Errorf("%s gets %d bytes, %v", who, len(got), err)
			}
		}
		secret, err := k.send("gil", "amy", "file-two", upload(t, "secret.txt", "psst", tenants.StorageLimit{}))
		ok(t, err)
		for _, who := range []string{"gil", "amy"} {
			if got, err := k.bytesOf(who, secret.File.ID); err != nil || got != "psst" {
				t.Errorf("%s gets %q, %v", who, got, err)
			}
		}
		for _, who := range []string{"hal", "bob"} {
			_, err := k.bytesOf(who, secret.File.ID)
			k.refused(who+" takes what is not for them", err, tenants.CodeNotFound, tenants.KeyChatFileGone)
			_, err = k.ChatFilePart(t.Context(), k.room.ID, who, secret.File.ID, 0)
			k.refused(who+" takes a part of it", err, tenants.CodeNotFound, tenants.KeyChatFileGone)
		}
		_, err = k.bytesOf("zoe", first.File.ID)
		k.refused("a stranger", err, tenants.CodeForbidden, tenants.KeyChatOutside)
		_, err = k.ChatFile(t.Context(), k.Room("amy", "Attic").ID, "amy", first.File.ID)
		k.refused("another room", err, tenants.CodeForbidden, tenants.KeyChatOutside)
		_, err = k.ChatFile(t.Context(), k.room.ID, "amy", "no-such\x00")
		k.refused("no file", err, tenants.CodeNotFound, tenants.KeyChatFileGone)

		at := tenants.ChatChange{Room: k.room.ID, Identity: "amy", N: first.N}
		for _, text := range []string{"the plan", ""} { // a file needs no words
			if m, err := k.EditChat(t.Context(), at, text, false); err != nil || m.Text != text || m.File == nil {
				t.Errorf("captioned %q: %+v, %v", text, m, err)
			}
		}
		gone, err := k.DeleteChat(t.Context(), at)
		if err != nil || gone.File != nil || k.stored() != 4 {
			t.Errorf("deleted: %+v, %v; %d bytes kept", gone.File, err, k.stored())
		}
		_, err = k.bytesOf("amy", first.File.ID)
		k.refused("a file that was deleted", err, tenants.CodeNotFound, tenants.KeyChatFileGone)
		clock.Advance(time.Second)
		if n, _, err := k.DropChat(t.Context(), clock.Now()); err != nil || n != 2 || k.stored() != 0 {
			t.Errorf("dropped %d, %v; %d bytes kept", n, err, k.stored())
		}
		if left := tenantstest.Inspect(t, address).Rows(k.ID)["chat_file_parts"]; len(left) != 0 {
			t.Errorf("%d parts are left", len(left))
		}
	}
	both("sqlite", tenantstest.SQLitePath, test)
	both("postgres", tenantstest.PostgresURL, test)
}

// What somebody sent while signed in goes with them.
func TestAPersonsFilesGoWithThem(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		_, err := k.send("bob", "", "file-one", upload(t, "a.txt", "bob's", tenants.StorageLimit{}))
		ok(t, err)
		_, err = k.send("gil", "", "file-two", upload(t, "b.txt", "gil", tenants.StorageLimit{}))
		ok(t, err)
		due, err := leave(t, k.Store, k.User("bob"))
		ok(t, err)
		clock.Advance(due.Sub(clock.Now()))
		if n, err := k.Store.EraseDue(t.Context(), 10); n != 1 || err != nil || k.stored() != 3 {
			t.Errorf("%d people are gone, %v; %d bytes are kept, want those of Gil", n, err, k.stored())
		}
	})
}

// Ten who send at the same moment, in meetings of their own, where four fit: four are kept, the others are told whose limit it is.
func TestFilesThatRaceForTheLastRoom(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		limit := tenants.StorageLimit{Most: 4*1000 + 999, By: tenants.ByOrganization}
		var rooms []tenants.Room
		for i := range 10 {
			rooms = append(rooms, k.Room("amy", fmt.Sprint("Room ", i)))
			k.Guest(rooms[i], "gil")
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		kept, refused := 0, 0
		for _, room := range rooms {
			all.Go(func() {
				_, err := k.PostChat(t.Context(), tenants.ChatPost{Room: room.ID, Identity: "gil", ClientID: "file-one", File: upload(t, "a.txt", strings.Repeat("x", 1000), limit)})
				mu.Lock()
				defer mu.Unlock()
				fault, full := errors.AsType[*tenants.StorageFault](err)
				switch {
				case err == nil:
					kept++
				case full && fault.Organization == "acme" && fault.Limit == limit && tenants.KeyOf(err) == tenants.KeyStorageFull:
					refused++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if kept != 4 || refused != 6 || k.stored() != 4000 {
			t.Errorf("%d are kept and %d refused, %d bytes in all", kept, refused, k.stored())
		}
		messages := 0
		for _, room := range rooms {
			page, err := k.Chat(t.Context(), room.ID, "gil", 0)
			ok(t, err)
			messages += len(page.Messages)
		}
		if messages != 4 {
			t.Errorf("%d messages: what found no room left one behind", messages)
		}
	})
}

// A picture has a small one beside it, which counts; what only says that it is one has none.
func TestAPictureHasASmallOne(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		raw := string(pngOf(t, 700, 350))
		m, err := k.send("gil", "", "file-one", upload(t, "a.txt", raw, tenants.StorageLimit{}))
		ok(t, err)
		small, err := k.ChatFilePart(t.Context(), k.room.ID, "hal", m.File.ID, tenants.ChatPreview)
		ok(t, err)
		if m.File.MediaType != "image/png" || m.File.Width != 560 || m.File.Height != 280 || !bytes.HasPrefix(small, []byte("\xff\xd8")) || k.stored() != int64(len(raw)+len(small)) {
			t.Errorf("%+v with %d bytes of a small one; %d kept", m.File, len(small), k.stored())
		}
		m, err = k.send("gil", "", "file-two", upload(t, "b.png", raw[:60], tenants.StorageLimit{}))
		if err != nil || m.File.Width != 0 {
			t.Errorf("half a picture: %+v, %v", m.File, err)
		}
	})
}

func TestFilesThatAreRefused(t *testing.T) {
	k := talking(t, tenantstest.Open(t, tenantstest.SQLitePath(t)), clockwork.NewFakeClockAt(tenantstest.Start))
	try := func(what, key string, name, content string, sealed bool) {
		t.Helper()
		_, err := tenants.NewChatUpload(name, strings.NewReader(content), int64(len(content)), sealed, tenants.StorageLimit{})
		k.refused(what, err, tenants.CodeInvalid, key)
	}
	try("an empty one", tenants.KeyChatFileEmpty, "a.txt", "", false)
	try("a large one", tenants.KeyChatFileLarge, "a.txt", strings.Repeat("x", tenants.ChatFileMost+1), false)
	try("a program", tenants.KeyChatFileProgram, "photo.png", "MZ\x90\x00\x03\x00\x00\x00", false)
	try("a script", tenants.KeyChatFileProgram, "photo.png.vbs", "x", false)
	try("no seal", tenants.KeyChatClear, "1.0.abc", strings.Repeat("plain words ", 10), true)
	try("a name in the clear", tenants.KeyChatClear, "my plan.txt", "parleyF1"+strings.Repeat("x", 100), true)
	_, err := k.send("gil", "", "file-one", upload(t, "a.txt", strings.Repeat("x", tenants.ChatFileMost), tenants.StorageLimit{}))
	ok(t, err)

	box := "parleyF1" + strings.Repeat("x", 100)
	sealed, err := tenants.NewChatUpload("1.0.abc", strings.NewReader(box), int64(len(box)), true, tenants.StorageLimit{})
	ok(t, err)
	post := tenants.ChatPost{Room: k.room.ID, Identity: "gil", ClientID: "file-two", File: sealed, Sealed: true, Text: "1.0.abc"}
	_, err = k.PostChat(t.Context(), post)
	k.refused("a sealed one in a meeting that is not encrypted", err, tenants.CodeInvalid, tenants.KeyChatSealed)
	post.Sealed, post.Text = false, ""
	_, err = k.PostChat(t.Context(), post)
	k.refused("a sealed one that says it is not", err, tenants.CodeInvalid, tenants.KeyChatClear)
	post.Sticker = "front-room/lamp"
	_, err = k.PostChat(t.Context(), post)
	k.refused("a file and a sticker", err, tenants.CodeInvalid, tenants.KeyChatEmpty)
}

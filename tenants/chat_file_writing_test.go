package tenants_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// slowly is a file that stops on its way until it is let go on.
type slowly struct {
	*strings.Reader
	begun, on chan struct{}
	once      sync.Once
}

func (s *slowly) ReadAt(into []byte, at int64) (int, error) {
	if at > 0 {
		s.once.Do(func() { close(s.begun) })
		<-s.on
	}
	return s.Reader.ReadAt(into, at)
}

// While a file is written people enter the organization's meetings, this one too, and write in it, and another file is kept. SQLite has
// one who writes at a time.
func TestNobodyWaitsForAFileThatIsWritten(t *testing.T) {
	k := talking(t, tenantstest.Open(t, tenantstest.PostgresURL(t)), clockwork.NewFakeClockAt(tenantstest.Start))
	limit := tenants.StorageLimit{Most: 1 << 30, By: tenants.ByOrganization}
	file := &slowly{Reader: strings.NewReader(strings.Repeat("x", 600_000)), begun: make(chan struct{}), on: make(chan struct{})}
	up, err := tenants.NewChatUpload("plan.txt", file, file.Size(), false, limit)
	ok(t, err)
	kept := make(chan error, 1)
	go func() {
		_, err := k.send("amy", "", "file-one", up)
		kept <- err
	}()
	<-file.begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	other := k.Room("amy", "Attic")
	for _, room := range []tenants.Room{k.room, other} {
		_, err := k.Enter(ctx, tenants.EnterInput{Room: room.ID, Identity: "zoe", Name: "Zoe", Limits: tenantstest.Free()})
		ok(t, err)
		_, err = k.PostChat(ctx, tenants.ChatPost{Room: room.ID, Identity: "zoe", ClientID: "message-zoe", Text: "hello"})
		ok(t, err)
		_, err = k.PostChat(ctx, tenants.ChatPost{Room: room.ID, Identity: "zoe", ClientID: "file-zoe", File: upload(t, "a.txt", "small", limit)})
		ok(t, err)
	}
	close(file.on)
	ok(t, <-kept)
	if k.stored() != 600_000+2*5 {
		t.Errorf("%d bytes are kept", k.stored())
	}
}

// The same file that is sent twice at once is kept once.
func TestAFileThatIsSentTwiceAtOnceIsKeptOnce(t *testing.T) {
	k := talking(t, tenantstest.Open(t, tenantstest.PostgresURL(t)), clockwork.NewFakeClockAt(tenantstest.Start))
	file := &slowly{Reader: strings.NewReader(strings.Repeat("x", 600_000)), begun: make(chan struct{}), on: make(chan struct{})}
	up, err := tenants.NewChatUpload("plan.txt", file, file.Size(), false, tenants.StorageLimit{})
	ok(t, err)
	first := make(chan tenants.ChatMessage, 1)
	go func() {
		m, err := k.send("amy", "", "file-one", up)
		if err != nil {
			t.Error(err)
		}
		first <- m
	}()
	<-file.begun
	second, err := k.send("amy", "", "file-one", upload(t, "plan.txt", "the second time", tenants.StorageLimit{}))
	ok(t, err)
	close(file.on)
	if m := <-first; m.N != second.N || m.File == nil || m.File.ID != second.File.ID || k.stored() != int64(len("the second time")) {
		t.Errorf("kept as %+v and %+v, %d bytes", m, second, k.stored())
	}
	if got, err := k.bytesOf("amy", second.File.ID); err != nil || got != "the second time" {
		t.Errorf("it has %q, %v", got, err)
	}
}

// Who was sent out of a meeting gets nothing more of its chat, nor of a file that they had begun to take.
func TestWhoIsRemovedGetsNoMoreOfAFile(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		m, err := k.send("amy", "", "file-one", upload(t, "plan.txt", strings.Repeat("x", 600_000), tenants.StorageLimit{}))
		ok(t, err)
		part, err := k.ChatFilePart(t.Context(), k.room.ID, "gil", m.File.ID, 0)
		if err != nil || len(part) == 0 {
			t.Fatalf("%d bytes, %v", len(part), err)
		}
		_, err = k.Lead(t.Context(), k.room.ID, "bob", tenants.Act{Kind: tenants.ActRemove, Who: "gil"})
		ok(t, err)
		_, err = k.ChatFilePart(t.Context(), k.room.ID, "gil", m.File.ID, 1)
		k.refused("who was removed takes the next part", err, tenants.CodeForbidden, tenants.KeyChatOutside)
		_, err = k.Chat(t.Context(), k.room.ID, "gil", 0)
		k.refused("who was removed reads", err, tenants.CodeForbidden, tenants.KeyChatOutside)
		_, err = k.ChatFilePart(t.Context(), k.room.ID, "hal", m.File.ID, 1)
		ok(t, err)
	})
}

// weighs says of a file that it has so many bytes.
func (k *talk) weighs(db *tenants.DB, id string, size int64) {
	k.t.Helper()
	tx, err := tenants.Handle(k.t, db).BeginTx(k.t.Context(), nil)
	ok(k.t, err)
	if db.Dialect() == "postgres" {
		_, err = tx.ExecContext(k.t.Context(), "SELECT set_config('app.tenant_id', $1, true)", string(k.ID))
		ok(k.t, err)
	}
	_, err = tx.ExecContext(k.t.Context(), fmt.Sprintf("UPDATE chat_files SET size = %d WHERE id = '%s'", size, id))
	ok(k.t, err)
	ok(k.t, tx.Commit())
}

// One person cannot fill an organization's storage in one meeting: so many files, and so many bytes of them.
func TestOnePersonSendsSoMuchInAMeeting(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		for i := range tenants.ChatFilesOfOne {
			_, err := k.send("gil", "", fmt.Sprintf("file-no-%d", i), upload(t, "a.txt", "x", tenants.StorageLimit{}))
			ok(t, err)
		}
		_, err := k.send("gil", "", "file-too-many", upload(t, "a.txt", "x", tenants.StorageLimit{}))
		k.refused("one file more", err, tenants.CodeLimited, tenants.KeyChatFileMany)
		big, err := k.send("hal", "", "file-one", upload(t, "a.txt", "x", tenants.StorageLimit{}))
		ok(t, err)
		k.weighs(db, big.File.ID, tenants.ChatBytesOfOne-3)
		_, err = k.send("hal", "", "file-two", upload(t, "a.txt", "four", tenants.StorageLimit{}))
		k.refused("four bytes more", err, tenants.CodeLimited, tenants.KeyChatFileMany)
		_, err = k.send("hal", "", "file-three", upload(t, "a.txt", "thr", tenants.StorageLimit{}))
		ok(t, err)
	})
}

// Old files go some at a time, however few messages they came with.
func TestOldFilesGoSomeAtATime(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		for i := range 5 {
			m, err := k.send("gil", "", fmt.Sprintf("file-no-%d", i), upload(t, "a.txt", "x", tenants.StorageLimit{}))
			ok(t, err)
			k.weighs(db, m.File.ID, 25<<20)
			clock.Advance(time.Second)
		}
		for i, want := range []int64{2, 2, 1} {
			n, more, err := k.DropChat(t.Context(), clock.Now())
			if err != nil || n != want || more != (i < 2) {
				t.Errorf("%d went at once, more %v, %v", n, more, err)
			}
		}
	})
}

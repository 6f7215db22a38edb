package tenants_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestRoomsAndTheirCodes(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		room := acme.Room("bob", "  Stand\n up  ")
		if room.Name != "Stand up" || room.MediaName != room.Code || !codeForm.MatchString(room.Code) || room.CreatedBy != acme.User("bob").ID {
			t.Errorf("room %+v", room)
		}
		org, found, err := w.Store.RoomByCode(t.Context(), "https://meet.example/m/"+strings.ToUpper(room.Code))
		if err != nil || org != acme.Organization || found != room {
			t.Errorf("by code: %+v %+v, %v", org, found, err)
		}
		if byID, err := acme.RoomByID(t.Context(), room.ID); err != nil || byID != room {
			t.Errorf("by id: %+v, %v", byID, err)
		}
		if _, _, err := w.Store.RoomByCode(t.Context(), "0000-0000-0000"); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("unknown code: %v", err)
		}
		if nameless := acme.Room("ann", ""); nameless.Name != nameless.Code {
			t.Errorf("nameless room %+v", nameless)
		}
		if _, err := acme.CreateRoom(t.Context(), acme.User("ann").ID, strings.Repeat("x", 81)); tenants.Fields(err)["name"] != tenants.KeyNameLong {
			t.Errorf("long name: %v", err)
		}
		if _, err := acme.RoomByID(t.Context(), "not an id"); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("not an id: %v", err)
		}
	})
}

func TestWhoMayChangeARoom(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("amy").Member("bob").Member("cat").Person("bill", tenants.RoleBilling)
		stranger := w.Org("other").Owner("eve").User("eve").ID
		room := acme.Room("bob", "Standup")
		may := map[string]bool{"ann": true, "amy": true, "bob": true, "cat": false, "bill": false}
		for who, want := range may {
			_, err := acme.RenameRoom(t.Context(), acme.User(who).ID, room.ID, "By "+who)
			if (err == nil) != want || !want && tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("%s renames: %v", who, err)
			}
			if !want {
				if err := acme.ArchiveRoom(t.Context(), acme.User(who).ID, room.ID); tenants.CodeOf(err) != tenants.CodeForbidden {
					t.Errorf("%s archives: %v", who, err)
				}
			}
		}
		for _, who := range []tenants.UserID{stranger, "", "nobody"} {
			if _, err := acme.RenameRoom(t.Context(), who, room.ID, "x"); tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("%q renames: %v", who, err)
			}
			if _, err := acme.CreateRoom(t.Context(), who, "x"); tenants.CodeOf(err) != tenants.CodeForbidden {
				t.Errorf("%q makes a room: %v", who, err)
			}
		}
		if _, err := acme.RenameRoom(t.Context(), acme.User("ann").ID, room.ID, " "); tenants.Fields(err)["name"] != tenants.KeyNameEmpty {
			t.Errorf("no name: %v", err)
		}
	})
}

func TestAnArchivedRoomIsGone(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		ann := l.User("ann").ID
		m := l.Guest(l.room, "ann").Meeting
		l.wantCode("while people meet", l.ArchiveRoom(l.t.Context(), ann, l.room.ID), tenants.CodeTaken, tenants.KeyRoomBusy)
		l.must(l.EndMeeting(l.t.Context(), m.ID, tenants.EndHost))
		l.must(l.ArchiveRoom(l.t.Context(), ann, l.room.ID))
		_, err := l.enter(tenants.EnterInput{Identity: "ann", Member: true})
		l.wantCode("entering", err, tenants.CodeNotFound, tenants.KeyNotFound)
		_, _, err = l.Store.RoomByCode(l.t.Context(), l.room.Code)
		l.wantCode("its code", err, tenants.CodeNotFound, tenants.KeyNotFound)
		_, err = l.EnsureRoom(l.t.Context(), l.room.MediaName)
		l.wantCode("a token for it", err, tenants.CodeNotFound, tenants.KeyNotFound)
		l.wantCode("again", l.ArchiveRoom(l.t.Context(), ann, l.room.ID), tenants.CodeNotFound, tenants.KeyNotFound)
		if rooms, err := l.Rooms(l.t.Context()); err != nil || len(rooms) != 0 {
			l.t.Errorf("rooms %+v, %v", rooms, err)
		}
	})
}

func TestRoomsThatTokensName(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		room, err := l.EnsureRoom(l.t.Context(), "Küche 🍳")
		l.must(err)
		if room.MediaName != "Küche 🍳" || room.Name != "Küche 🍳" || room.CreatedBy != "" {
			l.t.Errorf("room %+v", room)
		}
		for _, err := range together(8, func(int) error {
			again, err := l.EnsureRoom(l.t.Context(), "at once")
			if err == nil && again.Name != "at once" {
				l.t.Errorf("room %+v", again)
			}
			return err
		}) {
			l.must(err)
		}
		again, err := l.EnsureRoom(l.t.Context(), "Küche 🍳")
		l.must(err)
		if again != room {
			l.t.Errorf("again %+v, want %+v", again, room)
		}
		l.must(l.ArchiveRoom(l.t.Context(), l.User("ann").ID, room.ID))
		found, err := l.RoomByMediaName(l.t.Context(), "Küche 🍳")
		l.must(err)
		if found.ID != room.ID || found.ArchivedAt == nil {
			l.t.Errorf("in the archive is %+v", found)
		}
		for _, name := range []string{"", "Bad", "\x00"} {
			_, err = l.RoomByMediaName(l.t.Context(), name)
			l.wantCode("no such name", err, tenants.CodeNotFound, tenants.KeyNotFound)
		}
		back, err := l.EnsureRoom(l.t.Context(), "Küche 🍳")
		l.must(err)
		if back.ID != room.ID || back.ArchivedAt != nil {
			l.t.Errorf("back from the archive %+v", back)
		}
		if rooms, err := l.Rooms(l.t.Context()); err != nil || len(rooms) != 3 {
			l.t.Errorf("%d rooms, %v", len(rooms), err)
		}
		for _, name := range []string{"", strings.Repeat("x", 129), "a\x00b", "\xff"} {
			_, err := l.EnsureRoom(l.t.Context(), name)
			l.wantCode("name "+name, err, tenants.CodeInvalid, tenants.KeyMediaNameInvalid)
		}
		odd, err := l.EnsureRoom(l.t.Context(), "\u200b")
		l.must(err)
		if odd.Name != odd.Code {
			l.t.Errorf("a room of an invisible name is called %q", odd.Name)
		}
	})
}

func TestTheListShowsWhatRuns(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		l.clock.Advance(time.Second)
		quiet := l.Room("ann", "Quiet")
		l.Guest(l.room, "ann")
		entry := l.Guest(l.room, "bob")
		rooms, err := l.Rooms(l.t.Context())
		l.must(err)
		if len(rooms) != 2 || rooms[0].ID != quiet.ID || rooms[0].Live != nil || rooms[0].People != 0 || rooms[0].LastEnded != nil {
			l.t.Fatalf("rooms %+v", rooms)
		}
		if rooms[1].Live == nil || *rooms[1].Live != entry.Meeting || rooms[1].People != 2 {
			l.t.Errorf("busy room %+v", rooms[1])
		}
		l.clock.Advance(6 * time.Minute) // nobody seen: over, and nobody said so
		rooms, err = l.Rooms(l.t.Context())
		l.must(err)
		if rooms[1].Live != nil || rooms[1].LastEnded == nil || !rooms[1].LastEnded.Equal(tenantstest.Start.Add(time.Second+6*time.Minute)) {
			l.t.Errorf("silent room %+v", rooms[1])
		}
		next, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		l.must(l.EndMeeting(l.t.Context(), next.Meeting.ID, tenants.EndHost))
		rooms, err = l.Rooms(l.t.Context())
		l.must(err)
		if rooms[1].Live != nil || rooms[1].LastEnded == nil || !rooms[1].LastEnded.Equal(l.clock.Now()) {
			l.t.Errorf("ended room %+v", rooms[1])
		}
	})
}

// TestRoomsThatPeopleMakeAreNoted looks into the audit log.
func TestRoomsThatPeopleMakeAreNoted(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		ann, room := acme.User("ann").ID, acme.Room("ann", "Standup")
		if _, err := acme.RenameRoom(t.Context(), ann, room.ID, "Retro"); err != nil {
			t.Fatal(err)
		}
		log, err := acme.Audit(t.Context(), ann, tenants.AuditFilter{Family: "room", Limit: 10})
		if err != nil || len(log.Entries) != 2 {
			t.Fatalf("%+v, %v", log.Entries, err)
		}
		for i, want := range []string{"room.rename Retro", "room.create Standup"} {
			e := log.Entries[i]
			if got := e.Action + " " + e.Detail; got != want || e.Actor != ann || e.Target != string(room.ID) || e.Via != tenants.ViaPage {
				t.Errorf("noted %+v, want %s by ann", e, want)
			}
		}
	})
}

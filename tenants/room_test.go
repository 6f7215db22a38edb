package tenants_test

import (
	"fmt"
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
		if found, err := l.Rooms(l.t.Context(), tenants.RoomList{}); err != nil || len(found.Rooms) != 0 || found.Total != 0 {
			l.t.Errorf("rooms %+v, %v", found, err)
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
		if found, err := l.Rooms(l.t.Context(), tenants.RoomList{}); err != nil || len(found.Rooms) != 3 {
			l.t.Errorf("%d rooms, %v", len(found.Rooms), err)
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
		list := func() []tenants.RoomSummary {
			found, err := l.Rooms(l.t.Context(), tenants.RoomList{})
			l.must(err)
			return found.Rooms
		}
		l.clock.Advance(time.Second)
		quiet := l.Room("ann", "Quiet")
		l.Guest(l.room, "ann")
		entry := l.Guest(l.room, "bob")
		rooms := list()
		if len(rooms) != 2 || rooms[1].ID != quiet.ID || rooms[1].Live != nil || rooms[1].People != 0 || rooms[1].LastEnded != nil {
			l.t.Fatalf("rooms %+v", rooms)
		}
		if rooms[0].Live == nil || *rooms[0].Live != entry.Meeting || rooms[0].People != 2 || fmt.Sprint(rooms[0].Names) != "[ann bob]" {
			l.t.Errorf("busy room %+v", rooms[0])
		}
		l.clock.Advance(6 * time.Minute) // nobody seen: over, and nobody said so
		if rooms = list(); rooms[1].Live != nil || rooms[1].LastEnded == nil || !rooms[1].LastEnded.Equal(tenantstest.Start.Add(time.Second+6*time.Minute)) {
			l.t.Errorf("silent room %+v", rooms[1])
		}
		next, err := l.enter(tenants.EnterInput{Identity: "ann"})
		l.must(err)
		l.must(l.EndMeeting(l.t.Context(), next.Meeting.ID, tenants.EndHost))
		if rooms = list(); rooms[1].Live != nil || rooms[1].LastEnded == nil || !rooms[1].LastEnded.Equal(l.clock.Now()) {
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

func TestThousandsOfRoomsAreListedByThePage(t *testing.T) {
	eachLobby(t, func(l *lobby) {
		l.Member("cat")
		for i := range 50 {
			l.clock.Advance(time.Second)
			by := "ann"
			if i%10 == 0 {
				by = "cat"
			}
			l.Room(by, fmt.Sprintf("Team %02d", 49-i))
		}
		list := func(q tenants.RoomList) (string, tenants.RoomPage) {
			l.t.Helper()
			found, err := l.Rooms(l.t.Context(), q)
			l.must(err)
			var names []string
			for _, r := range found.Rooms {
				names = append(names, r.Name)
			}
			return strings.Join(names[:min(3, len(names))], ", "), found
		}
		want := func(what string, q tenants.RoomList, first string, shown, total, page int) {
			l.t.Helper()
			names, found := list(q)
			if names != first || len(found.Rooms) != shown || found.Total != total || found.Page != page {
				l.t.Errorf("%s: %s of %d, %d in all, page %d; want %s of %d, %d in all, page %d", what, names, len(found.Rooms), found.Total, found.Page, first, shown, total, page)
			}
		}
		standup := l.room.Name
		want("newest", tenants.RoomList{}, "Team 00, Team 01, Team 02", 24, 51, 1)
		want("the last page", tenants.RoomList{Page: 3}, "Team 48, Team 49, "+standup, 3, 51, 3)
		want("behind the end", tenants.RoomList{Page: 99}, "Team 48, Team 49, "+standup, 3, 51, 3)
		want("a name", tenants.RoomList{Search: "TEAM 1", Sort: tenants.RoomsByName}, "Team 10, Team 11, Team 12", 10, 10, 1)
		want("a sign of patterns", tenants.RoomList{Search: "%"}, "", 0, 0, 1)
		want("a code", tenants.RoomList{Search: l.room.Code}, standup, 1, 1, 1)
		want("somebody's", tenants.RoomList{By: l.User("cat").ID}, "Team 09, Team 19, Team 29", 5, 5, 1)
		want("nobody meets", tenants.RoomList{Live: true}, "", 0, 0, 1)
		want("one first", tenants.RoomList{First: l.room.Code}, standup+", Team 00, Team 01", 24, 51, 1)

		entry := l.Guest(l.room, "ann")
		want("who meets comes first", tenants.RoomList{}, standup+", Team 00, Team 01", 24, 51, 1)
		want("who meets", tenants.RoomList{Live: true}, standup, 1, 1, 1)
		if _, found := list(tenants.RoomList{Page: 2}); found.Live != 1 {
			l.t.Errorf("%d are counted as live", found.Live)
		}
		l.must(l.Left(l.t.Context(), l.event(tenants.NodeEvent{Identity: "ann"})))
		want("everybody has left", tenants.RoomList{Live: true}, "", 0, 0, 1)
		if _, found := list(tenants.RoomList{}); found.Live != 0 {
			l.t.Errorf("%d are counted as live when everybody has left", found.Live)
		}
		l.clock.Advance(time.Minute)
		l.must(l.EndMeeting(l.t.Context(), entry.Meeting.ID, tenants.EndHost))
		want("used", tenants.RoomList{Sort: tenants.RoomsUsed}, standup+", Team 00, Team 01", 24, 51, 1)
		want("newest again", tenants.RoomList{}, "Team 00, Team 01, Team 02", 24, 51, 1)
	})
}

package tenants_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// other is what the cross-tenant test knows of the organization it must not
// reach: every id there is.
type other struct {
	*tenantstest.Org
	room    tenants.Room
	meeting tenants.Meeting
	key     tenants.MediaKey
	ann     tenants.UserID
}

// crossings has, for every method of [tenants.Scoped], a call from one
// organization with the ids of another. It returns what was seen or done: nil
// means nothing.
func crossings() map[string]func(ctx context.Context, mine *tenants.Scoped, o other) error {
	type call = func(ctx context.Context, mine *tenants.Scoped, o other) error
	refused := func(err error) error {
		switch tenants.CodeOf(err) {
		case tenants.CodeNotFound, tenants.CodeForbidden:
			return nil
		case "":
			return errors.New("it was not refused")
		}
		return err
	}
	nothing := func(n int, err error) error {
		if err == nil && n > 0 {
			return errors.New("it showed something")
		}
		return err
	}
	event := func(o other) tenants.NodeEvent {
		return tenants.NodeEvent{
			ID: "theirs", Media: o.room.MediaName, Identity: "guest", Name: "x", Roster: []string{"guest", "stranger"},
			Reason: tenants.EndHost, At: o.meeting.StartedAt.Add(time.Second),
		}
	}
	return map[string]call{
		"Role": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Role(ctx, o.ann)
			return refused(err)
		},
		"Rooms": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			rooms, err := mine.Rooms(ctx)
			for _, r := range rooms {
				if r.Org == o.ID || r.Live != nil {
					return errors.New("it showed another's room")
				}
			}
			return err
		},
		"RoomByID": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RoomByID(ctx, o.room.ID)
			return refused(err)
		},
		"RoomByMediaName": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RoomByMediaName(ctx, o.room.MediaName)
			return refused(err)
		},
		"CreateRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateRoom(ctx, o.ann, "x")
			return refused(err)
		},
		"RenameRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RenameRoom(ctx, o.ann, o.room.ID, "x")
			return refused(err)
		},
		"ArchiveRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.ArchiveRoom(ctx, o.ann, o.room.ID))
		},
		"EnsureRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			room, err := mine.EnsureRoom(ctx, "shared name")
			theirs, err2 := o.EnsureRoom(ctx, "shared name")
			if err := errors.Join(err, err2); err != nil || room.ID != theirs.ID {
				return err
			}
			return errors.New("two organizations share a room of one name")
		},
		"Enter": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Enter(ctx, tenants.EnterInput{Room: o.room.ID, Identity: "spy", Limits: tenantstest.Free()})
			return refused(err)
		},
		"Current": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.Current(ctx, o.room.ID)
			return refused(err)
		},
		"Meeting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Meeting(ctx, o.meeting.ID)
			return refused(err)
		},
		"LastMeeting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.LastMeeting(ctx, o.room.ID)
			return refused(err)
		},
		"People": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.People(ctx, o.meeting.ID)
			return refused(err)
		},
		"EndMeeting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EndMeeting(ctx, o.meeting.ID, tenants.EndHost))
		},
		"LiftMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			changed, err := mine.LiftMeetings(ctx, tenantstest.Pro(), "Pro")
			return nothing(len(changed), err)
		},
		"ResetMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			changed, err := mine.ResetMeetings(ctx, tenants.Limits{}, "None")
			return nothing(len(changed), err)
		},
		"Joined": func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Joined(ctx, event(o)) },
		"Left":   func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Left(ctx, event(o)) },
		"Seen":   func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Seen(ctx, event(o)) },
		"Ended":  func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Ended(ctx, event(o)) },
		"CreateKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateKey(ctx, "mine")
			return err // what others have is compared below
		},
		"InternalKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			key, err := mine.InternalKey(ctx)
			theirs, err2 := o.InternalKey(ctx)
			if err := errors.Join(err, err2); err != nil || key.ID != theirs.ID {
				return err
			}
			return errors.New("two organizations share a key")
		},
		"Keys": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			keys, err := mine.Keys(ctx)
			for _, k := range keys {
				if k.ID == o.key.ID {
					return errors.New("it showed another's key")
				}
			}
			return err
		},
		"RevokeKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RevokeKey(ctx, o.key.ID))
		},
		"Quota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			q, err := mine.Quota(ctx)
			if err == nil && q != (tenants.Quota{}) {
				return errors.New("it showed another's quota")
			}
			return err
		},
		"SetQuota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			one := 1
			return refused(mine.SetQuota(ctx, o.ann, tenants.Quota{Participants: &one}))
		},
	}
}

// TestNoMethodReachesAnotherOrganization holds every method of Scoped, also those
// that somebody adds tomorrow.
func TestNoMethodReachesAnotherOrganization(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		theirs := populated(t, w)
		mine := w.Org("mine").Owner("eve")
		before := everything(t, theirs)

		calls := crossings()
		methods := reflect.TypeFor[*tenants.Scoped]()
		for i := range methods.NumMethod() {
			name := methods.Method(i).Name
			call, ok := calls[name]
			if !ok {
				t.Errorf("Scoped.%s is not in the cross-tenant test: add it to crossings", name)
				continue
			}
			if err := call(t.Context(), mine.Scoped, theirs); err != nil {
				t.Errorf("Scoped.%s with another organization's ids: %v", name, err)
			}
		}
		theirs.theirRoomsWithout(t, "shared name")
		if after := everything(t, theirs); !reflect.DeepEqual(before, after) {
			t.Errorf("the other organization is not as it was:\n%+v\n%+v", before, after)
		}
	})
}

// populated is an organization with one of everything.
func populated(t *testing.T, w *tenantstest.World) other {
	t.Helper()
	acme := w.Org("acme").Owner("ann")
	o := other{Org: acme, ann: acme.User("ann").ID, room: acme.Room("ann", "Standup")}
	o.meeting = acme.Guest(o.room, "guest").Meeting
	var err error
	if o.key, err = acme.CreateKey(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	five := 5
	if err := acme.SetQuota(t.Context(), o.ann, tenants.Quota{Participants: &five}); err != nil {
		t.Fatal(err)
	}
	return o
}

// theirRoomsWithout archives a room that the test itself made there.
func (o other) theirRoomsWithout(t *testing.T, mediaName string) {
	t.Helper()
	room, err := o.EnsureRoom(t.Context(), mediaName)
	if err == nil {
		err = o.ArchiveRoom(t.Context(), o.ann, room.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// everything is all that an organization has, as its own people see it.
func everything(t *testing.T, o other) []any {
	t.Helper()
	rooms, err1 := o.Rooms(t.Context())
	for i := range rooms { // compare meetings by value
		if rooms[i].Live != nil {
			live := *rooms[i].Live
			rooms[i].Live = &live
		}
	}
	people, err2 := o.People(t.Context(), o.meeting.ID)
	keys, err3 := o.Keys(t.Context())
	quota, err4 := o.Quota(t.Context())
	role, err5 := o.Role(t.Context(), o.ann)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	return []any{rooms, people, keys, *quota.Participants, role}
}

func TestAMadeUpOrganizationHasNothing(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		s := tenantstest.New(t, db, clock).Store
		for _, id := range []tenants.OrgID{"", "acme", "0190B7A4-0000-7000-8000-000000000000", "0190b7a4-0000-7000-8000-000000000000", "' OR 1=1 --"} {
			if _, err := s.Org(id).EnsureRoom(t.Context(), "x"); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("room in %q: %v", id, err)
			}
			if _, err := s.Org(id).CreateKey(t.Context(), "x"); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("key in %q: %v", id, err)
			}
			if _, err := s.OrgByID(t.Context(), id); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("organization %q: %v", id, err)
			}
		}
	})
}

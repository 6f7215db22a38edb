package tenants_test

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// eventOf is what a media node would say of the other organization's meeting.
func eventOf(o other) tenants.NodeEvent {
	return tenants.NodeEvent{
		ID: "theirs", Media: o.room.MediaName, Identity: "guest", Name: "x", Roster: []string{"guest", "stranger"},
		Reason: tenants.EndHost, At: o.meeting.StartedAt.Add(time.Second),
	}
}

// roomCrossings are the [crossings] of rooms, meetings and what media nodes tell of them.
func roomCrossings() map[string]crossing {
	return map[string]crossing{
		"Role": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Role(ctx, o.ann)
			return refused(err)
		},
		"Rooms": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.Rooms(ctx, tenants.RoomList{Sort: tenants.RoomsUsed})
			if err == nil && found.Live > 0 {
				return errors.New("it counted another's meetings")
			}
			for _, r := range found.Rooms {
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
		"SetRoomWaitingText": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetRoomWaitingText(ctx, o.ann, o.room.ID, "x"))
		},
		"ArchiveRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.ArchiveRoom(ctx, o.ann, o.room.ID))
		},
		"EnsureRoom": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			room, err := mine.EnsureRoom(ctx, o.shared.MediaName)
			if err != nil || room.ID != o.shared.ID {
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
		"Joined": func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Joined(ctx, eventOf(o)) },
		"Left":   func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Left(ctx, eventOf(o)) },
		"Seen":   func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Seen(ctx, eventOf(o)) },
		"Ended":  func(ctx context.Context, mine *tenants.Scoped, o other) error { return mine.Ended(ctx, eventOf(o)) },
	}
}

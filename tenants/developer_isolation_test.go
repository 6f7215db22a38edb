package tenants_test

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
)

// developerCrossings are the [crossings] of what admins and developers see.
func developerCrossings() map[string]crossing {
	return map[string]crossing{
		"Audit": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Audit(ctx, o.ann, tenants.AuditFilter{Limit: 100})
			return refused(err)
		},
		"AuditOf": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.AuditOf(ctx, o.ann, nil)
			return refused(err)
		},
		"Faces": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Faces(ctx, o.room.ID, o.ann)
			return refused(err)
		},
		"Colleagues": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.Colleagues(ctx, o.ann, "", 1)
			return refused(err)
		},
		"Webhooks": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Webhooks(ctx, o.ann)
			return refused(err)
		},
		"CreateWebhook": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateWebhook(ctx, o.ann, "https://spy.example", tenants.WebhookEvents(), false)
			return refused(err)
		},
		"DeleteWebhook": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.DeleteWebhook(ctx, o.ann, o.hook.ID))
		},
		"RotateWebhook": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RotateWebhook(ctx, o.ann, o.hook.ID)
			return refused(err)
		},
		"EnableWebhook": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EnableWebhook(ctx, o.ann, o.hook.ID))
		},
		"Deliveries": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.Deliveries(ctx, o.ann, o.hook.ID)
			return refused(err)
		},
		"Redeliver": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.Redeliver(ctx, o.ann, o.delivery))
		},
		"Attempt": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Attempt(ctx, o.delivery)
			return refused(err)
		},
		"Settle": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Settle(ctx, o.delivery, tenants.AttemptResult{Fault: "x"})
			return refused(err)
		},
		"Managers": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			people, err := mine.Managers(ctx)
			for _, p := range people {
				if p.ID == o.ann {
					return errors.New("it showed another's people")
				}
			}
			return err
		},
		"As": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return keyDoorCrossings(ctx, mine.As(o.api), o)
		},
		"Usage": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Usage(ctx, o.ann, o.meeting.StartedAt, o.meeting.StartedAt)
			return refused(err)
		},
		"CreateAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateAPIKey(ctx, o.ann, "x", tenants.APIScopes())
			return refused(err)
		},
		"RotateAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RotateAPIKey(ctx, o.ann, o.api.ID, time.Hour)
			return refused(err)
		},
		"RevokeAPIKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RevokeAPIKey(ctx, o.ann, o.api.ID))
		},
		"APIKeys": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.APIKeys(ctx, o.ann)
			return refused(err)
		},
		"APIKeyUsed": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.APIKeyUsed(ctx, o.api, "203.0.113.1") // the row is compared
		},
		"MakeKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.MakeKey(ctx, o.ann, "x")
			return refused(err)
		},
		"RotateKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RotateKey(ctx, o.ann, o.spare.ID, time.Hour)
			return refused(err)
		},
		"EndKey": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EndKey(ctx, o.ann, o.spare.ID))
		},
		"VerifyAudit": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			ours, err := mine.VerifyAudit(ctx)
			theirs, err2 := o.VerifyAudit(ctx)
			if err := errors.Join(err, err2); err != nil || ours.Head != theirs.Head && ours.Broken == nil {
				return err
			}
			return errors.New("two organizations share a chain")
		},
	}
}

// keyDoorCrossings calls every method of [tenants.KeyDoor] with another organization's ids and a key that may everything.
func keyDoorCrossings(ctx context.Context, mine *tenants.KeyDoor, o other) error {
	_, one := mine.Room(ctx, o.room.ID)
	_, two := mine.RenameRoom(ctx, o.room.ID, "x")
	_, three := mine.Meeting(ctx, o.meeting.ID)
	_, four := mine.Participants(ctx, o.meeting.ID)
	_, _, five := mine.EndMeeting(ctx, o.meeting.ID)
	_, six := mine.Member(ctx, o.ann)
	for _, err := range []error{one, two, mine.ArchiveRoom(ctx, o.room.ID), three, four, five, six} {
		if err := refused(err); err != nil {
			return err
		}
	}
	slice := tenants.Slice{Limit: 200}
	rooms, _, err1 := mine.Rooms(ctx, tenants.RoomQuery{Slice: slice, Archived: true})
	meetings, _, err2 := mine.Meetings(ctx, tenants.MeetingQuery{Slice: slice})
	members, _, err3 := mine.Members(ctx, slice)
	usage, err4 := mine.Usage(ctx, o.meeting.StartedAt, o.meeting.StartedAt)
	used, err5 := mine.InUse(ctx)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	if used.Meetings > 0 {
		return errors.New("it counted another's meetings")
	}
	for _, r := range rooms {
		if r.Org == o.ID {
			return errors.New("it showed another's room")
		}
	}
	for _, m := range meetings {
		if m.ID == o.meeting.ID {
			return errors.New("it showed another's meeting")
		}
	}
	for _, m := range members {
		if m.ID == o.ann {
			return errors.New("it showed another's member")
		}
	}
	if usage[0].People > 0 {
		return errors.New("it counted another's people")
	}
	_, fresh, err := mine.Recall(ctx, "theirs", "x")
	if err == nil && fresh {
		return errors.New("another's key keeps answers here")
	}
	return errors.Join(mine.Keep(ctx, "theirs", tenants.KeptAnswer{Status: 200}), mine.Forget(ctx, "theirs"))
}

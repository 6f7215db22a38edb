package tenants_test

import (
	"context"

	"parley/tenants"
)

// usageCrossings are the [crossings] of what admins watch: meetings and usage.
func usageCrossings() map[string]crossing {
	return map[string]crossing{
		"PastMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.PastMeetings(ctx, o.ann, tenants.MeetingFilter{})
			return refused(err)
		},
		"EachPastMeeting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EachPastMeeting(ctx, o.ann, tenants.MeetingFilter{}, func(tenants.MeetingSummary) error { return nil }))
		},
		"LiveMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.LiveMeetings(ctx, o.ann)
			return refused(err)
		},
		"MeetingDetail": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.MeetingDetail(ctx, o.ann, o.meeting.ID, 1)
			return refused(err)
		},
		"OwnCall": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.OwnCall(ctx, o.meeting.ID, "guest")
			return refused(err)
		},
		"RateCall": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RateCall(ctx, o.meeting.ID, "guest", tenants.CallBad))
		},
		"RoomNames": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.RoomNames(ctx, o.ann)
			return refused(err)
		},
		"CloseMeeting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CloseMeeting(ctx, o.ann, o.meeting.ID)
			return refused(err)
		},
		"NoteQuality": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.NoteQuality(ctx, o.room.MediaName, o.meeting.StartedAt, []tenants.QualityMinute{{Identity: "guest", Minute: o.meeting.StartedAt, Score: 10}})
		},
		"UsageReport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.UsageReport(ctx, o.ann, tenants.UsageQuery{First: o.meeting.StartedAt, Last: o.meeting.StartedAt})
			return refused(err)
		},
	}
}

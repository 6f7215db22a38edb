package tenants_test

import (
	"context"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// chatCrossings are the calls around chat, in the name of somebody who sits in the
// other's meeting.
func chatCrossings() map[string]crossing {
	change := func(o other) tenants.ChatChange {
		return tenants.ChatChange{Room: o.room.ID, Identity: "guest", N: o.message.N}
	}
	return map[string]crossing{
		"PostChat": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.PostChat(ctx, tenants.ChatPost{Room: o.room.ID, Identity: "guest", ClientID: "crossing-1", Text: "x"})
			return refused(err)
		},
		"Chat": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Chat(ctx, o.room.ID, "guest", 0)
			return refused(err)
		},
		"ChatFile": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.ChatFile(ctx, o.room.ID, "guest", o.message.File.ID)
			return refused(err)
		},
		"ChatFilePart": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.ChatFilePart(ctx, o.room.ID, "guest", o.message.File.ID, 0)
			return refused(err)
		},
		"ChatFileGoesOn": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			part, err := mine.ChatFileGoesOn(ctx, o.message.File.ID, 0)
			return nothing(len(part), err)
		},
		"ChatOf": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.ChatOf(ctx, o.ann, o.meeting.ID, "ann", 0)
			return nothing(len(found), err)
		},
		"ChatPartOf": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			part, err := mine.ChatPartOf(ctx, o.ann, o.meeting.ID, "ann", o.anns.N, 0)
			return nothing(len(part), err)
		},
		"ChatExportFiles": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			files, err := mine.ChatExportFiles(ctx, tenants.ChatExportFile{})
			return nothing(len(files)-1, err) // its own one is sown
		},
		"ChatExportPart": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			part, err := mine.ChatExportPart(ctx, tenants.ChatExportFile{Meeting: o.meeting.ID, N: o.anns.N}, 0)
			return nothing(len(part), err)
		},
		"WrittenToAll": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.WrittenToAll(ctx, o.ann, o.meeting.ID, 0)
			return refused(err)
		},
		"PastFiles": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.PastFiles(ctx, o.ann, o.meeting.ID, 1)
			return refused(err)
		},
		"PastFile": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.PastFile(ctx, o.ann, o.meeting.ID, o.message.File.ID)
			return refused(err)
		},
		"PastFilePart": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.PastFilePart(ctx, o.ann, o.meeting.ID, o.message.File.ID, 0)
			return refused(err)
		},
		"RemovePastFile": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RemovePastFile(ctx, o.ann, o.meeting.ID, o.message.File.ID))
		},
		"DropChat": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			n, _, err := mine.DropChat(ctx, tenantstest.Start.AddDate(10, 0, 0))
			return nothing(int(n-1), err) // its own one is sown
		},
		"EditChat": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.EditChat(ctx, change(o), "x", false)
			return refused(err)
		},
		"DeleteChat": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.DeleteChat(ctx, change(o))
			return refused(err)
		},
		"ReactToChat": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.ReactToChat(ctx, change(o), "reaction/heart", true)
			return refused(err)
		},
	}
}

package tenants_test

import (
	"context"
	"errors"

	"parley/tenants"
)

// policyCrossings are the [crossings] of policies and of what they leave to people.
func policyCrossings() map[string]crossing {
	return map[string]crossing{
		"Policies": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			p, err := mine.Policies(ctx)
			if err == nil && p != tenants.DefaultPolicies() {
				return errors.New("it showed another's policies")
			}
			return err
		},
		"SetPolicies": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetPolicies(ctx, o.ann, tenants.Policies{Waiting: tenants.GuestsWait, Share: tenants.Members, Chat: tenants.Members}))
		},
		"StickerRule": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			rule, err := mine.StickerRule(ctx)
			if err == nil && rule.Which != tenants.PacksAll {
				return errors.New("it showed another's rule")
			}
			return err
		},
		"SetStickerRule": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetStickerRule(ctx, o.ann, tenants.StickerRule{Which: tenants.PacksNone}))
		},
		"Emoji": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.Emoji(ctx)
			return nothing(len(found)-1, err) // its own one is sown
		},
		"AddEmoji": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.AddEmoji(ctx, o.ann, tenants.EmojiInput{Name: "tada", MediaType: "image/png", Data: []byte{1}}, tenants.StorageLimit{})
			return refused(err)
		},
		"RemoveEmoji": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RemoveEmoji(ctx, o.ann, "canary-emoji-id"))
		},
		"StillWaits": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.StillWaits(ctx, tenants.EnterInput{Room: o.room.ID, Identity: "guest"})
			return refused(err)
		},
		"Waiters": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Waiters(ctx, tenants.Doorkeeper{User: o.ann, Identity: "guest"}, o.room.ID)
			return refused(err)
		},
		"AnswerWaiters": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.AnswerWaiters(ctx, tenants.Doorkeeper{User: o.ann, Identity: "guest"}, o.room.ID, []string{"guest"}, true))
		},
		"SayAtDoor": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.SayAtDoor(ctx, tenants.EnterInput{Room: o.room.ID, Identity: "guest"}, "Let me in")
			if len(found) > 0 {
				return errors.New("it showed what was written at another's door")
			}
			return refused(err)
		},
		"AnswerAtDoor": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			by := tenants.Doorkeeper{User: o.ann, Identity: "guest"}
			for _, to := range []tenants.ToWaiting{{All: true}, {Who: []string{"guest"}}} {
				if err := refused(mine.AnswerAtDoor(ctx, by, o.room.ID, to, "Come in")); err != nil {
					return err
				}
			}
			return nil
		},
		"DropWaitLines": func(ctx context.Context, mine *tenants.Scoped, _ other) error { return mine.DropWaitLines(ctx) },
		"RuledPlaces": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.RuledPlaces(ctx, o.ann)
			return nothing(len(found), err)
		},
	}
}

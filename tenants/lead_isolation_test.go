package tenants_test

import (
	"context"
	"errors"

	"parley/tenants"
)

// leadCrossings are the [crossings] of leading meetings.
func leadCrossings() map[string]crossing {
	none := "0190b7a4-0000-7000-8000-000000000000"
	return map[string]crossing{
		"Hosting": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Hosting(ctx, o.room.ID, "guest")
			return refused(err)
		},
		"SettleHost": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, _, err := mine.SettleHost(ctx, o.room.MediaName)
			return refused(err)
		},
		"Lead": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			for _, act := range everyAct("guest") {
				if err := refused(second(mine.Lead(ctx, o.room.ID, "guest", act))); err != nil {
					return err
				}
			}
			return nil
		},
		"Bans": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.Bans(ctx, o.room.ID, "guest")
			if len(found) > 0 {
				return errors.New("it showed whom another's room keeps out")
			}
			return refused(err)
		},
		"Unban": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(second(mine.Unban(ctx, o.room.ID, "guest", none)))
		},
		"LookAtDoor": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(second(mine.LookAtDoor(ctx, tenants.EnterInput{Room: o.room.ID, Identity: "guest"})))
		},
		"EndForAll": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EndForAll(ctx, tenants.Doorkeeper{User: o.ann, Identity: "guest"}, o.room.ID))
		},
		"Doorkeepers": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(second(mine.Doorkeepers(ctx, o.room.ID)))
		},
		"RuledIn": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(second(mine.RuledIn(ctx, o.room.ID)))
		},
	}
}

func second[T any](_ T, err error) error { return err }

// everyAct is one act of each kind, about somebody.
func everyAct(who string) []tenants.Act {
	return []tenants.Act{
		{Kind: tenants.ActHand, On: true}, {Kind: tenants.ActLower, Who: who}, {Kind: tenants.ActLower}, {Kind: tenants.ActLock, On: true},
		{Kind: tenants.ActRules, Rules: map[string]bool{"chat": false}}, {Kind: tenants.ActSpot, Who: who}, {Kind: tenants.ActSpot},
		{Kind: tenants.ActCoHost, Who: who, On: true}, {Kind: tenants.ActHandOver, Who: who}, {Kind: tenants.ActRename, Who: who, Name: "Mallory"},
		{Kind: tenants.ActMute, Who: who}, {Kind: tenants.ActMute}, {Kind: tenants.ActStop, Who: who}, {Kind: tenants.ActAsk, Who: who},
		{Kind: tenants.ActRemove, Who: who}, {Kind: tenants.ActBan, Who: who}, {Kind: tenants.ActEnd},
	}
}

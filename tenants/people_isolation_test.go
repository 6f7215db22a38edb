package tenants_test

import (
	"context"
	"errors"
	"slices"

	"parley/tenants"
)

// peopleCrossings are the [crossings] of members, invitations, and quotas of one person.
func peopleCrossings() map[string]crossing {
	return map[string]crossing{
		"Quota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			q, err := mine.Quota(ctx)
			if err == nil && q != (tenants.Quota{}) {
				return errors.New("it showed another's quota")
			}
			return err
		},
		"Members": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, _, err := mine.Members(ctx, tenants.MemberQuery{Search: "ann"})
			return nothing(len(found), err)
		},
		"Member": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Member(ctx, o.ann)
			return refused(err)
		},
		"MemberCount": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			n, err := mine.MemberCount(ctx)
			return nothing(n-1, err)
		},
		"PlacesOf": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.PlacesOf(ctx, o.ann)
			return nothing(len(found), err)
		},
		"GuestPlaces": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.GuestPlaces(ctx)
			return nothing(len(found), err)
		},
		"ChangeRole": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.ChangeRole(ctx, o.ann, o.ann, tenants.RoleMember))
		},
		"RemoveMember": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RemoveMember(ctx, o.ann, o.ann))
		},
		"Leave": func(ctx context.Context, mine *tenants.Scoped, o other) error { return refused(mine.Leave(ctx, o.ann)) },
		"HandOver": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.HandOver(ctx, o.ann, o.ann))
		},
		"CheckInvites": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CheckInvites(ctx, o.ann, tenants.Inviting{})
			return refused(err)
		},
		"Invite": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.Invite(ctx, o.ann, tenants.Inviting{People: []tenants.InviteInput{{Email: "x@y.example"}}})
			return refused(err)
		},
		"Invitations": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, n, err := mine.Invitations(ctx, tenants.InviteQuery{})
			return nothing(len(found)+n, err)
		},
		"StorageUsed": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			used, err := mine.StorageUsed(ctx)
			return nothing(int(used.Total())-len("canary-org_logos-png-123456789012")-len("canary-emoji-data-123456789012")-7-7, err) // its own are sown
		},
		"SeatsUsed": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			n, err := mine.SeatsUsed(ctx)
			return nothing(n-1, err)
		},
		"ResendInvite": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.ResendInvite(ctx, o.ann, string(o.room.ID), tenants.Inviting{}))
		},
		"WithdrawInvite": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.WithdrawInvite(ctx, o.ann, string(o.room.ID)))
		},
		"CreateInviteLink": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.CreateInviteLink(ctx, o.ann, 1, 1)
			return refused(err)
		},
		"InviteLinks": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.InviteLinks(ctx, o.ann)
			return refused(err)
		},
		"RevokeInviteLink": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RevokeInviteLink(ctx, o.ann, string(o.room.ID)))
		},
		"AllowDomain": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.AllowDomain(ctx, o.ann)
			return refused(err)
		},
		"JoinDomains": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.JoinDomains(ctx)
			theirs, err2 := o.JoinDomains(ctx)
			for _, domain := range found {
				if slices.Contains(theirs, domain) {
					return errors.New("it showed another's domain")
				}
			}
			return errors.Join(err, err2)
		},
		"ForbidDomain": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.ForbidDomain(ctx, o.ann, "acme.example"))
		},
		"JoinByDomain": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.JoinByDomain(ctx, o.ann, 0))
		},
		"PersonQuotas": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			found, err := mine.PersonQuotas(ctx)
			if _, shown := found[o.ann]; shown {
				return errors.New("it showed another's quota")
			}
			return err
		},
		"SetPersonQuota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetPersonQuota(ctx, o.ann, o.ann, tenants.Quota{}))
		},
		"MonthUse": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			use, err := mine.MonthUse(ctx)
			return nothing(use.Makers[o.ann], err)
		},
		"TellOfQuotas": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.TellOfQuotas(ctx, "x", "en")
			return err
		},
		"TellOfStorage": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			told, err := mine.TellOfStorage(ctx, "x", "en", tenants.StorageLimit{Most: 1 << 20}, false)
			if told {
				err = errors.New("another's pictures fill its storage")
			}
			return err
		},
		"RelimitMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			changed, err := mine.RelimitMeetings(ctx, func(tenants.UserID) tenants.Limits { return tenants.Limits{} }, "None", false)
			return nothing(len(changed), err)
		},
	}
}

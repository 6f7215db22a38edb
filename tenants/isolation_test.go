package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	room     tenants.Room
	shared   tenants.Room // has a media name that the asker uses too
	meeting  tenants.Meeting
	key      tenants.MediaKey
	own      tenants.MediaKey
	ann      tenants.UserID
	api      tenants.APIKey
	spare    tenants.MediaKey
	hook     tenants.Webhook
	delivery string
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
	all := map[string]call{
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
			if err != nil || key.ID != o.own.ID {
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
		"SSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.SSO(ctx)
			return refused(err)
		},
		"SSOClient": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.SSOClient(ctx)
			return refused(err)
		},
		"SetSSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetSSO(ctx, o.ann, tenants.SetSSOInput{Issuer: "https://login.example", ClientID: "x", Secret: "x", Domains: "x.example"}))
		},
		"RemoveSSO": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RemoveSSO(ctx, o.ann))
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
		"RelimitMeetings": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			changed, err := mine.RelimitMeetings(ctx, func(tenants.UserID) tenants.Limits { return tenants.Limits{} }, "None", false)
			return nothing(len(changed), err)
		},
		"RenameOrg": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RenameOrg(ctx, o.ann, "x"))
		},
		"SetColour": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.SetColour(ctx, o.ann, "#1c7ed6")
			return refused(err)
		},
		"SetLogo": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetLogo(ctx, o.ann, nil))
		},
		"SetQuota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			one := 1
			return refused(mine.SetQuota(ctx, o.ann, tenants.Quota{Participants: &one}))
		},
	}
	maps.Copy(all, developerCrossings(refused))
	return all
}

// TestNoMethodReachesAnotherOrganization holds every method of Scoped, also those
// that somebody adds tomorrow. On PostgreSQL it does so a second time with the
// ORM's wall down: row-level security alone must hold.
func TestNoMethodReachesAnotherOrganization(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { holds(t, tenantstest.SQLitePath(t), true) })
	t.Run("postgres", func(t *testing.T) { holds(t, tenantstest.PostgresURL(t), true) })
	t.Run("postgres alone", func(t *testing.T) { holds(t, tenantstest.PostgresURL(t), false) })
}

func holds(t *testing.T, address string, ormWall bool) {
	t.Helper()
	for _, leak := range cross(t, address, ormWall) {
		t.Error(leak)
	}
}

// TestTheCrossTenantTestSeesAMissingWall takes the only wall of SQLite down.
func TestTheCrossTenantTestSeesAMissingWall(t *testing.T) {
	found := strings.Join(cross(t, tenantstest.SQLitePath(t), false), "\n")
	// Methods come by name: without walls the other's owner is gone after Leave.
	for _, want := range []string{"Scoped.RoomByID", "Scoped.People", "Scoped.Keys", "Scoped.RevokeKey", "Scoped.EndMeeting", "Scoped.ChangeRole", "changed in rooms", "changed in meetings"} {
		if !strings.Contains(found, want) {
			t.Errorf("without any wall the test does not notice %q; it found:\n%s", want, found)
		}
	}
}

// cross calls every method with another organization's ids and says what came
// through: in answers, and in the other's rows.
func cross(t *testing.T, address string, ormWall bool) (leaks []string) {
	t.Helper()
	db := tenantstest.Open(t, address)
	w := tenantstest.New(t, db)
	theirs := populated(t, w)
	mine := w.Org("mine").Owner("eve")
	raw := tenantstest.Inspect(t, address)
	raw.Sow(theirs.ID, mine.ID)
	before := raw.Rows(theirs.ID)
	if !ormWall {
		tenantstest.DropORMWall(t, db)
	}
	calls := crossings()
	methods := reflect.TypeFor[*tenants.Scoped]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		call, ok := calls[name]
		if !ok {
			t.Errorf("Scoped.%s is not in the cross-tenant test: add a call with the other's ids to crossings in tenants/isolation_test.go", name)
			continue
		}
		if err := call(t.Context(), mine.Scoped, theirs); err != nil {
			leaks = append(leaks, fmt.Sprintf("Scoped.%s with another organization's ids: %v", name, err))
		}
	}
	for name := range calls {
		if _, ok := methods.MethodByName(name); !ok {
			t.Errorf("Scoped has no method %s: take it out of crossings", name)
		}
	}
	mineOnly, err := w.Store.OrgsOf(t.Context(), mine.User("eve").ID)
	if err != nil || len(mineOnly) != 1 || mineOnly[0].Org.ID != mine.ID {
		leaks = append(leaks, fmt.Sprintf("Store.OrgsOf shows a person of one organization: %+v, %v", mineOnly, err))
	}
	return append(leaks, before.Diff(raw.Rows(theirs.ID))...)
}

// populated is an organization with one of everything.
func populated(t *testing.T, w *tenantstest.World) other {
	t.Helper()
	acme := w.Org("acme").Owner("ann")
	o := other{Org: acme, ann: acme.User("ann").ID, room: acme.Room("ann", "Standup")}
	var err error
	if o.hook, err = acme.CreateWebhook(t.Context(), o.ann, "https://acme.example/hooks", tenants.WebhookEvents(), false); err != nil {
		t.Fatal(err)
	}
	o.meeting = acme.Guest(o.room, "guest").Meeting
	_, sent, err := acme.Deliveries(t.Context(), o.ann, o.hook.ID)
	if err != nil || len(sent) != 2 {
		t.Fatalf("%d deliveries, %v", len(sent), err)
	}
	o.delivery = sent[0].ID
	if o.key, err = acme.CreateKey(t.Context(), "app"); err != nil {
		t.Fatal(err)
	}
	if o.shared, err = acme.EnsureRoom(t.Context(), "shared name"); err != nil {
		t.Fatal(err)
	}
	if o.own, err = acme.InternalKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o.api, err = acme.CreateAPIKey(t.Context(), o.ann, "reports", tenants.APIScopes()); err != nil {
		t.Fatal(err)
	}
	if o.spare, err = acme.MakeKey(t.Context(), o.ann, "spare"); err != nil {
		t.Fatal(err)
	}
	five := 5
	if err := acme.SetQuota(t.Context(), o.ann, tenants.Quota{Participants: &five}); err != nil {
		t.Fatal(err)
	}
	return o
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

package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
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
	run      tenants.IsolationRun
	export   tenants.Export
	support  string
	message  tenants.ChatMessage // with a file
	anns     tenants.ChatMessage // her own, with a file

	exception string
}

// crossing is a call from one organization with the ids of another. It returns
// what was seen or done: nil means nothing.
type crossing = func(ctx context.Context, mine *tenants.Scoped, o other) error

// refused is nil when a call was refused as it must be.
func refused(err error) error {
	switch tenants.CodeOf(err) {
	case tenants.CodeNotFound, tenants.CodeForbidden:
		return nil
	case "":
		return errors.New("it was not refused")
	}
	return err
}

// nothing is nil when a call showed nothing.
func nothing(n int, err error) error {
	if err == nil && n > 0 {
		return errors.New("it showed something")
	}
	return err
}

// crossings has a call for every method of [tenants.Scoped]. What is alike
// stands together, in the files *_isolation_test.go.
func crossings() map[string]crossing {
	all := map[string]crossing{
		"RenameOrg": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.RenameOrg(ctx, o.ann, "x"))
		},
		"SetColour": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.SetColour(ctx, o.ann, "#1c7ed6")
			return refused(err)
		},
		"SetLogo": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.SetLogo(ctx, o.ann, nil, tenants.StorageLimit{}))
		},
		"SetQuota": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			one := 1
			return refused(mine.SetQuota(ctx, o.ann, tenants.Quota{Participants: &one}))
		},
	}
	for _, more := range []map[string]crossing{roomCrossings(), peopleCrossings(), policyCrossings(), keyCrossings(), developerCrossings(), usageCrossings(), lifeCrossings(), operatorCrossings(), chatCrossings(), leadCrossings()} {
		maps.Copy(all, more)
	}
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
	for _, want := range []string{"Scoped.RoomByID", "Scoped.ChatExportFiles", "Scoped.ChatExportPart", "Scoped.ChatOf", "Scoped.ChatPartOf", "Scoped.People", "Scoped.Keys", "Scoped.RevokeKey", "Scoped.EndMeeting", "Scoped.ChangeRole", "changed in rooms", "changed in meetings"} {
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
			t.Errorf("Scoped.%s is not in the cross-tenant test: add a call with the other's ids to crossings in tenants/isolation_test.go, or in the file beside it whose subject it is", name)
			continue
		}
		// Once more after the other's own door was open in the same transaction.
		glance, done := w.Store.Glance(t.Context())
		if _, _, err := theirs.Members(glance, tenants.MemberQuery{}); err != nil {
			t.Fatal(err)
		}
		for _, ctx := range []context.Context{t.Context(), glance} {
			if err := call(ctx, mine.Scoped, theirs); err != nil {
				leaks = append(leaks, fmt.Sprintf("Scoped.%s with another organization's ids: %v", name, err))
			}
		}
		done()
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
	if o.export, err = acme.AskExport(t.Context(), tenants.AskExportInput{By: o.ann, Lang: "en"}); err != nil {
		t.Fatal(err)
	}
	if o.message, err = acme.PostChat(t.Context(), tenants.ChatPost{Room: o.room.ID, Identity: "guest", ClientID: "theirs-1", File: upload(t, "theirs.txt", "theirs alone", tenants.StorageLimit{})}); err != nil {
		t.Fatal(err)
	}
	if _, err := acme.Enter(t.Context(), tenants.EnterInput{Room: o.room.ID, Identity: "ann", Name: "Ann", Member: true, User: o.ann, Limits: tenantstest.Free()}); err != nil {
		t.Fatal(err)
	}
	if o.anns, err = acme.PostChat(t.Context(), tenants.ChatPost{Room: o.room.ID, Identity: "ann", ClientID: "anns-own-1", File: upload(t, "anns.txt", "hers alone", tenants.StorageLimit{})}); err != nil {
		t.Fatal(err)
	}
	look, err := acme.AskSupport(t.Context(), tenants.AskSupportInput{Operator: tenants.Operator{ID: asker, Name: "Olga"}, Reason: "a test", Minutes: 60})
	if err != nil {
		t.Fatal(err)
	}
	o.support = look.ID
	many := 9
	x, err := acme.SetException(t.Context(), tenants.SetExceptionInput{Exception: tenants.Exception{Seats: &many, Reason: "theirs alone", Until: time.Now().Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	o.exception = x.ID
	if _, err = acme.DeleteOrg(t.Context(), tenants.DeleteOrgInput{By: o.ann, Typed: "acme"}); err != nil {
		t.Fatal(err)
	}
	if o.run, err = acme.StartIsolationRun(t.Context(), o.ann); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Store.SetPicture(t.Context(), o.ann, photo(t, 8), nil); err != nil {
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

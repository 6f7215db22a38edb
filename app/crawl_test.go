package app_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/valyala/fasthttp"

	"parley/app/isolation"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// crawled is an organization whose things others ask for.
type crawled struct {
	org    tenants.Organization
	people map[tenants.Role]tenants.User
	things isolation.Things
	open   tenants.Room // strangers are invited to it
	key    tenants.MediaKey
	api    tenants.APIKey
	live   tenants.Meeting
}

// sow makes an organization with people in every role and one of everything.
// What it puts into no table, [tenantstest.Raw.Sow] fills with a row of texts
// that nobody else has.
func sow(t *testing.T, w *world, name string) crawled {
	t.Helper()
	ctx := t.Context()
	org, err := w.store.CreateOrg(ctx, name)
	must(t, err)
	c := crawled{org: org, people: map[tenants.Role]tenants.User{}}
	for _, role := range []tenants.Role{tenants.RoleOwner, tenants.RoleAdmin, tenants.RoleBilling, tenants.RoleMember} {
		c.people[role], err = w.store.CreateUser(ctx, tenants.CreateUserInput{
			Org: org.ID, Name: name + " " + string(role), Email: org.Slug + "-" + string(role) + "@parley.example", Password: tenantstest.Password, Role: role,
		})
		must(t, err)
	}
	scoped, owner := w.store.Org(org.ID), c.people[tenants.RoleOwner].ID
	c.open, err = scoped.CreateRoom(ctx, owner, name+" open room")
	must(t, err)
	private, err := scoped.CreateRoom(ctx, owner, name+" board room")
	must(t, err)
	archived, err := scoped.CreateRoom(ctx, owner, name+" old room")
	must(t, err)
	must(t, scoped.ArchiveRoom(ctx, owner, archived.ID))
	for _, room := range []tenants.Room{c.open, private} {
		entry, err := scoped.Enter(ctx, tenants.EnterInput{Room: room.ID, Identity: "guest-" + room.Code, Name: name + " visitor", Limits: tenantstest.Free(), Plan: "Free"})
		must(t, err)
		c.live = entry.Meeting
	}
	must(t, scoped.EndMeeting(ctx, c.live.ID, tenants.EndHost))
	c.live, _, err = scoped.Current(ctx, c.open.ID)
	must(t, err)
	c.key, err = scoped.CreateKey(ctx, name+" key")
	must(t, err)
	c.api, err = scoped.CreateAPIKey(ctx, owner, name+" reports", tenants.APIScopes())
	must(t, err)
	five := 5
	must(t, scoped.SetQuota(ctx, owner, tenants.Quota{Participants: &five}))
	must(t, w.billing.SetPlan(ctx, org.ID, "business"))

	_, err = scoped.Invite(ctx, owner, tenants.Inviting{People: []tenants.InviteInput{{Email: "new@" + org.Slug + ".example", Name: name + " newcomer"}}})
	must(t, err)
	_, err = scoped.CreateInviteLink(ctx, owner, 7, 5)
	must(t, err)

	c.things = isolation.Things{
		isolation.Organization: {org.Slug},
		isolation.Room:         {string(private.ID), string(archived.ID), string(c.open.ID)},
		isolation.Code:         {c.open.Code},
		isolation.Member:       {string(owner), string(c.people[tenants.RoleMember].ID)},
	}
	return c
}

// askers are all who ask for the things of an organization: people of another
// one in every role, guests of both, a program of another one, nobody.
func askers(t *testing.T, w *world, own, target crawled, door *isolation.Door) (all []*isolation.Asker) {
	t.Helper()
	ctx := t.Context()
	add := func(a *isolation.Asker, err error) {
		t.Helper()
		must(t, err)
		all = append(all, a)
	}
	add(door.Nobody("nobody"))
	for _, role := range []tenants.Role{tenants.RoleOwner, tenants.RoleAdmin, tenants.RoleBilling, tenants.RoleMember} {
		add(door.SignIn(ctx, "another organization's "+string(role), own.things, own.people[role].Email, tenantstest.Password))
	}
	add(door.Guest(ctx, "another organization's guest", own.things, own.open.Code, "Gus"))
	add(door.Guest(ctx, "a guest of its own", isolation.Things{}, target.open.Code, "Gil"))
	add(door.Program("a program with another organization's key", own.things, func(room string) (string, error) {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"iss": own.key.ID, "sub": "program", "nbf": time.Now().Add(-time.Minute).Unix(), "exp": time.Now().Add(time.Hour).Unix(),
			"video": map[string]any{"roomJoin": true, "roomCreate": true, "roomList": true, "roomAdmin": true, "room": room},
		}).SignedString([]byte(own.key.Secret))
		return "Bearer " + token, err
	}))
	add(door.Program("a program with another organization's API key", own.things, func(string) (string, error) { return "Bearer " + own.api.Token, nil }))
	return all
}

// TestNoRouteShowsAnotherOrganization crawls every route × verb × id as
// everybody who does not belong to the organization; on PostgreSQL a second time
// with the ORM's wall down, so that row-level security alone must hold.
func TestNoRouteShowsAnotherOrganization(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { mustHold(t, tenantstest.SQLitePath(t), true) })
	t.Run("postgres", func(t *testing.T) { mustHold(t, tenantstest.PostgresURL(t), true) })
	t.Run("postgres alone", func(t *testing.T) { mustHold(t, tenantstest.PostgresURL(t), false) })
}

func mustHold(t *testing.T, database string, ormWall bool) {
	t.Helper()
	report := crawl(t, database, crawling{ormWall: ormWall})
	for i, leak := range report.Leaks {
		if i == 40 {
			t.Fatalf("and %d more", len(report.Leaks)-i)
		}
		t.Error(leak)
	}
	t.Logf("%d routes, %d requests", report.Routes, report.Requests)
	if report.Routes < 100 || report.Requests < 1000 {
		t.Errorf("only %d routes were walked with %d requests", report.Routes, report.Requests)
	}
}

// TestTheCrawlerSeesAMissingWall takes the only wall of SQLite down.
func TestTheCrawlerSeesAMissingWall(t *testing.T) {
	found := strings.Join(crawl(t, tenantstest.SQLitePath(t), crawling{askers: 2}).Leaks, "\n")
	// Nothing is changed: without walls the audit log has no place for what the other's owner tries, as its numbers are taken.
	// That changes are noticed is shown by the leaking route below.
	for _, want := range []string{"board room", "GET /o/", "POST /o/", "from rooms.id", "from invitations.email", "a thing that never was"} {
		if !strings.Contains(found, want) {
			t.Errorf("without any wall the crawler does not notice %q; it found:\n%s", want, found[:min(len(found), 4000)])
		}
	}
}

// TestTheCrawlerSeesALeakingRoute puts routes in front of the server that leak
// one thing each.
func TestTheCrawlerSeesALeakingRoute(t *testing.T) {
	var target crawled
	var w *world
	leaky := func(c *fasthttp.RequestCtx) bool {
		switch string(c.Path()) {
		case "/leak/shows":
			c.SetBodyString("<p>" + target.people[tenants.RoleOwner].Email + "</p>")
		case "/leak/" + target.things[isolation.Room][0]:
			c.SetStatusCode(http.StatusForbidden) // tells that there is such a room
		case "/leak/does":
			if c.IsPost() {
				_, err := w.store.Org(target.org.ID).RenameRoom(context.Background(), target.people[tenants.RoleOwner].ID, target.open.ID, "Taken over")
				must(t, err)
			}
		case "/leak/fails":
			c.SetStatusCode(http.StatusInternalServerError)
		default:
			return false
		}
		return true
	}
	found := strings.Join(crawl(t, tenantstest.SQLitePath(t), crawling{ormWall: true, askers: 2, bend: func(at *world, victim crawled, walk *isolation.Walk) func(*fasthttp.RequestCtx) bool {
		w, target = at, victim
		walk.Rules = map[string]isolation.Rule{
			"/leak/shows": {Duty: isolation.Open}, "/leak/does": {Duty: isolation.Open}, "/leak/fails": {Duty: isolation.Open},
			"/leak/:room": {Duty: isolation.Hidden, Params: isolation.Params{"room": isolation.Room}},
		}
		walk.Routes = nil
		for path := range walk.Rules {
			walk.Routes = append(walk.Routes, isolation.Route{Method: http.MethodGet, Path: path}, isolation.Route{Method: http.MethodPost, Path: path})
		}
		return leaky
	}}).Leaks, "\n")
	for _, want := range []string{
		"GET /leak/shows by nobody: the answer holds", "from users.email", "is answered with 403 , while a thing that never was is answered with 404",
		"changed in rooms", "GET /leak/fails by nobody: it failed with 500",
	} {
		if !strings.Contains(found, want) {
			t.Errorf("the crawler does not notice %q; it found:\n%s", want, found[:min(len(found), 4000)])
		}
	}
}

// TestEveryRouteIsInTheIsolationTest holds the routes of tomorrow.
func TestEveryRouteIsInTheIsolationTest(t *testing.T) {
	w := newWorld(t)
	w.browser().get("/healthz").status(200) // it serves: a server that is shut down before that is nobody's
	for _, fault := range isolation.Check(w.web.Routes(), isolation.Rules()) {
		t.Error(fault)
	}
	found := strings.Join(isolation.Check(append(w.web.Routes(), isolation.Route{Method: http.MethodGet, Path: "/o/:org/secrets/:room"}), isolation.Rules()), "\n")
	if !strings.Contains(found, `"/o/:org/secrets/:room": console(Params{"room": Room})`) {
		t.Errorf("a route that is not listed: %q", found)
	}
}

// idsByColumn gives both organizations ids of the kinds that rules name by a column.
func idsByColumn(walk isolation.Walk, own isolation.Things, secretsOfOwn map[string]string) {
	for _, rule := range walk.Rules {
		for _, named := range []isolation.Params{rule.Params, rule.Form} {
			for _, kind := range named {
				if !strings.Contains(string(kind), ".") {
					continue
				}
				walk.Target.Things[kind], own[kind] = valuesOf(walk.Target.Secrets, kind), valuesOf(secretsOfOwn, kind)
			}
		}
	}
}

// valuesOf are at most two values of a column.
func valuesOf(secrets map[string]string, column isolation.Kind) (out []string) {
	for value, from := range secrets {
		if from == string(column) && len(out) < 2 {
			out = append(out, value)
		}
	}
	return out
}

// crawling is how a crawl differs from the usual one.
type crawling struct {
	ormWall bool // stays up
	askers  int  // only so many; zero = all
	// bend may change the walk and put a handler in front of the server.
	bend func(*world, crawled, *isolation.Walk) func(*fasthttp.RequestCtx) bool
}

// crawl walks a whole Parley on a database and adds what changed in the other
// organization's rows.
func crawl(t *testing.T, database string, how crawling) isolation.Report {
	t.Helper()
	w := newWorldOn(t, database)
	target, own := sow(t, w, "Acme"), sow(t, w, "Other")
	raw := tenantstest.Inspect(t, database)
	raw.Sow(target.org.ID, own.org.ID)
	walk := isolation.Walk{
		Routes: w.web.Routes(), Rules: isolation.Rules(), Own: true,
		Target: isolation.Target{Things: target.things},
	}
	w.web.Handler().Handler() // the router is complete now, whether or not Serve has come that far
	server := w.web.Handler().Server()
	if how.bend != nil {
		first, rest := how.bend(w, target, &walk), server.Handler
		server = &fasthttp.Server{ReadBufferSize: 32 << 10, Handler: func(c *fasthttp.RequestCtx) {
			if !first(c) {
				rest(c)
			}
		}}
	}
	door, err := isolation.NewDoor(server, w.base)
	must(t, err)
	walk.Askers = askers(t, w, own, target, door)
	if how.askers > 0 {
		walk.Askers = walk.Askers[:how.askers]
	}
	_, err = door.SignIn(t.Context(), "its own owner", target.things, target.people[tenants.RoleOwner].Email, tenantstest.Password)
	must(t, err)
	walk.Target.Secrets = raw.Secrets(target.org.ID, own.org.ID)
	idsByColumn(walk, own.things, raw.Secrets(own.org.ID, target.org.ID))
	before := raw.Rows(target.org.ID)
	if !how.ormWall {
		tenantstest.DropORMWall(t, w.db)
	}
	report, err := walk.Run(t.Context())
	must(t, err)
	for _, line := range before.Diff(raw.Rows(target.org.ID)) {
		if !strings.Contains(line, string(target.live.ID)) { // people come and go in the meeting that strangers are invited to
			report.Leaks = append(report.Leaks, line)
		}
	}
	if now, err := w.store.Org(target.org.ID).Meeting(t.Context(), target.live.ID); how.ormWall && (err != nil || !now.Running()) {
		report.Leaks = append(report.Leaks, fmt.Sprintf("the meeting that strangers are invited to has ended: %+v, %v", now, err))
	}
	return report
}

package tenantstest

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
)

// Password is everybody's. It obeys the rule.
const Password = "an otter in the harbour"

// World builds organizations and people. A step that fails ends the test.
type World struct {
	Store *tenants.Store
	t     testing.TB
}

// New makes a world in a database. Its clock is the given one, or stands at
// [Start].
func New(t testing.TB, db *tenants.DB, clock ...clockwork.Clock) *World {
	t.Helper()
	var c clockwork.Clock = clockwork.NewFakeClockAt(Start)
	if len(clock) > 0 {
		c = clock[0]
	}
	store := tenants.New(db, tenants.Options{
		Clock:        c,
		Secret:       [32]byte{1, 2, 3},
		PasswordCost: tenants.PasswordCost{MemoryKiB: 64, Passes: 1},
	})
	return &World{Store: store, t: t}
}

// Org is an organization under construction.
type Org struct {
	tenants.Organization
	*tenants.Scoped
	Store *tenants.Store

	t      testing.TB
	people map[string]tenants.User
}

// Org makes an organization.
func (w *World) Org(name string) *Org {
	w.t.Helper()
	org, err := w.Store.CreateOrg(w.t.Context(), name)
	must(w.t, err, "make organization "+name)
	return &Org{Organization: org, Scoped: w.Store.Org(org.ID), Store: w.Store, t: w.t, people: map[string]tenants.User{}}
}

// Owner adds a person who owns the organization.
func (o *Org) Owner(name string) *Org { return o.Person(name, tenants.RoleOwner) }

// Admin adds a person who manages it.
func (o *Org) Admin(name string) *Org { return o.Person(name, tenants.RoleAdmin) }

// Member adds a person with no more rights than to meet.
func (o *Org) Member(name string) *Org { return o.Person(name, tenants.RoleMember) }

// Person adds a person in a role. The address is name@slug.example.
func (o *Org) Person(name string, role tenants.Role) *Org {
	o.t.Helper()
	user, err := o.Store.CreateUser(o.t.Context(), tenants.CreateUserInput{
		Org: o.ID, Name: strings.ToUpper(name[:1]) + name[1:], Email: name + "@" + o.Slug + ".example",
		Password: Password, Role: role,
	})
	must(o.t, err, "make "+name)
	o.people[name] = user
	return o
}

// User gives a person by the name they were added with.
func (o *Org) User(name string) tenants.User {
	o.t.Helper()
	user, ok := o.people[name]
	if !ok {
		o.t.Fatalf("nobody called %s was added to %s", name, o.Slug)
	}
	return user
}

// Room makes a room that belongs to the person.
func (o *Org) Room(by, name string) tenants.Room {
	o.t.Helper()
	room, err := o.CreateRoom(o.t.Context(), o.User(by).ID, name)
	must(o.t, err, "make room "+name)
	return room
}

// Free are limits like those of the free plan.
func Free() tenants.Limits {
	return tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 100, ChatDays: 30, Ads: true}
}

// Pro are limits like those of a paid plan.
func Pro() tenants.Limits {
	return tenants.Limits{MeetingLength: 30 * time.Hour, Participants: 150, StorageBytes: 5 << 30, Phone: true}
}

// Guest enters a room as a guest on the free plan.
func (o *Org) Guest(room tenants.Room, identity string) tenants.Entry {
	o.t.Helper()
	entry, err := o.Enter(o.t.Context(), tenants.EnterInput{
		Room: room.ID, Identity: identity, Name: identity, Limits: Free(), Plan: "Free",
	})
	must(o.t, err, identity+" enters "+room.Name)
	return entry
}

func must(t testing.TB, err error, tried string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", tried, err)
	}
}

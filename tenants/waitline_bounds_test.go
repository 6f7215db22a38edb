package tenants_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// atDoor is a room before which guests wait, and who may let them in.
type atDoor struct {
	*tenantstest.Org
	t    *testing.T
	room tenants.Room
	host tenants.Doorkeeper
}

func guestsWait(t *testing.T, db *tenants.DB, clock clockwork.Clock, who ...string) *atDoor {
	t.Helper()
	acme := tenantstest.New(t, db, clock).Org("acme").Admin("amy")
	policies := tenants.DefaultPolicies()
	policies.Waiting = tenants.GuestsWait
	must(t, acme.SetPolicies(t.Context(), acme.User("amy").ID, policies))
	d := &atDoor{acme, t, acme.Room("amy", "Kitchen"), tenants.Doorkeeper{User: acme.User("amy").ID, Identity: "amy"}}
	for _, one := range who {
		d.knock(one)
	}
	return d
}

func (d *atDoor) knock(who string) {
	d.t.Helper()
	in := tenants.EnterInput{Room: d.room.ID, Identity: who, Name: who, Limits: tenantstest.Free()}
	if _, err := d.Enter(d.t.Context(), in); tenants.CodeOf(err) != tenants.CodeWaiting {
		d.t.Fatalf("%s does not wait: %v", who, err)
	}
}

// write answers some who wait, or all of them with none named.
func (d *atDoor) write(text string, who ...string) error {
	return d.AnswerAtDoor(d.t.Context(), d.host, d.room.ID, tenants.ToWaiting{All: len(who) == 0, Who: who}, text)
}

// lists is the texts that those inside see, by who waits.
func (d *atDoor) lists() map[string]string {
	d.t.Helper()
	all, err := d.Waiters(d.t.Context(), d.host, d.room.ID)
	must(d.t, err)
	out := map[string]string{}
	for _, w := range all {
		var texts []string
		for _, l := range w.Lines {
			texts = append(texts, l.Text)
		}
		out[w.Identity] = strings.Join(texts, " ")
	}
	return out
}

// A line that nobody hears is not kept in silence: those who write it are told.
func TestALineThatNobodyHearsIsRefused(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		d := guestsWait(t, db, clock, "gil", "hal")
		refused := func(what string, err error, code tenants.Code, key string) {
			t.Helper()
			if tenants.CodeOf(err) != code || key != "" && tenants.KeyOf(err) != key {
				t.Errorf("%s: %v, want %q", what, err, code)
			}
		}
		fill := func(who string, from int) {
			t.Helper()
			for i := from; i <= 60; i++ {
				if err := d.write(fmt.Sprint(i), who); err != nil {
					t.Fatalf("line %d to %s: %v", i, who, err)
				}
			}
			refused("one line more to "+who, d.write("too much", who), tenants.CodeLimited, tenants.KeyWaitLinesMany)
		}
		fill("gil", 1)
		must(t, d.write("to all"))
		if got := d.lists(); got["hal"] != "to all" || strings.Contains(got["gil"], "to all") {
			t.Errorf("of a line to all they read %q", got)
		}
		fill("hal", 2)
		refused("a line to all, all of whom have heard enough", d.write("too much"), tenants.CodeLimited, tenants.KeyWaitLinesMany)
		_, err := d.SayAtDoor(t.Context(), tenants.EnterInput{Room: d.room.ID, Identity: "gil", Name: "gil"}, "me too")
		refused("a line by who waits", err, tenants.CodeLimited, tenants.KeyWaitLinesMany)
		for what, to := range map[string]tenants.ToWaiting{"nobody": {}, "all and one": {All: true, Who: []string{"gil"}}} {
			refused("a line to "+what, d.AnswerAtDoor(t.Context(), d.host, d.room.ID, to, "Hello"), tenants.CodeInvalid, "")
		}
	})
}

// Of each who waits those inside get the latest lines: twenty while few wait, and when many do, as many as one may write alone.
func TestThoseInsideGetTheLatestLines(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		d := guestsWait(t, db, clock, "gil", "hal")
		for i := range 25 {
			must(t, d.write(fmt.Sprint(i+1), "gil"))
		}
		must(t, d.write("one", "hal"))
		if got := d.lists(); got["gil"] != "6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25" || got["hal"] != "one" {
			t.Errorf("of two they get %q", got)
		}
		for i := range 48 {
			d.knock(fmt.Sprint("guest-", i))
		}
		if got := d.lists(); len(got) != 50 || got["gil"] != "21 22 23 24 25" || got["hal"] != "one" || got["guest-7"] != "" {
			t.Errorf("of fifty they get %q", got)
		}
	})
}

// Hosts who answer many at once, each in an order of their own, do not block each
// other for good. Without its indexes PostgreSQL takes rows as they lie, which it
// may do of itself when there are few.
func TestHostsAnswerAtTheSameTime(t *testing.T) {
	at := tenantstest.PostgresURL(t)
	for _, one := range []string{"enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan"} {
		at += map[bool]string{true: "&", false: "?"}[strings.Contains(at, "?")] + one + "=off"
	}
	d := guestsWait(t, tenantstest.Open(t, at), clockwork.NewFakeClockAt(tenantstest.Start))
	const rounds, many = 20, 20
	for round := range rounds {
		names := make([]string, many)
		for i := range names {
			names[i] = fmt.Sprintf("guest-%02d-%02d", round, i)
		}
		for _, who := range slices.Backward(names) { // so that the rows lie in an order that is not theirs
			d.knock(who)
		}
		var done sync.WaitGroup
		done.Go(func() {
			if err := d.write("One moment", names...); err != nil && tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("round %d, a line to many: %v", round, err)
			}
		})
		done.Go(func() {
			if err := d.AnswerWaiters(t.Context(), d.host, d.room.ID, names, round%2 == 0); err != nil {
				t.Errorf("round %d, an answer to many: %v", round, err)
			}
		})
		done.Wait()
	}
}

package app_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// ahead is a clock that can be put forward, and goes on by itself.
type ahead struct {
	clockwork.Clock
	by atomic.Int64
}

// Now is the real time and what it was put forward.
func (a *ahead) Now() time.Time { return a.Clock.Now().Add(time.Duration(a.by.Load())) }

// Since is how long ago a moment of this clock was.
func (a *ahead) Since(t time.Time) time.Duration { return a.Now().Sub(t) }

// Until is how far a moment of this clock is.
func (a *ahead) Until(t time.Time) time.Duration { return t.Sub(a.Now()) }

func (a *ahead) put(by time.Duration) { a.by.Add(int64(by)) }

func TestAnOrganizationEnds(t *testing.T) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": tenantstest.SQLitePath, "postgres": tenantstest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			clock := &ahead{Clock: clockwork.NewRealClock()}
			anOrganizationEnds(t, newWorldAt(t, address(t), clock), clock)
		})
	}
}

func anOrganizationEnds(t *testing.T, w *world, clock *ahead) {
	ann, org := w.owner("Ann")
	ada, bob := w.member(org, "Ada", tenants.RoleAdmin), w.member(org, "Bob", tenants.RoleMember)
	found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	bobs, err := w.store.UserByEmail(t.Context(), "bob@"+found.Slug+".example")
	must(t, err)
	other, err := w.store.FoundOrg(t.Context(), bobs.ID, "Bob alone")
	must(t, err)
	ann.get(org + "/billing")
	hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month", "seats", "3")).status(303).header.Get("Location")
	payAt(t, ann, ann.get(hosted).status(200), hosted)
	eventually(t, "the plan is paid", func() bool { return ann.shows(org+"/people", "3 of 3 seats used") })
	renews := func() bool {
		_, sub, err := w.billing.PlanOf(t.Context(), found.ID)
		must(t, err)
		return sub.Running() && !sub.CancelAtPeriodEnd
	}

	// Only owners ask, and type the name. Stripe's being down loses nothing.
	data := org + "/settings/data"
	ada.get(data).status(200).has("Only an owner can delete").lacks("Name of the organization")
	ada.post(data+"/delete", form("typed", "Ann and friends")).status(403)
	ann.get(data).status(200).has("Delete Ann and friends", "Meetings go on until then")
	ann.post(data+"/delete", form("typed", "Ann")).status(400).has("This is not the name", `value="Ann"`)
	w.stripeDown.Store(true)
	ann.post(data+"/delete", form("typed", "Ann and friends")).status(303).location(data)
	for _, page := range []string{"", "/colleagues", "/billing"} {
		bob.get(org+page).status(200).has(`data-testid="going"`, "Ann and friends will be deleted on", "Ann asked for it.").lacks("Keep Ann and friends")
	}
	bob.get("/o/" + other.Slug).status(200).lacks(`data-testid="going"`)
	lobby := "/m/" + ann.room(org)
	bob.get(lobby).status(200).has(`data-testid="going"`, "Ann and friends will be deleted on")
	w.browser().get(lobby).status(200).lacks(`data-testid="going"`, "will be deleted")
	ann.get(org).has("Keep Ann and friends")
	bob.post(data+"/keep", form()).status(403)
	mailed := func(to, subject string) {
		t.Helper()
		eventually(t, "a mail to "+to+" with "+subject, func() bool {
			mails, err := w.mails.List()
			must(t, err)
			for _, m := range mails {
				if strings.HasPrefix(m.To, to) && strings.Contains(m.Subject, subject) && !strings.Contains(m.Subject, "-") {
					return true
				}
			}
			return false
		})
	}
	mailed("ada@", "Ann and friends will be deleted on")
	if !renews() {
		t.Error("Stripe was down, and the plan renews no more")
	}
	w.stripeDown.Store(false)
	eventually(t, "the plan renews no more", func() bool {
		clock.put(30 * time.Second) // until the job is tried again
		return !renews()
	})
	ann.get(org + "/billing")
	ann.post(org+"/checkout", form("plan", "pro", "interval", "year")).status(409).has("to be deleted")

	// Kept: all is as before.
	ann.get(org)
	ann.post(data+"/keep", form()).status(303).location(data + "?done=organization_kept")
	bob.get(org).lacks(`data-testid="going"`)
	eventually(t, "the plan goes on as before", renews)
	mailed("ada@", "Ann and friends stays")

	// Asked again, with people in a meeting when the day comes.
	ann.get(data)
	ann.post(data+"/delete", form("typed", "Ann and friends")).status(303)
	key, err := w.store.Org(found.ID).CreateKey(t.Context(), "app")
	must(t, err)
	clock.put(tenants.DeletionGrace - time.Hour)
	ann, bob = w.browser(), w.browser() // everybody's session is too old by now
	ann.get("/login")
	ann.post("/login", form("email", "ann@parley.example", "password", password)).status(303)
	bob.get("/login")
	bob.post("/login", form("email", bobs.Email, "password", password)).status(303)
	inside := dial(t, bob.join(ann.room(org), "Bob"))
	w.stripeDown.Store(true)
	clock.put(time.Hour)
	ann.get(org).status(200).has(`data-testid="going"`).lacks("Keep Ann and friends")
	ann.post(data+"/keep", form()).status(410)
	w.stripeDown.Store(false)
	eventually(t, "the organization is gone", func() bool {
		clock.put(30 * time.Second)
		return ann.get(org).code == 404
	})
	inside.sentAway()
	if _, _, err := w.store.MediaKey(t.Context(), key.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
		t.Errorf("its key signs: %v", err)
	}
	for _, s := range w.stripe.Control.Events() {
		if s.Type == "customer.subscription.deleted" {
			bob.get("/o/" + other.Slug).status(200)
			mailed("ann@", "Ann and friends is deleted")
			left, err := w.store.Erasure(t.Context(), found.ID)
			if must(t, err); left.Entries < 5 || len(left.Head) != 64 {
				t.Errorf("what is left: %+v", left)
			}
			return
		}
	}
	t.Error("it goes on being paid")
}

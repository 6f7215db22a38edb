package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestResolveSaysWhatBinds(t *testing.T) {
	ten, five, length := 10, 5, 20*time.Minute
	many := 500
	for name, c := range map[string]struct {
		org, maker      tenants.Quota
		people          int
		length          time.Duration
		peopleBy, lenBy tenants.Source
	}{
		"nothing set":           {people: 100, length: 40 * time.Minute, peopleBy: tenants.ByPlan, lenBy: tenants.ByPlan},
		"the organization":      {org: tenants.Quota{Participants: &ten}, people: 10, length: 40 * time.Minute, peopleBy: tenants.ByOrganization, lenBy: tenants.ByPlan},
		"above the plan":        {org: tenants.Quota{Participants: &many}, people: 100, length: 40 * time.Minute, peopleBy: tenants.ByPlan, lenBy: tenants.ByPlan},
		"the person":            {org: tenants.Quota{Participants: &ten}, maker: tenants.Quota{Participants: &five, MeetingLength: &length}, people: 5, length: length, peopleBy: tenants.ByPerson, lenBy: tenants.ByPerson},
		"a person with more":    {org: tenants.Quota{Participants: &five}, maker: tenants.Quota{Participants: &ten}, people: 5, length: 40 * time.Minute, peopleBy: tenants.ByOrganization, lenBy: tenants.ByPlan},
		"a person's plan of 40": {maker: tenants.Quota{MeetingLength: &length}, people: 100, length: length, peopleBy: tenants.ByPlan, lenBy: tenants.ByPerson},
	} {
		got := tenants.Resolve(tenantstest.Free(), c.org, c.maker)
		if got.Participants != c.people || got.MeetingLength != c.length || got.ParticipantsBy != c.peopleBy || got.LengthBy != c.lenBy {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestTheMinutesOfAMonth(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("ada").Member("bob")
		ctx, ann, bob := t.Context(), acme.User("ann").ID, acme.User("bob").ID
		ada := acme.User("ada")
		if _, err := w.Store.SetProfile(ctx, ada.ID, tenants.ProfileInput{Name: "ada", Language: "de"}); err != nil {
			t.Fatal(err)
		}
		hers, his := acme.Room("ann", "Hers"), acme.Room("bob", "His")
		ten, four := 10, 4
		if err := acme.SetQuota(ctx, ann, tenants.Quota{MonthMinutes: &ten}); err != nil {
			t.Fatal(err)
		}
		if err := acme.SetPersonQuota(ctx, acme.User("ada").ID, bob, tenants.Quota{MonthMinutes: &four}); err != nil {
			t.Fatal(err)
		}
		if err := acme.SetPersonQuota(ctx, bob, bob, tenants.Quota{}); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("bob lifts his own quota: %v", err)
		}
		enter := func(room tenants.Room) (tenants.Entry, error) {
			quota, err1 := acme.Quota(ctx)
			people, err2 := acme.PersonQuotas(ctx)
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			l := tenants.Resolve(tenantstest.Pro(), quota, people[room.CreatedBy]).Limits
			return acme.Enter(ctx, tenants.EnterInput{Room: room.ID, Identity: "x", Member: true, Limits: l, Plan: "Pro"})
		}
		meet := func(room tenants.Room, length time.Duration) {
			entry, err := enter(room)
			if err != nil {
				t.Fatal(err)
			}
			clock.Advance(length)
			if err := acme.EndMeeting(ctx, entry.Meeting.ID, tenants.EndHost); err != nil {
				t.Fatal(err)
			}
		}
		told := func(want ...string) {
			t.Helper()
			if _, err := acme.TellOfQuotas(ctx, "https://parley.example", "en"); err != nil {
				t.Fatal(err)
			}
			mails, err := w.Store.DueMails(ctx, 100)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, m := range mails {
				if german := m.To == ada.Email; german != (m.Lang == "de") { // each in their own language
					t.Errorf("%s is told in %q", m.To, m.Lang)
				}
				got[m.Kind+" "+m.To] = true
				_ = w.Store.MailSent(ctx, m.ID)
			}
			if len(got) != len(want) {
				t.Errorf("told %v, want %v", got, want)
			}
			for _, one := range want {
				if !got[one] {
					t.Errorf("told %v, want %v", got, want)
				}
			}
		}
		meet(his, 3*time.Minute)
		told()
		meet(his, time.Minute)
		told("quota_used_own bob@acme.example")
		if _, err := enter(his); tenants.KeyOf(err) != tenants.KeyMakerMinutesUsed {
			t.Errorf("bob's room opens past his minutes: %v", err)
		}
		meet(hers, 4*time.Minute+30*time.Second)
		told("quota_near ann@acme.example", "quota_near ada@acme.example")
		told() // once
		running, err := enter(hers)
		if err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Minute)
		told("quota_used ann@acme.example", "quota_used ada@acme.example")
		use, err := acme.MonthUse(ctx)
		if err != nil || use.Minutes != 10 || use.Makers[bob] != 4 || use.Makers[ann] != 6 {
			t.Errorf("%+v, %v", use, err)
		}
		// Who runs may go on; nobody starts anew, until the month is over.
		if _, err := enter(hers); err != nil {
			t.Errorf("a running meeting: %v", err)
		}
		if err := acme.EndMeeting(ctx, running.Meeting.ID, tenants.EndHost); err != nil {
			t.Fatal(err)
		}
		if _, err := enter(hers); tenants.KeyOf(err) != tenants.KeyMinutesUsed {
			t.Errorf("a new meeting past the minutes: %v", err)
		}
		clock.Advance(31 * 24 * time.Hour)
		if _, err := enter(hers); err != nil {
			t.Errorf("the next month: %v", err)
		}
	})
}

package tenants_test

import (
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// One table answers for every right; here each thing that may bind one does.
func TestEveryRightSaysWhatBinds(t *testing.T) {
	free := tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 100, ConcurrentMeetings: 2, ChatDays: 30, StorageBytes: 500, Ads: true}
	paid := tenants.Limits{
		MeetingLength: 30 * time.Hour, Participants: 300, ChatDays: 3650, StorageBytes: 5000, Phone: true, SSO: true, OwnDomain: true, AuditLog: true, DedicatedMedia: true,
	}
	length, people, bytes, seats, days, yes := 20*time.Minute, 50, int64(100), 3, 7, true
	quota := tenants.Quota{MeetingLength: &length, Participants: &people, MonthMinutes: &people, StorageBytes: &bytes}
	until := time.Date(2026, 12, 24, 0, 0, 0, 0, time.UTC)
	more := &tenants.Exception{MeetingLength: &length, Participants: &people, StorageBytes: &bytes, Seats: &seats, ChatDays: &days, AuditLog: &yes, Until: until}
	used := tenants.Used{Meetings: 2, MonthMinutes: 50, Stored: tenants.Stored{Logo: 600}, Seats: 4}

	type line struct {
		allowed bool
		limit   int64 // 0 = none, or had or not
		by      tenants.Source
	}
	plain, org, money, operator := tenants.ByPlan, tenants.ByOrganization, tenants.ByPayment, tenants.ByOperator
	for name, c := range map[string]struct {
		terms tenants.Terms
		want  map[tenants.Right]line
	}{
		"a plan that has all": {tenants.Terms{Plan: paid}, map[tenants.Right]line{
			tenants.RightLength: {true, 108_000, plain}, tenants.RightParticipants: {true, 300, plain}, tenants.RightMeetings: {true, 0, plain},
			tenants.RightMonthMinutes: {true, 0, plain}, tenants.RightStorage: {true, 5000, plain}, tenants.RightSeats: {true, 0, plain}, tenants.RightChatDays: {true, 3650, plain},
			tenants.RightNoAds: {true, 0, plain}, tenants.RightSSO: {true, 0, plain}, tenants.RightAuditLog: {true, 0, plain}, tenants.RightPhone: {true, 0, plain},
			tenants.RightOwnDomain: {true, 0, plain}, tenants.RightDedicatedMedia: {true, 0, plain},
		}},
		"Free, with more used than it has": {tenants.Terms{Plan: free}, map[tenants.Right]line{
			tenants.RightLength: {true, 2400, plain}, tenants.RightParticipants: {true, 100, plain}, tenants.RightMeetings: {false, 2, plain},
			tenants.RightMonthMinutes: {true, 0, plain}, tenants.RightStorage: {false, 500, plain}, tenants.RightSeats: {true, 0, plain}, tenants.RightChatDays: {true, 30, plain},
			tenants.RightNoAds: {false, 0, plain}, tenants.RightSSO: {false, 0, plain}, tenants.RightAuditLog: {false, 0, plain}, tenants.RightPhone: {false, 0, plain},
			tenants.RightOwnDomain: {false, 0, plain}, tenants.RightDedicatedMedia: {false, 0, plain},
		}},
		"Free, because a payment is missing": {tenants.Terms{Plan: free, Bought: &paid, Seats: 4}, map[tenants.Right]line{
			tenants.RightLength: {true, 2400, money}, tenants.RightParticipants: {true, 100, money}, tenants.RightMeetings: {false, 2, money},
			tenants.RightMonthMinutes: {true, 0, plain}, tenants.RightStorage: {false, 500, money}, tenants.RightSeats: {false, 4, money}, tenants.RightChatDays: {true, 30, money},
			tenants.RightNoAds: {false, 0, money}, tenants.RightSSO: {false, 0, money}, tenants.RightAuditLog: {false, 0, money}, tenants.RightPhone: {false, 0, money},
			tenants.RightOwnDomain: {false, 0, money}, tenants.RightDedicatedMedia: {false, 0, money},
		}},
		"a quota below that": {tenants.Terms{Plan: free, Bought: &paid, Quota: quota}, map[tenants.Right]line{
			tenants.RightLength: {true, 1200, org}, tenants.RightParticipants: {true, 50, org}, tenants.RightMeetings: {false, 2, money},
			tenants.RightMonthMinutes: {false, 50, org}, tenants.RightStorage: {false, 100, org},
		}},
		"an exception": {tenants.Terms{Plan: free, Seats: 9, Exception: more}, map[tenants.Right]line{
			tenants.RightLength: {true, 1200, operator}, tenants.RightParticipants: {true, 50, operator}, tenants.RightMeetings: {false, 2, plain},
			tenants.RightStorage: {false, 100, operator}, tenants.RightSeats: {false, 3, operator}, tenants.RightChatDays: {true, 7, operator}, tenants.RightAuditLog: {true, 0, operator},
			tenants.RightSSO: {false, 0, plain},
		}},
	} {
		for right, want := range c.want {
			got := c.terms.May(right, used)
			if got.Right != right || got.Allowed != want.allowed || got.Limit != want.limit || got.By != want.by || got.Unlimited != (want.limit == 0 && !got.Switch) {
				t.Errorf("%s, %s: %+v, want %+v", name, right, got, want)
			}
			if (got.By == operator) != got.Until.Equal(until) {
				t.Errorf("%s, %s: ends %v", name, right, got.Until)
			}
		}
	}
	for _, e := range (tenants.Terms{Plan: paid, Suspended: true}).Table(used) {
		if e.Allowed || e.By != tenants.BySuspension {
			t.Errorf("suspended: %+v", e)
		}
	}
	if e := (tenants.Terms{Plan: free}).May(tenants.RightStorage, used); !e.Over() || e.Left != 0 || e.Used != 600 {
		t.Errorf("over the limit: %+v", e)
	}
}

// What was bought and waits for its payment limits nothing: quotas and exceptions do so as ever.
func TestAMissingPaymentGivesNothing(t *testing.T) {
	free, paid := tenants.Limits{MeetingLength: time.Hour, Participants: 10}, tenants.Limits{Participants: 100}
	if got := (tenants.Terms{Plan: free, Bought: &paid}).In("").Limits; got != tenants.Resolve(free, tenants.Quota{}, tenants.Quota{}).Limits {
		t.Errorf("limits %+v", got)
	}
}

func TestWhatIsUsedIsCounted(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Member("bob")
		if err := acme.SetLogo(t.Context(), acme.User("ann").ID, pngOf(t, 64, 64), tenants.StorageLimit{}); err != nil {
			t.Fatal(err)
		}
		acme.Guest(acme.Room("ann", "Standup"), "gil")
		clock.Advance(4 * time.Minute)
		used, err := acme.InUse(t.Context())
		if err != nil || used.Meetings != 1 || used.MonthMinutes != 4 || used.Seats != 2 || used.Stored.Logo == 0 || used.Stored.Total() != used.Stored.Logo {
			t.Errorf("used %+v, %v", used, err)
		}
	})
}

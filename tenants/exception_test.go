package tenants_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func ptr[T any](v T) *T { return &v }

// TestAnException is set, read, replaced, ended, and over by its day; both logs say each.
func TestAnException(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme, other := w.Org("acme").Owner("ann"), w.Org("other").Owner("bob")
		op, err := w.Store.CreateOperator(t.Context(), opsAddress, "Olga", tenantstest.Password)
		if err != nil {
			t.Fatal(err)
		}
		ctx := tenants.WithOrigin(t.Context(), tenants.Origin{Via: tenants.ViaOperator, Operator: op.ID})
		plan := tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 100, ConcurrentMeetings: 2}
		until := clock.Now().Add(48 * time.Hour)
		standing := func() *tenants.Exception {
			t.Helper()
			now, err := acme.Bounds(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return now.Exception
		}
		set := func(x tenants.Exception) tenants.LimitException {
			t.Helper()
			got, err := acme.SetException(ctx, tenants.SetExceptionInput{Exception: x, Operator: op, Plan: plan})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if standing() != nil {
			t.Fatal("there is an exception that nobody has set")
		}
		first := set(tenants.Exception{MeetingLength: ptr(20 * time.Minute), Participants: ptr(200), Ads: ptr(false), AuditLog: ptr(true), Reason: " A fair ", Until: until})
		x := standing()
		if x == nil || *x.MeetingLength != 20*time.Minute || *x.Participants != 200 || *x.Ads || !*x.AuditLog || x.SSO != nil || x.Reason != "A fair" || !x.Until.Equal(until) {
			t.Fatalf("it reads %+v", x)
		}
		if !slices.Equal(x.Raised, []tenants.Right{tenants.RightParticipants}) {
			t.Errorf("raised %v", x.Raised)
		}
		if now, err := other.Bounds(t.Context()); err != nil || now.Exception != nil {
			t.Errorf("another organization has it too: %+v, %v", now, err)
		}

		second := set(tenants.Exception{Seats: ptr(9), Reason: "Another", Until: until.Add(time.Hour)})
		if x := standing(); x.Participants != nil || *x.Seats != 9 {
			t.Errorf("after another one: %+v", x)
		}
		due := func() (out []tenants.Job) {
			t.Helper()
			out, err := w.Store.DueErrands(t.Context(), 10, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return slices.DeleteFunc(out, func(j tenants.Job) bool { return j.Kind != tenants.ErrandException })
		}
		clock.Advance(48*time.Hour + time.Second)
		if jobs := due(); len(jobs) != 0 {
			t.Errorf("the one that was replaced is due: %+v", jobs)
		}
		if err := acme.EndException(ctx, first.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("ending what has ended: %v", err)
		}
		clock.Advance(time.Hour)
		if standing() != nil { // at its day, whether or not somebody has seen to it
			t.Error("it holds after its day")
		}
		jobs := due()
		if len(jobs) != 1 || jobs[0].Ref != second.ID || jobs[0].Org != acme.ID {
			t.Fatalf("due: %+v", jobs)
		}
		for range 2 {
			if err := acme.ExceptionOver(t.Context(), second.ID); err != nil {
				t.Fatal(err)
			}
		}
		third := set(tenants.Exception{StorageBytes: ptr(int64(0)), Reason: "No end to it", Until: clock.Now().Add(time.Hour)})
		if err := acme.EndException(ctx, third.ID); err != nil || standing() != nil {
			t.Errorf("ended: %v", err)
		}
		all, err := acme.Exceptions(t.Context())
		if err != nil || len(all) != 3 || all[0].ID != third.ID || all[0].Operator != "Olga" || !all[1].EndedAt.Equal(second.Until) {
			t.Errorf("the list: %+v, %v", all, err)
		}
		var deeds []string
		page, err := w.Store.OperatorAudit(t.Context(), tenants.AuditFilter{Limit: 10}, string(acme.ID))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			deeds = append(deeds, e.Action)
		}
		if strings.Join(deeds, " ") != "tenant.exception_end tenant.exception tenant.exception tenant.exception" {
			t.Errorf("the operators' log: %v", deeds)
		}
		own, err := acme.Audit(t.Context(), acme.User("ann").ID, tenants.AuditFilter{Family: "quota", Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		deeds = nil
		for _, e := range own.Entries {
			deeds = append(deeds, e.Action+" "+e.Via)
		}
		want := "quota.exception_end operator, quota.exception operator, quota.exception_over service, quota.exception operator, quota.exception operator"
		if strings.Join(deeds, ", ") != want || own.Entries[4].Detail != "meeting length 20m0s, participants 200, ads no, audit log yes until "+until.UTC().Format(time.RFC3339)+": A fair" {
			t.Errorf("the organization's log: %v, %q", deeds, own.Entries[4].Detail)
		}
	})
}

func TestAnExceptionIsBounded(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		fine := tenants.Exception{Participants: ptr(200), Reason: "A fair", Until: clock.Now().Add(time.Hour)}
		with := func(change func(x *tenants.Exception)) tenants.Exception {
			x := fine
			change(&x)
			return x
		}
		for name, c := range map[string]struct {
			x           tenants.Exception
			field, says string
		}{
			"nothing":        {with(func(x *tenants.Exception) { x.Participants = nil }), "exception", tenants.KeyExceptionNothing},
			"nobody":         {with(func(x *tenants.Exception) { x.Participants = ptr(0) }), "participants", tenants.KeyExceptionNumber},
			"too many":       {with(func(x *tenants.Exception) { x.Participants = ptr(1 << 30) }), "participants", tenants.KeyExceptionNumber},
			"less than none": {with(func(x *tenants.Exception) { x.StorageBytes = ptr(int64(-1)) }), "storage", tenants.KeyExceptionNumber},
			"for a blink":    {with(func(x *tenants.Exception) { x.MeetingLength = ptr(time.Millisecond) }), "meeting_length", tenants.KeyExceptionNumber},
			"no reason":      {with(func(x *tenants.Exception) { x.Reason = " " }), "reason", tenants.KeyReasonMissing},
			"no end":         {with(func(x *tenants.Exception) { x.Until = time.Time{} }), "until", tenants.KeyExceptionPast},
			"past":           {with(func(x *tenants.Exception) { x.Until = clock.Now() }), "until", tenants.KeyExceptionPast},
			"for ever":       {with(func(x *tenants.Exception) { x.Until = clock.Now().Add(tenants.ExceptionLongest + time.Second) }), "until", tenants.KeyExceptionFar},
		} {
			_, err := acme.SetException(t.Context(), tenants.SetExceptionInput{Exception: c.x})
			if got := tenants.Fields(err); len(got) != 1 || got[c.field] != c.says {
				t.Errorf("%s: %v, %v", name, got, err)
			}
		}
		if all, err := acme.Exceptions(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("something was set: %+v, %v", all, err)
		}
	})
}

// An exception that raises never gives less than a plan that was bought since; one that lowers never gives more.
func TestAnExceptionBendsOneWay(t *testing.T) {
	small := tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 100, ConcurrentMeetings: 2, StorageBytes: 500, ChatDays: 30}
	big := tenants.Limits{Participants: 300, StorageBytes: 5000, ChatDays: 3650}
	up := tenants.Exception{
		MeetingLength: ptr(2 * time.Hour), Participants: ptr(200), ConcurrentMeetings: ptr(0), StorageBytes: ptr(int64(900)), ChatDays: ptr(90), Seats: ptr(20),
		Raised: []tenants.Right{tenants.RightLength, tenants.RightParticipants, tenants.RightMeetings, tenants.RightStorage, tenants.RightChatDays, tenants.RightSeats},
	}
	down := up
	down.Raised = nil
	for name, c := range map[string]struct {
		x     tenants.Exception
		plan  tenants.Limits
		want  tenants.Limits
		seats [2]int // paid for, and what holds
	}{
		"raises a small plan":  {up, small, tenants.Limits{MeetingLength: 2 * time.Hour, Participants: 200, StorageBytes: 900, ChatDays: 90}, [2]int{5, 20}},
		"raises, then bought":  {up, big, big, [2]int{30, 30}},
		"lowers a big plan":    {down, big, tenants.Limits{MeetingLength: 2 * time.Hour, Participants: 200, StorageBytes: 900, ChatDays: 90}, [2]int{0, 20}},
		"lowers, then smaller": {down, small, small, [2]int{5, 5}},
	} {
		terms := tenants.Terms{Plan: c.plan, Seats: c.seats[0], Exception: &c.x}
		if got := terms.Base(); got != c.want || terms.SeatLimit() != c.seats[1] {
			t.Errorf("%s: %+v and %d seats, want %+v and %d", name, got, terms.SeatLimit(), c.want, c.seats[1])
		}
	}
}

package tenants_test

import (
	"testing"
	"time"

	"parley/tenants"
)

// One function turns plan and quotas into limits and says which bound: for every limit, each source in turn is the tightest.
func TestEveryLimitSaysWhatBinds(t *testing.T) {
	plan := tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 40, ConcurrentMeetings: 40, StorageBytes: 40}
	quota := func(n int) tenants.Quota {
		length, bytes := time.Duration(n)*time.Minute, int64(n)
		return tenants.Quota{MeetingLength: &length, Participants: &n, ConcurrentMeetings: &n, MonthMinutes: &n, StorageBytes: &bytes}
	}
	type limit struct {
		n  int
		by tenants.Source
	}
	limitsOf := func(r tenants.Resolved) map[string]limit {
		return map[string]limit{
			"minutes a meeting":                {int(r.MeetingLength / time.Minute), r.LengthBy},
			"people a meeting":                 {r.Participants, r.ParticipantsBy},
			"meetings at once":                 {r.ConcurrentMeetings, r.ConcurrentBy},
			"minutes a month":                  {r.MonthMinutes, r.MonthBy},
			"bytes stored":                     {int(r.StorageBytes), r.StorageBy},
			"meetings at once, person's rooms": {r.MakerMeetings, r.MakerMeetingsBy},
			"minutes a month, person's rooms":  {r.MakerMinutes, r.MakerMinutesBy},
		}
	}
	plain, org, person := tenants.ByPlan, tenants.ByOrganization, tenants.ByPerson
	for name, c := range map[string]struct {
		org, maker tenants.Quota
		want       map[string]limit
	}{
		"the plan alone": {want: map[string]limit{
			"minutes a meeting": {40, plain}, "people a meeting": {40, plain}, "meetings at once": {40, plain}, "bytes stored": {40, plain},
			"minutes a month": {0, plain}, "meetings at once, person's rooms": {0, plain}, "minutes a month, person's rooms": {0, plain},
		}},
		"quotas above the plan": {org: quota(50), maker: quota(60), want: map[string]limit{
			"minutes a meeting": {40, plain}, "people a meeting": {40, plain}, "meetings at once": {40, plain}, "bytes stored": {40, plain},
			"minutes a month": {50, org}, "meetings at once, person's rooms": {60, person}, "minutes a month, person's rooms": {60, person},
		}},
		"the organization": {org: quota(10), want: map[string]limit{
			"minutes a meeting": {10, org}, "people a meeting": {10, org}, "meetings at once": {10, org}, "bytes stored": {10, org},
			"minutes a month": {10, org}, "meetings at once, person's rooms": {0, plain}, "minutes a month, person's rooms": {0, plain},
		}},
		"the person": {org: quota(10), maker: quota(5), want: map[string]limit{
			"minutes a meeting": {5, person}, "people a meeting": {5, person}, "meetings at once": {10, org}, "bytes stored": {10, org},
			"minutes a month": {10, org}, "meetings at once, person's rooms": {5, person}, "minutes a month, person's rooms": {5, person},
		}},
		"a person with more than the organization": {org: quota(10), maker: quota(30), want: map[string]limit{
			"minutes a meeting": {10, org}, "people a meeting": {10, org}, "meetings at once": {10, org}, "bytes stored": {10, org},
			"minutes a month": {10, org}, "meetings at once, person's rooms": {30, person}, "minutes a month, person's rooms": {30, person},
		}},
	} {
		for what, got := range limitsOf(tenants.Resolve(plan, c.org, c.maker)) {
			if want, ok := c.want[what]; !ok || got != want {
				t.Errorf("%s, %s: %+v, want %+v", name, what, got, want)
			}
		}
	}
	open := tenants.Resolve(tenants.Limits{Participants: 40}, quota(10), tenants.Quota{}) // a plan without limits of its own
	for what, got := range limitsOf(open) {
		if got.n == 10 && got.by != org {
			t.Errorf("no limit of the plan, %s: %+v", what, got)
		}
	}
}

package tenants_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"parley/tenants"
)

// within compares limits of which 0 means "none".
func within(limit, bound int64) bool { return bound == 0 || limit > 0 && limit <= bound }

// TestClampOnlyLowers draws plans and quotas at random.
func TestClampOnlyLowers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	number := func() int { return r.IntN(12) - 3 }
	quota := func() tenants.Quota {
		var q tenants.Quota
		if r.IntN(4) > 0 {
			v := time.Duration(number()) * time.Minute
			q.MeetingLength = &v
		}
		if r.IntN(4) > 0 {
			v := number()
			q.Participants = &v
		}
		if r.IntN(4) > 0 {
			v := number()
			q.ConcurrentMeetings = &v
		}
		return q
	}
	for range 20_000 {
		plan := tenants.Limits{
			MeetingLength: time.Duration(r.IntN(9)) * time.Minute, Participants: r.IntN(9), ConcurrentMeetings: r.IntN(9),
			ChatDays: 30, StorageBytes: 5, Ads: r.IntN(2) == 0, Phone: r.IntN(2) == 0, SSO: r.IntN(2) == 0,
		}
		q := quota()
		got := plan.Clamp(q)
		if !within(int64(got.MeetingLength), int64(plan.MeetingLength)) || !within(int64(got.ConcurrentMeetings), int64(plan.ConcurrentMeetings)) ||
			got.Participants > plan.Participants || got.Participants < 0 {
			t.Fatalf("%+v clamped to %+v by %v", plan, got, q)
		}
		if got.Clamp(q) != got {
			t.Fatalf("clamping twice differs: %+v, %+v by %v", got, got.Clamp(q), q)
		}
		other := quota()
		if plan.Clamp(q).Clamp(other) != plan.Clamp(other).Clamp(q) {
			t.Fatalf("the order of two quotas matters: %+v by %v and %v", plan, q, other)
		}
		same := got
		same.MeetingLength, same.Participants, same.ConcurrentMeetings = plan.MeetingLength, plan.Participants, plan.ConcurrentMeetings
		if same != plan {
			t.Fatalf("clamping changed something else: %+v to %+v", plan, got)
		}
	}
}

func TestClamp(t *testing.T) {
	hour, minute, negative := time.Hour, time.Minute, -time.Minute
	zero, five, many, minus := 0, 5, 1000, -1
	plan := tenants.Limits{MeetingLength: 40 * time.Minute, Participants: 100}
	tests := map[string]struct {
		q    tenants.Quota
		want tenants.Limits
	}{
		"nothing set":           {tenants.Quota{}, plan},
		"lower":                 {tenants.Quota{MeetingLength: &minute, Participants: &five, ConcurrentMeetings: &five}, tenants.Limits{MeetingLength: minute, Participants: 5, ConcurrentMeetings: 5}},
		"higher":                {tenants.Quota{MeetingLength: &hour, Participants: &many}, plan},
		"no people":             {tenants.Quota{Participants: &zero}, tenants.Limits{MeetingLength: 40 * time.Minute}},
		"less than nobody":      {tenants.Quota{Participants: &minus}, tenants.Limits{MeetingLength: 40 * time.Minute}},
		"no limit is not asked": {tenants.Quota{MeetingLength: new(time.Duration), ConcurrentMeetings: &zero}, plan},
		"negative is not asked": {tenants.Quota{MeetingLength: &negative, ConcurrentMeetings: &minus}, plan},
	}
	for name, tt := range tests {
		if got := plan.Clamp(tt.q); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

package app

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// quotasPage is what an organization allows its own meetings, never above the plan, and what of it is used.
func (s *Server) quotasPage(c *fiber.Ctx) error { return s.showQuotas(c, nil) }

func (s *Server) showQuotas(c *fiber.Ctx, fault error) error {
	org := theOrg(c).ID
	allowed, err := s.allowanceOf(c.UserContext(), org)
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "quotas.title")
	if err != nil {
		return err
	}
	m := views.QuotasModel{Plan: quotaPlan(allowed), Quota: quotaForm(allowed.Terms.Quota), Most: allowed.Limits.MonthMinutes, StorageMost: allowed.Limits.StorageBytes, Exception: allowed.Terms.Exception}
	used, err := s.tenants.Org(org).InUse(c.UserContext())
	if err != nil {
		return err
	}
	m.StorageUsed, m.StorageLogo, m.StoragePictures = used.Stored.Total(), used.Stored.Logo+used.Stored.Emoji, used.Stored.Pictures
	m.StorageFiles = used.Stored.Files
	m.Used, m.Table = used.MonthMinutes, allowed.Terms.Table(used)
	if fault != nil {
		if m.Errors = tenants.Fields(fault); m.Errors == nil {
			return fault
		}
		c.Status(fiber.StatusBadRequest)
		m.Quota = typedQuota(c)
	}
	return s.render(c, views.Quotas(page, m))
}

func quotaPlan(a allowance) views.QuotaPlan {
	most := a.Terms.Base()
	return views.QuotaPlan{
		Name: a.Plan.Name, Minutes: int(most.MeetingLength / time.Minute), People: most.Participants, AtOnce: most.ConcurrentMeetings,
		Megabytes: int(most.StorageBytes / megabyte),
	}
}

// megabyte is what storage is set in.
const megabyte = 1 << 20

func quotaForm(q tenants.Quota) views.QuotaForm {
	show := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	f := views.QuotaForm{People: show(q.Participants), AtOnce: show(q.ConcurrentMeetings), Month: show(q.MonthMinutes)}
	if q.StorageBytes != nil {
		megabytes := int((*q.StorageBytes + megabyte - 1) / megabyte)
		f.Storage = show(&megabytes)
	}
	if q.MeetingLength != nil {
		minutes := int((*q.MeetingLength + time.Minute - 1) / time.Minute)
		f.Minutes = show(&minutes)
	}
	return f
}

func typedQuota(c *fiber.Ctx) views.QuotaForm {
	return views.QuotaForm{
		Minutes: c.FormValue("meeting_length"), People: c.FormValue("participants"), AtOnce: c.FormValue("concurrent_meetings"), Month: c.FormValue("month_minutes"),
		Storage: c.FormValue("storage"),
	}
}

// readQuota reads a form; an empty field leaves what the plan says. What is above the plan is refused beside its field: it would
// promise what nobody gets.
func readQuota(c *fiber.Ctx, plan tenants.Limits) (tenants.Quota, error) {
	var q tenants.Quota
	var faults tenants.Errors
	number := func(field string, most int) *int {
		typed := strings.TrimSpace(c.FormValue(field))
		if typed == "" {
			return nil
		}
		n, err := strconv.Atoi(typed)
		switch {
		case err != nil || n < 1 || n > 10_000_000:
			faults = append(faults, &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: tenants.KeyQuotaInvalid})
			return nil
		case most > 0 && n > most:
			faults = append(faults, &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: tenants.KeyQuotaPlan})
			return nil
		}
		return &n
	}
	if minutes := number("meeting_length", int(plan.MeetingLength/time.Minute)); minutes != nil {
		length := time.Duration(*minutes) * time.Minute
		q.MeetingLength = &length
	}
	q.Participants = number("participants", plan.Participants)
	q.ConcurrentMeetings = number("concurrent_meetings", plan.ConcurrentMeetings)
	q.MonthMinutes = number("month_minutes", 0)
	if megabytes := number("storage", int(plan.StorageBytes/megabyte)); megabytes != nil {
		bytes := int64(*megabytes) * megabyte
		q.StorageBytes = &bytes
	}
	if len(faults) > 0 {
		return q, faults
	}
	return q, nil
}

func (s *Server) setQuotas(c *fiber.Ctx) error {
	org := theOrg(c).ID
	allowed, err := s.allowanceOf(c.UserContext(), org)
	if err != nil {
		return err
	}
	q, err := readQuota(c, allowed.Terms.Base())
	if err == nil {
		err = s.tenants.Org(org).SetQuota(c.UserContext(), visitor(c).User.ID, q)
	}
	if err != nil {
		return s.showQuotas(c, err)
	}
	return s.quotaChanged(c, "/quotas")
}

// setPersonQuota sets what meetings may do in the rooms that one member made.
func (s *Server) setPersonQuota(c *fiber.Ctx) error {
	org := theOrg(c).ID
	allowed, err := s.allowanceOf(c.UserContext(), org)
	if err != nil {
		return err
	}
	q, err := readQuota(c, allowed.Limits)
	if err == nil {
		err = s.tenants.Org(org).SetPersonQuota(c.UserContext(), visitor(c).User.ID, tenants.UserID(c.Params("member")), q)
	}
	if tenants.Fields(err) != nil {
		return s.showMember(c, err)
	}
	if err != nil {
		return err
	}
	return s.quotaChanged(c, keepPlace(c, "/people/"+c.Params("member")))
}

// quotaChanged brings a changed quota to the meetings that run.
func (s *Server) quotaChanged(c *fiber.Ctx, path string) error {
	if err := s.limitsChanged(c.UserContext(), theOrg(c).ID, false); err != nil {
		return err
	}
	return s.done(c, path, "quota_saved")
}

// limitsChanged brings other limits to the meetings that run, and tells people who are near to one. With lift, no meeting gets less
// than it has.
func (s *Server) limitsChanged(ctx context.Context, org tenants.OrgID, lift bool) error {
	if err := s.relimit(ctx, org, lift); err != nil {
		return err
	}
	allowed, err := s.allowanceOf(ctx, org)
	if err != nil {
		return err
	}
	s.quotaNews.forget(org)
	s.tellOfQuotas(ctx, org)
	s.storageChanged(ctx, map[tenants.OrgID]tenants.StorageLimit{org: allowed.By.Storage()}, nil)
	return nil
}

// quotaNews remembers for which organizations was looked a moment ago whether a quota is nearly used.
type quotaNews struct {
	mu   sync.Mutex
	seen map[tenants.OrgID]time.Time
}

// due says whether it is time to look again, and takes the turn.
func (q *quotaNews) due(org tenants.OrgID, now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.seen[org]) < time.Minute {
		return false
	}
	if q.seen == nil || len(q.seen) > 10_000 {
		q.seen = map[tenants.OrgID]time.Time{}
	}
	q.seen[org] = now
	return true
}

func (q *quotaNews) forget(org tenants.OrgID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.seen, org)
}

// tellOfQuotas tells people of quotas that are nearly or wholly used; the nodes' reports of a meeting that runs are what asks for it.
func (s *Server) tellOfQuotas(ctx context.Context, org tenants.OrgID) {
	if !s.quotaNews.due(org, s.clock.Now()) {
		return
	}
	told, err := s.tenants.Org(org).TellOfQuotas(ctx, s.cfg.BaseURL, "en")
	if err != nil && !errors.Is(err, context.Canceled) {
		s.log.Error("quotas not looked at", "err", err)
	}
	if told {
		s.ringMails()
	}
}

// minutesNear says how many minutes of meetings are left this month in the rooms that somebody made, and whether that is a fifth of
// them or less.
func (s *Server) minutesNear(ctx context.Context, org tenants.OrgID, maker tenants.UserID) (left int, near bool, err error) {
	allowed, err := s.allowanceOf(ctx, org)
	may := allowed.in(maker)
	if err != nil || may.MonthMinutes == 0 && may.MakerMinutes == 0 {
		return 0, false, err
	}
	use, err := s.monthUse(ctx, org)
	for _, one := range [][2]int{{use.Minutes, may.MonthMinutes}, {use.Makers[maker], may.MakerMinutes}} {
		used, most := one[0], one[1]
		if most > 0 && used*100 >= most*tenants.NearlyUsed && (!near || most-used < left) {
			left, near = max(most-used, 0), true
		}
	}
	return left, near, err
}

// quotaAlert is the banner of an organization whose minutes, or what it keeps, are nearly or wholly used; nil while they are not.
func (s *Server) quotaAlert(c *fiber.Ctx, org orgAccess, texts *views.Texts) (*views.Flash, error) {
	quota, err := s.quotaOf(c.UserContext(), org.ID)
	if err != nil {
		return nil, err
	}
	alert, err := s.minutesAlert(c, org, quota.MonthMinutes, texts)
	if err == nil && alert == nil && org.Role.CanManage() {
		alert, err = s.storageAlert(c, org, quota.StorageBytes, texts)
	}
	return alert, err
}

func (s *Server) minutesAlert(c *fiber.Ctx, org orgAccess, quota *int, texts *views.Texts) (*views.Flash, error) {
	if quota == nil {
		return nil, nil
	}
	use, err := s.monthUse(c.UserContext(), org.ID)
	most := *quota
	switch {
	case err != nil || use.Minutes*100 < most*tenants.NearlyUsed:
		return nil, err
	case use.Minutes >= most && org.Role.CanManage():
		return &views.Flash{Kind: "danger", Text: texts.T("quotas.used_manage")}, nil
	case use.Minutes >= most:
		return &views.Flash{Kind: "danger", Text: texts.T("quotas.used_ask")}, nil
	case org.Role.CanManage():
		return &views.Flash{Kind: "warning", Text: texts.T("quotas.near", "Left", most-use.Minutes)}, nil
	}
	return nil, nil
}

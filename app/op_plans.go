package app

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

// editions are the plans with their versions, cheapest first.
func (s *Server) editions(c *fiber.Ctx) (plans []views.PlanEditions, err error) {
	all, err := s.billing.Editions(c.UserContext())
	for _, e := range all {
		if len(plans) == 0 || plans[len(plans)-1].Versions[0].ID != e.ID {
			plans = append(plans, views.PlanEditions{})
		}
		last := &plans[len(plans)-1]
		last.Versions = append(last.Versions, e)
		if e.Current {
			last.Current = e.Plan
		}
	}
	return plans, err
}

// theEditions are those of the plan in the address.
func (s *Server) theEditions(c *fiber.Ctx) (views.PlanEditions, error) {
	plans, err := s.editions(c)
	for _, p := range plans {
		if p.Current.ID == c.Params("plan") {
			return p, err
		}
	}
	if err == nil {
		err = errNotFound
	}
	return views.PlanEditions{}, err
}

func (s *Server) operatorPlans(c *fiber.Ctx) error {
	plans, err := s.editions(c)
	if err != nil {
		return err
	}
	return s.render(c, views.OperatorPlans(s.operatorPage(c, "op_plans.title"), plans))
}

func (s *Server) operatorPlan(c *fiber.Ctx) error {
	at, err := s.theEditions(c)
	if err != nil {
		return err
	}
	now := at.Current
	return s.showPlan(c, at, billing.PlanText{Name: now.Name, Tagline: now.Tagline, Listed: now.Public, Recommended: now.Highlight}, nil)
}

// showPlan shows a plan's page with what its form holds.
func (s *Server) showPlan(c *fiber.Ctx, at views.PlanEditions, text billing.PlanText, faults map[string]string) error {
	m := views.PlanPageModel{PlanEditions: at, Text: text, Errors: faults}
	if at.Current.ID != billing.FreePlan {
		orgs, err := s.billing.OnEdition(c.UserContext(), at.Current.ID, 0)
		if err != nil {
			return err
		}
		m.List = views.ListPage{Path: "/operator/plans/" + at.Current.ID, Page: pageOf(c), Size: tenants.PageSize, Total: len(orgs)}
		if m.Older, err = s.planHolders(c, pageIn(orgs, m.List)); err != nil {
			return err
		}
	}
	page := s.operatorPage(c, "")
	page.Title = at.Current.Name
	return s.render(c, views.OperatorPlan(page, m))
}

func (s *Server) planHolders(c *fiber.Ctx, ids []tenants.OrgID) (out []views.PlanHolder, err error) {
	named, err := s.tenants.OrgsByID(c.UserContext(), ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		plan, _, err := s.billing.PlanOf(c.UserContext(), id)
		if err != nil {
			return nil, err
		}
		out = append(out, views.PlanHolder{ID: id, Name: named[id].Name, Version: plan.Version})
	}
	return out, nil
}

// operatorShowPlan changes how a plan is shown.
func (s *Server) operatorShowPlan(c *fiber.Ctx) error {
	at, err := s.theEditions(c)
	if err != nil {
		return err
	}
	text := billing.PlanText{Name: c.FormValue("name"), Tagline: c.FormValue("tagline"), Listed: c.FormValue("listed") != "", Recommended: c.FormValue("recommended") != ""}
	err = s.billing.EditPlan(c.UserContext(), at.Current.ID, text)
	if faults := tenants.Fields(err); faults != nil {
		c.Status(fiber.StatusBadRequest)
		return s.showPlan(c, at, text, faults)
	}
	if err != nil {
		return err
	}
	detail := fmt.Sprintf("%q, %q, listed %t, recommended %t", text.Name, text.Tagline, text.Listed, text.Recommended)
	if err := s.operatorDid(c.UserContext(), "plan.show", at.Current.ID, detail); err != nil {
		return err
	}
	return s.operatorDone(c, "/plans/"+at.Current.ID, "plan_shown")
}

// operatorVersionPage is the form for the next version, filled with what is sold now.
func (s *Server) operatorVersionPage(c *fiber.Ctx) error {
	at, err := s.theEditions(c)
	if err != nil {
		return err
	}
	return s.showVersion(c, at, views.PlanVersionModel{Form: views.PlanFormOf(at.Current)})
}

func (s *Server) showVersion(c *fiber.Ctx, at views.PlanEditions, m views.PlanVersionModel) error {
	m.Now = at.Current
	for _, v := range at.Versions {
		m.On += v.Bought + v.Given
	}
	page := s.operatorPage(c, "op_plans.make")
	for id, words := range page.Texts.Under("plan.feature.") {
		m.Features = append(m.Features, views.Choice{Value: id, Word: words})
	}
	place := func(one views.Choice) int { // what is said now comes first, in its order
		if i := slices.Index(at.Current.Features, one.Value); i >= 0 {
			return i
		}
		return len(at.Current.Features)
	}
	slices.SortFunc(m.Features, func(a, b views.Choice) int { return cmp.Or(place(a)-place(b), strings.Compare(a.Word, b.Word)) })
	return s.render(c, views.OperatorPlanVersion(page, m))
}

// operatorVersion shows what a version would change, and makes it when that was looked at.
func (s *Server) operatorVersion(c *fiber.Ctx) error {
	at, err := s.theEditions(c)
	if err != nil {
		return err
	}
	texts := s.texts(c)
	m := views.PlanVersionModel{Form: planForm(c, texts.Has), Preview: true}
	next, faults := readVersion(m.Form, at.Current)
	if len(faults) > 0 {
		c.Status(fiber.StatusBadRequest)
		m.Errors, m.Preview = faults, false
		return s.showVersion(c, at, m)
	}
	m.Changes = views.PlanChanges(s.operatorPage(c, ""), at.Current, next)
	if c.FormValue("step") != "make" || len(m.Changes) == 0 || c.FormValue("from") != strconv.Itoa(at.Current.Version) {
		return s.showVersion(c, at, m) // also when another operator has made one meanwhile: what changes is another thing then
	}
	version, err := s.billing.ChangePlan(c.UserContext(), at.Current.ID, changeTo(next))
	if err != nil {
		return err
	}
	if err := s.operatorDid(c.UserContext(), "plan.version", at.Current.ID, versionDeed(version, m.Changes)); err != nil {
		return err
	}
	return s.operatorDone(c, "/plans/"+at.Current.ID, "plan_made")
}

// versionDeed says for the log what a version changed.
func versionDeed(version int, changes []views.PlanDiff) string {
	parts := make([]string, len(changes))
	for i, d := range changes {
		parts[i] = d.What + ": " + d.Was + " \u2192 " + d.Is
	}
	return fmt.Sprintf("version %d; %s", version, strings.Join(parts, "; "))
}

// planForm is what was typed; what no plan has or says is left out.
func planForm(c *fiber.Ctx, says func(id string) bool) views.PlanVersionForm {
	f := views.PlanVersionForm{
		Monthly: c.FormValue("monthly"), Yearly: c.FormValue("yearly"), Trial: c.FormValue("trial"), Length: c.FormValue("length"), People: c.FormValue("people"),
		AtOnce: c.FormValue("at_once"), ChatDays: c.FormValue("chat"), StorageMegabytes: c.FormValue("storage"),
		Rights: map[string]bool{}, Features: map[string]bool{},
	}
	for _, v := range c.Request().PostArgs().PeekMulti("right") {
		if slices.Contains(billing.Rights(), string(v)) {
			f.Rights[string(v)] = true
		}
	}
	for _, v := range c.Request().PostArgs().PeekMulti("feature") {
		if id := string(v); strings.HasPrefix(id, "plan.feature.") && says(id) {
			f.Features[id] = true
		}
	}
	return f
}

// readVersion makes a version of what was typed; faults are message ids by field.
func readVersion(f views.PlanVersionForm, now billing.Plan) (next billing.Plan, faults map[string]string) {
	next, faults = now, map[string]string{}
	fault := func(field string, ok bool) {
		if !ok {
			faults[field] = "op_plans.number"
		}
	}
	whole := func(field, typed string, most int64) int64 {
		n, err := strconv.ParseInt(strings.TrimSpace(typed), 10, 64)
		fault(field, err == nil && n >= 0 && n <= most)
		return n
	}
	money := func(field, typed string) int64 {
		n, err := parseCents(typed)
		if err != nil {
			faults[field] = "op_plans.money"
		}
		return n
	}
	next.MonthlyCents, next.YearlyCents = money("monthly", f.Monthly), money("yearly", f.Yearly)
	next.TrialDays = int(whole("trial", f.Trial, 365))
	next.Limits.MeetingLength = time.Duration(whole("length", f.Length, 60*24*365)) * time.Minute
	next.Limits.Participants = int(whole("people", f.People, 100_000))
	fault("people", next.Limits.Participants > 0)
	next.Limits.ConcurrentMeetings = int(whole("at_once", f.AtOnce, 1_000_000))
	next.Limits.ChatDays = int(whole("chat", f.ChatDays, 36_500))
	next.Limits.StorageBytes = whole("storage", f.StorageMegabytes, 1<<40) << 20
	l := &next.Limits
	for name, to := range map[string]*bool{"ads": &l.Ads, "phone": &l.Phone, "sso": &l.SSO, "own_domain": &l.OwnDomain, "audit_log": &l.AuditLog, "dedicated_media": &l.DedicatedMedia} {
		*to = f.Rights[name]
	}
	next.Features = planFeatures(f.Features, now.Features)
	return next, faults
}

// planFeatures are those that were ticked: in the order they had, then the new ones by id.
func planFeatures(ticked map[string]bool, before []string) (out []string) {
	for _, id := range before {
		if ticked[id] {
			out = append(out, id)
		}
	}
	var fresh []string
	for id := range ticked {
		if !slices.Contains(out, id) {
			fresh = append(fresh, id)
		}
	}
	slices.Sort(fresh)
	return append(out, fresh...)
}

// parseCents reads an amount of money as people type it: 12.99, or 12,99, or 12.
func parseCents(typed string) (int64, error) {
	whole, part, has := strings.Cut(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), ".")
	if has && (part == "" || len(part) > 2) || len(whole) > 7 {
		return 0, errors.New("not an amount")
	}
	units, err := strconv.ParseUint(whole, 10, 32)
	if err != nil {
		return 0, err
	}
	if len(part) == 1 {
		part += "0"
	}
	if part == "" {
		part = "0"
	}
	hundredths, err := strconv.ParseUint(part, 10, 8)
	return int64(units)*100 + int64(hundredths), err //nolint:gosec // both were bounded above
}

// changeTo names everything of a version, so that it is what was looked at.
func changeTo(next billing.Plan) billing.PlanChange {
	l := next.Limits
	return billing.PlanChange{
		MonthlyCents: &next.MonthlyCents, YearlyCents: &next.YearlyCents, TrialDays: &next.TrialDays, Features: &next.Features,
		Limits: billing.LimitsChange{
			MeetingLength: &l.MeetingLength, Participants: &l.Participants, ConcurrentMeetings: &l.ConcurrentMeetings, ChatDays: &l.ChatDays, StorageBytes: &l.StorageBytes,
			Rights: views.PlanRights(l),
		},
	}
}

// operatorMovePlan has one organization, or all that are on an older version, moved to the one that is sold now. It is done beside this:
// Stripe is asked for each of them.
func (s *Server) operatorMovePlan(c *fiber.Ctx) error {
	plan := c.Params("plan")
	orgs, err := s.billing.OnEdition(c.UserContext(), plan, 0)
	if err != nil {
		return err
	}
	if one := tenants.OrgID(c.FormValue("org")); one != "" {
		if !slices.Contains(orgs, one) {
			return s.operatorDone(c, "/plans/"+plan, "plan_moved_already")
		}
		orgs = []tenants.OrgID{one}
	}
	moved := 0
	for _, org := range orgs {
		err := s.tenants.AskPlanMove(c.UserContext(), org)
		if isCode(err, tenants.CodeNotFound) { // it was deleted meanwhile
			continue
		}
		if err != nil {
			return err
		}
		moved++
	}
	s.ringErrands()
	detail := fmt.Sprintf("%d organizations", moved)
	target := plan
	if len(orgs) == 1 {
		target, detail = string(orgs[0]), plan
	}
	if err := s.operatorDid(c.UserContext(), "plan.move", target, detail); err != nil {
		return err
	}
	return s.operatorDone(c, "/plans/"+plan+"?n="+strconv.Itoa(moved), "plan_moved")
}

package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing"
	"parley/tenants"
	"parley/views"
)

func planModel(p billing.Plan) views.Plan {
	return views.Plan{
		ID: p.ID, Name: p.Name, Tagline: p.Tagline, MonthlyCents: p.MonthlyCents, YearlyCents: p.YearlyCents, Currency: p.Currency,
		MeetingLength: p.Limits.MeetingLength, Participants: p.Limits.Participants, ConcurrentMeetings: p.Limits.ConcurrentMeetings,
		StorageBytes: p.Limits.StorageBytes, Ads: p.Limits.Ads, SSO: p.Limits.SSO, AuditLog: p.Limits.AuditLog, TrialDays: p.TrialDays,
		Features: p.Features, Contact: p.Contact, Highlight: p.Highlight,
	}
}

// roomCard is a room as the dashboard shows it.
func (s *Server) roomCard(c *fiber.Ctx, r tenants.RoomSummary) views.RoomCard {
	card := views.RoomCard{
		ID: string(r.ID), Name: r.Name, Code: r.Code, Link: s.base(c) + "/m/" + r.Code, Live: r.Live != nil && r.People > 0, People: r.People, Names: r.Names,
		CanManage: theOrg(c).Role.CanManage() || r.CreatedBy == visitor(c).User.ID,
	}
	if r.LastEnded != nil {
		card.LastUsed = *r.LastEnded
	}
	return card
}

// limitsModel says what the organization's meetings may do, and what would lift it.
func (s *Server) limitsModel(c *fiber.Ctx, org orgAccess) (views.LimitsModel, error) {
	allowed, err := s.allowanceOf(c.UserContext(), org.ID)
	if err != nil {
		return views.LimitsModel{}, err
	}
	m := views.LimitsModel{
		Plan: allowed.Plan.Name, MeetingLength: allowed.Limits.MeetingLength,
		Participants: allowed.Limits.Participants, ConcurrentMeetings: allowed.Limits.ConcurrentMeetings,
	}
	mine := allowed.in(visitor(c).User.ID)
	m.MeetingLength, m.Participants = mine.MeetingLength, mine.Participants
	m.LengthBy, m.ParticipantsBy, m.ConcurrentBy = string(mine.LengthBy), string(mine.ParticipantsBy), string(mine.ConcurrentBy)
	m.OwnMeetings = mine.MakerMeetings
	if mine.MonthMinutes > 0 || mine.MakerMinutes > 0 {
		use, err := s.monthUse(c.UserContext(), org.ID)
		if err != nil {
			return m, err
		}
		m.MonthUsed, m.MonthMost = use.Minutes, mine.MonthMinutes
		m.OwnUsed, m.OwnMost = use.Makers[visitor(c).User.ID], mine.MakerMinutes
	}
	if m.Ahead, err = s.planAhead(c.UserContext(), org.ID); err != nil {
		return m, err
	}
	bigger, err := s.nextPlan(c, allowed.Plan)
	if err == nil && bigger != nil && s.cfg.Selling && org.Role.CanPay() {
		plan := planModel(*bigger)
		m.Upgrade = &plan
	}
	return m, err
}

// offers are the ways to lift the limits of an organization on this plan: to buy a bigger one, or to change to it where one is paid for.
// None when nothing is sold here, or when something has to be settled first.
func (s *Server) offers(c *fiber.Ctx, org tenants.OrgID, now billing.Plan) ([]views.Offer, error) {
	bigger, err := s.nextPlan(c, now)
	if err != nil || bigger == nil || !s.cfg.Selling {
		return nil, err
	}
	_, sub, err := s.planOf(c.UserContext(), org)
	if err != nil {
		return nil, err
	}
	plan := planModel(*bigger)
	if sub.Changeable() {
		return s.texts(c).Changes([]views.Plan{plan}), nil
	}
	if sub.Running() {
		return nil, nil
	}
	seats, err := s.seatsUsed(c.UserContext(), org)
	if sub.HadOne {
		plan.TrialDays = 0
	}
	return s.texts(c).Offers([]views.Plan{plan}, max(seats, 1)), err
}

func billingModel(s *Server, c *fiber.Ctx, plan billing.Plan, sub billing.Subscription, plans []billing.Plan) views.BillingModel {
	m := views.BillingModel{
		Plan: planModel(plan), Interval: interval(c), Seats: 1, CanPay: theOrg(c).Role.CanPay(), Selling: s.cfg.Selling,
	}
	m.Trial = !sub.HadOne
	m.TrialEnds = func(days int) time.Time { return s.clock.Now().AddDate(0, 0, days) }
	if sub.Running() {
		m.Subscription = &views.SubscriptionModel{
			Interval: sub.Interval, Seats: sub.Seats, TotalCents: plan.Cents(sub.Interval) * int64(max(sub.Seats, 1)),
			PeriodEnd: sub.PeriodEnd, CancelAtPeriodEnd: sub.CancelAtPeriodEnd, GraceUntil: sub.GraceEnds(),
			Trial: !sub.TrialEnds().IsZero(), Discount: discountModel(sub.Discount),
			Changeable: sub.Changeable(),
		}
		if c.Query("interval") == "" {
			m.Interval = sub.Interval
		}
	}
	for _, p := range plans {
		buy := !sub.Running() && p.Rank > plan.Rank
		change := m.Subscription != nil && m.Subscription.Changeable && (p.ID != sub.Plan || m.Interval != sub.Interval)
		if p.ID == sub.Plan && change {
			p = plan // who stays with a plan keeps its version
		}
		if (buy || change) && (p.Public || p.ID == sub.Plan) && p.Sold(m.Interval) {
			m.Plans = append(m.Plans, planModel(p))
		}
	}
	return m
}

// lobbyModel is the page before a meeting; meeting is the zero value while none is on.
func (s *Server) lobbyModel(c *fiber.Ctx, at place, meeting tenants.Meeting, people []tenants.Participant, fault string) views.LobbyModel {
	m := views.LobbyModel{Room: at.Room.Name, Code: at.Room.Code, Name: visitor(c).User.Name, NameError: fault}
	if known, ok := s.seatOf(c, at.Room.Code); ok {
		m.Name = known.Name
	}
	for _, p := range people {
		if p.LeftAt == nil {
			m.Here = append(m.Here, p.Name)
		}
	}
	if meeting.ID != "" && len(m.Here) > 0 {
		m.Live, m.Running = true, s.clock.Since(meeting.StartedAt)
	}
	return m
}

// sessionModel is what the meeting in the browser begins with.
func (s *Server) sessionModel(c *fiber.Ctx, at place, entry tenants.Entry, seat seat, token string) (views.MeetingSession, error) {
	base, code := s.base(c), at.Room.Code
	m := views.MeetingSession{
		ServerURL: "ws" + base[len("http"):], Token: token, Code: code, Link: base + "/m/" + code, Room: at.Room.Name,
		Identity: seat.Identity, Name: seat.Name, Host: at.Host, CanUpgrade: at.Pays && s.cfg.Selling,
		Plan: entry.Meeting.Plan, EndsAt: millis(entry.Meeting.EndsAt), Now: millis(s.clock.Now()),
		Participants: entry.Meeting.ParticipantLimit, Share: string(tenants.Everyone), FileMost: tenants.ChatFileMost, Demo: s.cfg.Demo,
		URLs: views.MeetingURLs{
			After: "/m/" + code + "/after", End: "/m/" + code + "/end", Token: "/m/" + code + "/token",
			Checkout: "/o/" + at.Org.Slug + "/checkout", Lobby: "/m/" + code, Stickers: "/m/" + code + "/stickers",
			Chat: "/m/" + code + "/chat", Waiters: "/m/" + code + "/waiters",
		},
		Texts: s.texts(c).Under("meeting."), Offers: []views.Offer{}, // a list, never null
	}
	if entry.Meeting.Encrypted {
		m.Encryption = &views.Encryption{Worker: s.assets.path("encryption.js")}
	}
	m.CSRF, _ = c.Locals(localCSRF).(string)
	if !entry.Rights.Share { // told why
		policies, err := s.tenants.Org(at.Org.ID).Policies(c.UserContext())
		if err != nil {
			return m, err
		}
		m.Share = string(policies.Share)
	}
	if !m.CanUpgrade {
		return m, nil
	}
	allowed, err := s.allowanceOf(c.UserContext(), at.Org.ID)
	if err != nil {
		return m, err
	}
	held, err := s.heldAt(c, at, allowed, allowed.lengthBy(entry.Meeting.Length))
	if err != nil {
		return m, err
	}
	if m.URLs.Pay = held.Pay; held.Pay != "" || !allowed.Terms.Base().Bounds(entry.Meeting.Length) { // a quota holds this meeting, and buying would lift nothing; or what was bought has to be paid first
		m.CanUpgrade = false
		return m, nil
	}
	offers, err := s.offers(c, at.Org.ID, allowed.Plan)
	m.Offers, m.CanUpgrade = append(m.Offers, offers...), len(offers) > 0
	return m, err
}

// afterModel tells how a meeting went.
func (s *Server) afterModel(c *fiber.Ctx, at place, m tenants.Meeting) (views.AfterModel, error) {
	people, err := s.tenants.Org(at.Org.ID).People(c.UserContext(), m.ID)
	if err != nil {
		return views.AfterModel{}, err
	}
	now := s.clock.Now()
	out := views.AfterModel{
		Room: at.Room.Name, Code: at.Room.Code, Reason: leaveReason(c.Query("why")), StartedAt: m.StartedAt, People: len(people),
		Plan: m.Plan, Limit: m.Length, Member: at.Host, Org: at.Org.Slug, Length: now.Sub(m.StartedAt), CanRejoin: true,
	}
	if m.EndedAt == nil && !m.EndsAt.IsZero() && !now.Before(m.EndsAt) { // the node's word is still on its way
		m.EndReason, m.EndedAt = tenants.EndLimit, &m.EndsAt
	}
	if m.EndedAt != nil {
		out.EndedAt, out.Length = *m.EndedAt, m.EndedAt.Sub(m.StartedAt)
		if byThem := m.EndReason == tenants.EndHost && out.Reason == "own"; m.EndReason != tenants.EndEmpty && !byThem {
			out.Reason = m.EndReason
		}
		out.RestUntil = restUntil(m, now)
		out.CanRejoin = out.RestUntil.IsZero() && (m.EndReason != tenants.EndHost || at.Host) && m.EndReason != tenants.EndSuspended
	}
	if out.Reason != tenants.EndLimit {
		return out, nil
	}
	allowed, err := s.allowanceOf(c.UserContext(), at.Org.ID)
	if err != nil {
		return out, err
	}
	if out.Held, err = s.heldAt(c, at, allowed, allowed.lengthBy(m.Length)); err == nil && at.Pays && allowed.buyable(out.Held) {
		out.Offers, err = s.offers(c, at.Org.ID, allowed.Plan)
	}
	return out, err
}

// restUntil is when a room can be used again after a meeting that ran into its limit; zero when it can be now.
func restUntil(m tenants.Meeting, now time.Time) time.Time {
	if until := m.RestsUntil(); m.EndReason == tenants.EndLimit && now.Before(until) {
		return until
	}
	return time.Time{}
}

// leaveReason is why this person left, as their client says; only words that the page knows.
func leaveReason(why string) string {
	switch why {
	case "limit", "host", "own", "removed", "duplicate", "failed", "shutdown":
		return why
	}
	return "left"
}

func (s *Server) fullModel(c *fiber.Ctx, at place) (views.FullModel, error) {
	allowed, err := s.allowanceOf(c.UserContext(), at.Org.ID)
	if err != nil {
		return views.FullModel{}, err
	}
	seats := allowed.in(at.Room.CreatedBy).Participants
	if now, _, err := s.tenants.Org(at.Org.ID).Current(c.UserContext(), at.Room.ID); err == nil {
		seats = now.ParticipantLimit // what the meeting began with, or was given since
	} else if !isCode(err, tenants.CodeNotFound) {
		return views.FullModel{}, err
	}
	held, err := s.heldAt(c, at, allowed, allowed.peopleBy(seats))
	return views.FullModel{
		Room: at.Room.Name, Code: at.Room.Code, Participants: seats, Plan: allowed.Plan.Name, Held: held,
		Member: at.Host, Org: at.Org.Slug, CanUpgrade: at.Pays && s.cfg.Selling && allowed.buyable(held),
	}, err
}

func (s *Server) endedModel(c *fiber.Ctx, at place) (views.EndedModel, error) {
	m, err := s.tenants.Org(at.Org.ID).LastMeeting(c.UserContext(), at.Room.ID)
	if err != nil {
		return views.EndedModel{}, err
	}
	out := views.EndedModel{
		Room: at.Room.Name, Code: at.Room.Code, Reason: m.EndReason, Limit: m.Length,
		Member: at.Host, Org: at.Org.Slug, CanUpgrade: at.Pays && s.cfg.Selling,
	}
	if m.EndReason != tenants.EndLimit {
		return out, nil
	}
	out.RestUntil = restUntil(m, s.clock.Now())
	allowed, err := s.allowanceOf(c.UserContext(), at.Org.ID)
	if err != nil {
		return out, err
	}
	out.Held, err = s.heldAt(c, at, allowed, allowed.lengthBy(m.Length))
	out.CanUpgrade = out.CanUpgrade && allowed.buyable(out.Held)
	return out, err
}

func mailList(mails []StoredMail) (out []views.MailItem) {
	for _, m := range mails {
		out = append(out, mailItem(m))
	}
	return out
}

func mailItem(m StoredMail) views.MailItem {
	return views.MailItem{ID: m.ID, To: m.To, Subject: m.Subject, At: m.At}
}

func mailModel(m StoredMail) views.MailView {
	return views.MailView{MailItem: mailItem(m), Text: m.Text, HTML: m.HTML}
}

// millis is a moment as JavaScript counts; 0 for no moment.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

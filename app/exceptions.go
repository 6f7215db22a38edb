package app

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// exceptionForm is how the form of an exception is called on the page of an organization, which has several.
const exceptionForm = "exception"

// exceptionUsual is how long an exception holds that the form offers.
const exceptionUsual = 30 * 24 * time.Hour

// setException gives an organization other limits than its plan's until a day. Meetings that run obey at once: what is raised as after an
// upgrade, what is lowered as after a lowered quota.
func (s *Server) setException(c *fiber.Ctx) error {
	return s.closeOrOpen(c, "exception_set", func(org tenants.Organization) error {
		x, err := readException(c)
		if err != nil {
			return err
		}
		before, err := s.termsOf(c.UserContext(), org.ID)
		if err != nil {
			return err
		}
		set, err := s.tenants.Org(org.ID).SetException(c.UserContext(), tenants.SetExceptionInput{
			Exception: x, Operator: operatorOf(c), Plan: before.Plan, Seats: before.Seats,
		})
		if err != nil {
			return err
		}
		after := before
		after.Exception = &set.Exception
		return s.limitsChanged(c.UserContext(), org.ID, !lessMeeting(after.Base(), before.Base()))
	})
}

// lessMeeting reports whether meetings may do less than before.
func lessMeeting(now, before tenants.Limits) bool {
	return now.Participants < before.Participants || now.Bounds(before.MeetingLength) && now.MeetingLength != before.MeetingLength
}

// endException takes an exception back before its day.
func (s *Server) endException(c *fiber.Ctx) error {
	return s.closeOrOpen(c, "exception_ended", func(org tenants.Organization) error {
		if err := s.tenants.Org(org.ID).EndException(c.UserContext(), c.Params("exception")); err != nil {
			return err
		}
		return s.limitsChanged(c.UserContext(), org.ID, false)
	})
}

// exceptionOver is due when an exception's day has come: meetings that run obey the plan and the quotas again.
func (s *Server) exceptionOver(ctx context.Context, job tenants.Job) error {
	err := s.tenants.Org(job.Org).ExceptionOver(ctx, job.Ref)
	if err == nil {
		err = s.limitsChanged(ctx, job.Org, false)
	}
	if isCode(err, tenants.CodeNotFound) { // the organization is gone
		return nil
	}
	return err
}

// exceptionSoon is due some days before an exception's day: the owners are told.
func (s *Server) exceptionSoon(ctx context.Context, job tenants.Job) error {
	err := s.tenants.Org(job.Org).TellExceptionEnds(ctx, job.Ref)
	s.ringMails()
	if isCode(err, tenants.CodeNotFound) { // the organization is gone
		return nil
	}
	return err
}

// readException reads the form. An empty field leaves what the plan says; what is wrong is told beside its field, the store says the rest.
func readException(c *fiber.Ctx) (tenants.Exception, error) {
	x := tenants.Exception{Reason: c.FormValue("reason")}
	var faults tenants.Errors
	fault := func(field, key string) {
		faults = append(faults, &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: key})
	}
	number := func(right tenants.Right) *int {
		typed := strings.TrimSpace(c.FormValue(string(right)))
		if typed == "" {
			return nil
		}
		n, err := strconv.Atoi(typed)
		if err != nil || n < 0 || n > 1_000_000_000 {
			fault(string(right), tenants.KeyExceptionNumber)
			return nil
		}
		return &n
	}
	if minutes := number(tenants.RightLength); minutes != nil {
		length := time.Duration(min(*minutes, 1<<30)) * time.Minute
		x.MeetingLength = &length
	}
	x.Participants, x.ConcurrentMeetings, x.Seats, x.ChatDays = number(tenants.RightParticipants), number(tenants.RightMeetings), number(tenants.RightSeats), number(tenants.RightChatDays)
	if megabytes := number(tenants.RightStorage); megabytes != nil {
		bytes := int64(*megabytes) * megabyte
		x.StorageBytes = &bytes
	}
	if noAds := choice(c, tenants.RightNoAds); noAds != nil {
		ads := !*noAds
		x.Ads = &ads
	}
	x.SSO, x.AuditLog, x.Phone = choice(c, tenants.RightSSO), choice(c, tenants.RightAuditLog), choice(c, tenants.RightPhone)
	x.OwnDomain, x.DedicatedMedia = choice(c, tenants.RightOwnDomain), choice(c, tenants.RightDedicatedMedia)
	until, err := time.ParseInLocation(localTime, c.FormValue("until"), zoneOf(c))
	if err != nil {
		fault("until", tenants.KeyExceptionPast)
	}
	x.Until = until
	if len(faults) > 0 {
		return x, faults
	}
	return x, nil
}

// choice reads a field of three: as the plan says, which is nil, or yes, or no.
func choice(c *fiber.Ctx, right tenants.Right) *bool {
	typed := c.FormValue(string(right))
	if typed != views.ChoiceYes && typed != views.ChoiceNo {
		return nil
	}
	yes := typed == views.ChoiceYes
	return &yes
}

// typedException is the form as it was sent.
func typedException(c *fiber.Ctx) views.ExceptionForm {
	f := views.ExceptionForm{Rights: map[tenants.Right]string{}, Until: c.FormValue("until"), Reason: c.FormValue("reason")}
	for _, right := range tenants.AllRights() {
		f.Rights[right] = c.FormValue(string(right))
	}
	return f
}

// presentException is the form filled with what holds now; with nothing, and a month from now, where nothing does.
func presentException(x *tenants.LimitException, now time.Time, zone *time.Location) views.ExceptionForm {
	f := views.ExceptionForm{Rights: map[tenants.Right]string{}, Until: now.Add(exceptionUsual).In(zone).Format(localTime)}
	if x == nil {
		return f
	}
	f.Until, f.Reason = x.Until.In(zone).Format(localTime), x.Reason
	number := func(right tenants.Right, n *int) {
		if n != nil {
			f.Rights[right] = strconv.Itoa(*n)
		}
	}
	yesNo := func(right tenants.Right, is *bool, yes bool) {
		if is != nil && *is == yes {
			f.Rights[right] = views.ChoiceYes
		} else if is != nil {
			f.Rights[right] = views.ChoiceNo
		}
	}
	if x.MeetingLength != nil {
		minutes := int((*x.MeetingLength + time.Minute - 1) / time.Minute)
		number(tenants.RightLength, &minutes)
	}
	if x.StorageBytes != nil {
		megabytes := int((*x.StorageBytes + megabyte - 1) / megabyte)
		number(tenants.RightStorage, &megabytes)
	}
	number(tenants.RightParticipants, x.Participants)
	number(tenants.RightMeetings, x.ConcurrentMeetings)
	number(tenants.RightSeats, x.Seats)
	number(tenants.RightChatDays, x.ChatDays)
	yesNo(tenants.RightNoAds, x.Ads, false)
	yesNo(tenants.RightSSO, x.SSO, true)
	yesNo(tenants.RightAuditLog, x.AuditLog, true)
	yesNo(tenants.RightPhone, x.Phone, true)
	yesNo(tenants.RightOwnDomain, x.OwnDomain, true)
	yesNo(tenants.RightDedicatedMedia, x.DedicatedMedia, true)
	return f
}

// addLimits adds what the organization may do: what its plan says, its quota and an exception, what holds, and what of it is used.
func (s *Server) addLimits(ctx context.Context, org tenants.Organization, m *views.TenantModel) error {
	terms, err := s.termsOf(ctx, org.ID)
	if err != nil {
		return err
	}
	used, err := s.tenants.Org(org.ID).InUse(ctx)
	if err != nil {
		return err
	}
	all, err := s.tenants.Org(org.ID).Exceptions(ctx)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for i, x := range all {
		if x.Holds(now) {
			m.Present = &all[i]
		}
	}
	m.Terms, m.Used = terms, used
	return nil
}

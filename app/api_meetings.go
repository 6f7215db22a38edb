package app

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// apiMeetingJSON is a meeting as programs see it. Times that do not exist are null.
type apiMeetingJSON struct {
	ID        string     `json:"id"`
	RoomID    string     `json:"room_id"`
	RoomName  string     `json:"room_name"`
	State     string     `json:"state"`
	StartedAt time.Time  `json:"started_at"`
	EndsAt    *time.Time `json:"ends_at"`
	EndedAt   *time.Time `json:"ended_at"`
	EndReason *string    `json:"end_reason"`
	People    int        `json:"people"`
	PeopleNow int        `json:"people_now"`
	Plan      string     `json:"plan"`
}

func apiMeetingOf(m tenants.MeetingSummary) apiMeetingJSON {
	out := apiMeetingJSON{
		ID: string(m.ID), RoomID: string(m.Room), RoomName: m.RoomName, State: "live", StartedAt: m.StartedAt, EndedAt: m.EndedAt,
		People: m.People, PeopleNow: m.Here, Plan: m.Plan,
	}
	if !m.EndsAt.IsZero() {
		out.EndsAt = &m.EndsAt
	}
	if !m.Running() {
		out.State, out.EndReason = "ended", &m.EndReason
	}
	return out
}

func (s *Server) apiMeetings(c *fiber.Ctx) error {
	q, err := meetingQuery(c)
	if err != nil {
		return err
	}
	meetings, more, err := apiAccessOf(c).Door.Meetings(c.UserContext(), q)
	if err != nil {
		return err
	}
	return c.JSON(listOf(meetings, more, apiMeetingOf, func(m tenants.MeetingSummary) string { return string(m.ID) }))
}

func meetingQuery(c *fiber.Ctx) (q tenants.MeetingQuery, err error) {
	if q.Slice, err = apiSlice(c); err != nil {
		return q, err
	}
	if q.From, err = apiTime(c, "from"); err != nil {
		return q, err
	}
	if q.Until, err = apiTime(c, "until"); err != nil {
		return q, err
	}
	q.Room, q.State = tenants.RoomID(c.Query("room_id")), c.Query("state")
	if q.State != "" && q.State != "live" && q.State != "ended" {
		return q, badField("state", "error.state.invalid")
	}
	return q, nil
}

func (s *Server) apiMeeting(c *fiber.Ctx) error {
	meeting, err := apiAccessOf(c).Door.Meeting(c.UserContext(), tenants.MeetingID(c.Params("id")))
	if err != nil {
		return err
	}
	return c.JSON(apiMeetingOf(meeting))
}

// apiParticipantJSON is somebody who had a seat.
type apiParticipantJSON struct {
	Identity string     `json:"identity"`
	Name     *string    `json:"name"` // null for a person who has been deleted
	Member   bool       `json:"member"`
	JoinedAt time.Time  `json:"joined_at"`
	LeftAt   *time.Time `json:"left_at"`
}

// apiParticipants lists everybody at once: a meeting has no more people than its room has seats, over and over.
func (s *Server) apiParticipants(c *fiber.Ctx) error {
	people, err := apiAccessOf(c).Door.Participants(c.UserContext(), tenants.MeetingID(c.Params("id")))
	if err != nil {
		return err
	}
	show := func(p tenants.Participant) apiParticipantJSON {
		out := apiParticipantJSON{Identity: p.Identity, Member: p.Member, JoinedAt: p.JoinedAt, LeftAt: p.LeftAt}
		if p.Name != "" {
			out.Name = &p.Name
		}
		return out
	}
	return c.JSON(listOf(people, false, show, nil))
}

func (s *Server) apiEndMeeting(c *fiber.Ctx) error {
	room, meeting, err := apiAccessOf(c).Door.EndMeeting(c.UserContext(), tenants.MeetingID(c.Params("id")))
	if err != nil {
		return err
	}
	if err := s.closeRoom(c.UserContext(), room); err != nil {
		return err
	}
	return c.JSON(apiMeetingOf(meeting))
}

// apiUsageJSON is one day of usage.
type apiUsageJSON struct {
	Date     string `json:"date"`
	Meetings int    `json:"meetings"`
	People   int    `json:"people"`
	Minutes  int64  `json:"minutes"`
	Peak     int    `json:"peak"`
}

// apiUsage adds up days; the last thirty when none are named.
func (s *Server) apiUsage(c *fiber.Ctx) error {
	until, err := apiTime(c, "until")
	if err != nil {
		return err
	}
	from, err := apiTime(c, "from")
	if err != nil {
		return err
	}
	if until.IsZero() {
		until = s.clock.Now()
	}
	if from.IsZero() {
		from = until.AddDate(0, 0, -29)
	}
	days, err := apiAccessOf(c).Door.Usage(c.UserContext(), from, until)
	if err != nil {
		return err
	}
	show := func(d tenants.UsageDay) apiUsageJSON {
		return apiUsageJSON{Date: d.Day.Format(time.DateOnly), Meetings: d.Meetings, People: d.People, Minutes: int64(d.Time / time.Minute), Peak: d.Peak}
	}
	return c.JSON(listOf(days, false, show, nil))
}

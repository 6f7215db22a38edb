package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/sfu"
	"parley/tenants"
	"parley/views"
)

// meetingsPage shows which meetings run and who is in them, and past ones a page at a time.
func (s *Server) meetingsPage(c *fiber.Ctx) error {
	org, by, filter := s.tenants.Org(theOrg(c).ID), visitor(c).User.ID, meetingFilter(c)
	live, err := org.LiveMeetings(c.UserContext(), by)
	if err != nil {
		return err
	}
	past, total, err := org.PastMeetings(c.UserContext(), by, filter)
	if err != nil {
		return err
	}
	rooms, err := org.RoomNames(c.UserContext(), by)
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "meetings.title")
	if err != nil {
		return err
	}
	return s.render(c, views.Meetings(page, meetingsModel(c, page.Texts, filter, live, past, total, rooms)))
}

// meetingFilter reads the filter from the address. What cannot be read filters nothing.
func meetingFilter(c *fiber.Ctx) tenants.MeetingFilter {
	f := tenants.MeetingFilter{Room: tenants.RoomID(c.Query("room")), Person: c.Query("person"), Sort: c.Query("sort"), Page: pageOf(c)}
	f.From, f.Until = daysOf(c)
	return f
}

func meetingsModel(c *fiber.Ctx, texts *views.Texts, f tenants.MeetingFilter, live []tenants.LiveMeeting, past []tenants.MeetingSummary, total int, rooms []tenants.Room) views.MeetingsModel {
	query := listQuery(c, "room", "person", "from", "until", "sort")
	m := views.MeetingsModel{
		Room: string(f.Room), Person: f.Person, From: c.Query("from"), Until: c.Query("until"), Zone: zoneOf(c).String(), Sort: f.Sort,
		CSV:  with("/o/"+theOrg(c).Slug+"/meetings.csv", query),
		List: views.ListPage{Path: c.Path(), Query: query, Page: f.Page, Size: tenants.PageSize, Total: total},
	}
	for _, one := range live {
		m.Live = append(m.Live, views.LiveLine{MeetingLine: meetingLine(one.MeetingSummary), Names: everyName(texts, one.Names)})
	}
	for _, one := range past {
		m.Past = append(m.Past, meetingLine(one))
	}
	for _, r := range rooms {
		m.Rooms = append(m.Rooms, views.Choice{Value: string(r.ID), Word: r.Name})
	}
	return m
}

// everyName is what people are called, where some may have been deleted.
func everyName(texts *views.Texts, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = texts.Person(name)
	}
	return out
}

func meetingLine(m tenants.MeetingSummary) views.MeetingLine {
	l := views.MeetingLine{ID: string(m.ID), Room: m.RoomName, StartedAt: m.StartedAt, People: m.People, Here: m.Here, Reason: m.EndReason, Plan: m.Plan,
		ClosesAt: m.ClosesAt}
	if m.EndedAt != nil {
		l.EndedAt, l.Length = *m.EndedAt, m.EndedAt.Sub(m.StartedAt)
	}
	return l
}

// meetingsCSV is every past meeting under the filter.
func (s *Server) meetingsCSV(c *fiber.Ctx) error {
	org, by, filter := theOrg(c), visitor(c).User.ID, meetingFilter(c)
	return s.download(c, org.Slug+"-meetings.csv", "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		out := csvTo(w)
		if err := out.Write([]string{"meeting_id", "room_id", "room", "started_at", "ended_at", "minutes", "people", "ended_by", "plan"}); err != nil {
			return err
		}
		err := s.tenants.Org(org.ID).EachPastMeeting(ctx, by, filter, func(m tenants.MeetingSummary) error { return out.Write(plainCells(meetingRow(m))) })
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

func meetingRow(m tenants.MeetingSummary) []string {
	row := []string{string(m.ID), string(m.Room), m.RoomName, m.StartedAt.Format(time.RFC3339), "", "", strconv.Itoa(m.People), m.EndReason, m.Plan}
	if m.EndedAt != nil {
		row[4], row[5] = m.EndedAt.Format(time.RFC3339), minutesCell(m.EndedAt.Sub(m.StartedAt))
	}
	return row
}

// minutesCell is a time in minutes, to the tenth.
func minutesCell(d time.Duration) string { return strconv.FormatFloat(d.Minutes(), 'f', 1, 64) }

// meetingPage shows who was in a meeting and when.
func (s *Server) meetingPage(c *fiber.Ctx) error {
	meeting, err := s.tenants.Org(theOrg(c).ID).MeetingDetail(c.UserContext(), visitor(c).User.ID, tenants.MeetingID(c.Params("meeting")), pageOf(c))
	if err != nil {
		return err
	}
	page, err := s.orgPage(c, "")
	if err != nil {
		return err
	}
	page.Title = meeting.RoomName
	m := meetingModel(c, page.Texts, meeting, s.clock.Now())
	if m.Files, err = s.pastFiles(c, page.Texts); err != nil {
		return err
	}
	return s.render(c, views.PastMeeting(page, m))
}

func meetingModel(c *fiber.Ctx, texts *views.Texts, d tenants.MeetingDetail, now time.Time) views.PastMeetingModel {
	base := "/o/" + theOrg(c).Slug + "/meetings/" + string(d.ID)
	m := views.PastMeetingModel{
		MeetingLine: meetingLine(d.MeetingSummary), From: placeInList(c), CSV: base + "/quality.csv",
		List: views.ListPage{Path: base, Query: listQuery(c, "from", "files"), Page: pageOf(c), Size: tenants.PageSize, Total: d.People},
	}
	if d.Chat {
		m.Chat = base + "/chat.csv"
	}
	if d.Running() {
		m.Length = now.Sub(d.StartedAt)
	}
	minutes := map[string][]views.MinuteMark{}
	for i, mark := range minuteMarks(d.Quality) {
		who := d.Quality[i].Identity
		minutes[who] = append(minutes[who], mark)
	}
	for _, p := range d.Participants {
		line := views.SeatLine{Name: texts.Person(p.Name), Member: p.Member, JoinedAt: p.JoinedAt, Stay: now.Sub(p.JoinedAt), Rating: string(p.Rating)}
		if p.LeftAt != nil {
			line.LeftAt, line.Stay = *p.LeftAt, p.LeftAt.Sub(p.JoinedAt)
		}
		line.Stay, line.Minutes = max(line.Stay, 0), minutes[p.Identity]
		m.Seats = append(m.Seats, line)
	}
	return m
}

// closeMeeting ends a running meeting for everybody in it.
func (s *Server) closeMeeting(c *fiber.Ctx) error {
	room, err := s.tenants.Org(theOrg(c).ID).CloseMeeting(c.UserContext(), visitor(c).User.ID, tenants.MeetingID(c.Params("meeting")))
	if err != nil {
		return err
	}
	if err := s.closeRoom(c.UserContext(), room); err != nil {
		return err
	}
	path := "/meetings"
	if from := placeInList(c); from != "" {
		path += "?" + from
	}
	return s.done(c, path, "meeting_ended")
}

// closeRoom closes a room on its node after its meeting has ended, unless the next one runs in it already.
func (s *Server) closeRoom(ctx context.Context, room tenants.Room) error {
	_, _, err := s.tenants.Org(room.Org).Current(ctx, room.ID)
	if !isCode(err, tenants.CodeNotFound) {
		return err
	}
	if err := s.media.End(ctx, roomKey(room), sfu.ReasonHost); err != nil && !errors.Is(err, sfu.ErrRoomNotOpen) {
		return fmt.Errorf("end meeting on its node: %w", err)
	}
	return nil
}

// qualityCSV is every minute of everybody who was in a meeting.
func (s *Server) qualityCSV(c *fiber.Ctx) error {
	org := theOrg(c)
	d, err := s.tenants.Org(org.ID).MeetingDetail(c.UserContext(), visitor(c).User.ID, tenants.MeetingID(c.Params("meeting")), 0)
	if err != nil {
		return err
	}
	texts := s.texts(c) // the request is over when the file is written
	return s.download(c, org.Slug+"-quality.csv", "text/csv; charset=utf-8", func(_ context.Context, w io.Writer) error {
		out := csvTo(w)
		names := map[string]string{}
		for _, p := range d.Participants {
			names[p.Identity] = texts.Person(p.Name)
		}
		head := []string{"identity", "name", "minute", "score", "loss_up_percent", "loss_down_percent", "rtt_ms", "jitter_ms", "layer", "cause", "size_px", "held"}
		err := out.Write(head)
		for _, q := range d.Quality {
			row := []string{
				q.Identity, names[q.Identity], q.Minute.Format(time.RFC3339), tenths(q.Score), tenths(q.LossUp), tenths(q.LossDown),
				strconv.Itoa(q.RTT), strconv.Itoa(q.Jitter), strconv.Itoa(q.Layer), q.Cause, strconv.Itoa(q.Size), q.Held,
			}
			err = errors.Join(err, out.Write(plainCells(row)))
		}
		out.Flush()
		return errors.Join(err, out.Error())
	})
}

// tenths writes a number that is counted in tenths.
func tenths(n int) string { return strconv.FormatFloat(float64(n)/10, 'f', 1, 64) }

package app

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
	"parley/views"
)

// ownCall is how the call was for the visitor, who may say so too; nil for who was not in it.
func (s *Server) ownCall(c *fiber.Ctx, at place, id tenants.MeetingID) (*views.OwnCall, error) {
	seat, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return nil, nil
	}
	own, err := s.tenants.Org(at.Org.ID).OwnCall(c.UserContext(), id, seat.Identity)
	if isCode(err, tenants.CodeNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &views.OwnCall{Rating: string(own.Rating), Minutes: minuteMarks(own.Quality), Why: leaveReason(c.Query("why")), Ad: c.Query("ad")}, nil
}

// rateCall writes down what somebody says of the call that they come from. Their page sends it by itself; a plain form comes back to the page as
// it was.
func (s *Server) rateCall(c *fiber.Ctx) error {
	at, err := s.find(c)
	if err != nil {
		return s.problem(c, err)
	}
	seat, ok := s.seatOf(c, at.Room.Code)
	if !ok {
		return s.problem(c, errForbidden)
	}
	meeting, err := s.tenants.Org(at.Org.ID).LastMeeting(c.UserContext(), at.Room.ID)
	if err == nil {
		err = s.tenants.Org(at.Org.ID).RateCall(c.UserContext(), meeting.ID, seat.Identity, tenants.CallRating(c.FormValue("rating")))
	}
	if err != nil {
		return s.problem(c, err)
	}
	if wantsJSON(c) {
		return c.SendStatus(fiber.StatusNoContent)
	}
	back := url.Values{"why": {leaveReason(c.FormValue("why"))}}
	if ad := c.FormValue("ad"); ad != "" {
		back.Set("ad", ad)
	}
	return c.Redirect("/m/"+at.Room.Code+"/after?"+back.Encode(), fiber.StatusSeeOther)
}

func minuteMarks(all []tenants.QualityMinute) []views.MinuteMark {
	out := make([]views.MinuteMark, len(all))
	for i, q := range all {
		out[i] = views.MinuteMark{
			At: q.Minute, Score: q.Score, LossUp: q.LossUp, LossDown: q.LossDown, RTT: q.RTT, Jitter: q.Jitter, Layer: q.Layer, Size: q.Size, Held: q.Held, Cause: q.Cause,
		}
	}
	return out
}

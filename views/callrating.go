package views

import "time"

// OwnCall is how a call was for the reader, and what they said of it.
type OwnCall struct {
	Rating  string // bad, fair, good, or "" for nothing yet
	Minutes []MinuteMark
	Why, Ad string // of the page, to come back to it
}

// callWords are what can be said of a call, as its buttons are ordered, and the messages that say it.
var callWords = []struct{ value, message string }{{"bad", "rate.bad"}, {"fair", "rate.fair"}, {"good", "rate.good"}}

// callWord is the message for what somebody said.
func callWord(rating string) string {
	for _, word := range callWords {
		if word.value == rating {
			return word.message
		}
	}
	return ""
}

// strip is the reader's own row of bars over the whole meeting.
func (m AfterModel) strip() (PastMeetingModel, strip) {
	meeting := PastMeetingModel{
		MeetingLine: MeetingLine{StartedAt: m.StartedAt, Length: m.Length},
		Seats:       []SeatLine{{Minutes: m.Own.Minutes}},
	}
	return meeting, meeting.strip(meeting.Seats[0])
}

// weakAt is when it was worst first: the first bad minute, else the first that was fair. False when all were good.
func (o OwnCall) weakAt() (at time.Time, ok bool) {
	for _, l := range []level{badMinute, fairMinute} {
		for _, minute := range o.Minutes {
			if minute.level() == l {
				return minute.At, true
			}
		}
	}
	return time.Time{}, false
}

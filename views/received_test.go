package views

import (
	"strings"
	"testing"
	"time"
)

func TestThePageSaysWhatPeopleWereSent(t *testing.T) {
	begin := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	m := PastMeetingModel{MeetingLine: MeetingLine{StartedAt: begin, EndedAt: begin.Add(5 * time.Minute), Length: 5 * time.Minute}}
	at := func(minute int, mark MinuteMark) MinuteMark {
		mark.At, mark.Score = begin.Add(time.Duration(minute)*time.Minute), 50
		return mark
	}
	m.Seats = []SeatLine{{Name: "Zoë", Minutes: []MinuteMark{
		at(0, MinuteMark{Layer: -1}),
		at(1, MinuteMark{Layer: 2, Size: 720}),
		at(2, MinuteMark{Layer: 2, Size: 720}),
		at(3, MinuteMark{Layer: 0, Size: 180, Held: "smaller"}),
		at(4, MinuteMark{Layer: 1, Size: 360, Held: "paused"}),
	}}}
	p := englishPage(t)
	got := m.received(p, m.Seats[0])
	if want := "720p for 2 minutes · no pictures for 1 minute · 180p for 1 minute, less than asked for: we held pictures back for want of room · a picture paused in 1 minute: there was no room for it"; got.Words != want {
		t.Errorf("it reads %q", got.Words)
	}
	if got.Free != "M1.08 100V0H1.92V100ZM2.08 100V0H2.92V100Z" || got.Held != "M3.08 100V70H3.92V100ZM4.08 100V92H4.92V100Z" {
		t.Errorf("drawn %+v", got)
	}
	page := rendered(t, meetingQuality(p, m))
	if !strings.Contains(page, "Held back by us") || !strings.Contains(page, got.Words) {
		t.Errorf("the page does not tell it:\n%s", page)
	}
	if mark := (MinuteMark{Layer: 1}); mark.got() != gotMiddle {
		t.Errorf("a layer of unknown size is %d", mark.got())
	}
}

package views

import (
	"net/url"
	"strings"
	"time"
)

// MeetingsModel is the meetings of an organization: those that run, and a page of past ones.
type MeetingsModel struct {
	Live                            []LiveLine
	Past                            []MeetingLine
	Rooms                           []Choice
	Room, Person, From, Until, Sort string // the filter, as filled in; dates as a date field writes them
	Zone                            string // IANA name of the zone that the filter's days are in
	CSV                             string // address of all past meetings under this filter
	List                            ListPage
}

// MeetingLine is a meeting in a list.
type MeetingLine struct {
	ID, Room     string
	StartedAt    time.Time
	EndedAt      time.Time // zero while it runs
	Length       time.Duration
	People, Here int    // who had a seat; who has one now
	Reason       string // "limit", "host", "empty"; "" while it runs
	Plan         string
	ClosesAt     time.Time // when it ends unless somebody comes back, where everybody has left; else zero
}

// left reports whether the meeting runs and nobody is in it.
func (l MeetingLine) left() bool { return !l.ClosesAt.IsZero() }

// live reports whether the meeting runs.
func (l MeetingLine) live() bool { return l.EndedAt.IsZero() }

// LiveLine is a meeting that runs, with the names of who is in it.
type LiveLine struct {
	MeetingLine
	Names []string
}

// namesShown is how many names a running meeting shows in the list.
const namesShown = 12

func (l LiveLine) shown() []string { return l.Names[:min(len(l.Names), namesShown)] }
func (l LiveLine) more() int       { return max(len(l.Names)-namesShown, 0) }

// PastMeetingModel is one meeting: who was in it, and when.
type PastMeetingModel struct {
	MeetingLine
	From  string     // place in the list of meetings
	Seats []SeatLine // one page of them
	CSV   string     // address of everybody's minutes
	Chat  string     // address of what was written to everyone; empty where nothing is kept
	List  ListPage
	Files PastFiles
}

// PastFiles is a page of the files that are left of a meeting, largest first.
type PastFiles struct {
	Lines []PastFileLine
	Bytes int64 // of all that are left
	List  ListPage
}

// PastFileLine is such a file. What is empty is not told.
type PastFileLine struct {
	ID, Kind     string // Kind is "" for what was sent to everyone, "two" or "sealed"
	Size         int64
	Name, Sender string
	SentAt       time.Time
}

// called is what the file is spoken of as.
func (l PastFileLine) called(p Page) string {
	switch l.Kind {
	case "two":
		return p.T("meetings.file_two")
	case "sealed":
		return p.T("meetings.file_sealed")
	}
	return l.Name
}

// SeatLine is somebody who had a seat.
type SeatLine struct {
	Name     string
	Member   bool
	JoinedAt time.Time
	LeftAt   time.Time // zero for who is there
	Stay     time.Duration
	Minutes  []MinuteMark // how the connection was
	Rating   string       // what they said of the call: bad, fair, good, or ""
}

// meetingPath is the address of a meeting's page, or of what lies below it, with the way back.
func meetingPath(p Page, id, rest string, l ListPage) string {
	path := orgPath(p.Org.Slug, "/meetings/", id, rest)
	if at := l.place(); at != "" {
		path += "?from=" + url.QueryEscape(at)
	}
	return path
}

// endWord is the message id of how a meeting ended.
func endWord(reason string) string {
	switch reason {
	case "limit":
		return "meetings.end_limit"
	case "host":
		return "meetings.end_host"
	case "suspended":
		return "meetings.end_suspended"
	}
	return "meetings.end_empty"
}

// zoneWord is a time zone's name as people write it: America/Los Angeles.
func zoneWord(name string) string { return strings.ReplaceAll(name, "_", " ") }

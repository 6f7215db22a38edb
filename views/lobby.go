package views

import (
	"maps"
	"strings"
	"time"
)

// LobbyModel is the page before a meeting: the mirror, the devices, the name and the way in.
type LobbyModel struct {
	Room, Code  string
	Name        string        // who is signed in, or what a guest was called before; empty for none
	NameError   string        // message id; empty for none
	Live        bool          // a meeting is on
	Running     time.Duration // since when, with Live
	MinutesNear bool          // the month's minutes are nearly or wholly used; said to members only
	MinutesLeft int
	Ahead       *PlanAhead // what meetings may do from a day on; said to members only
	Here        []string   // the names of who is in it now, in join order
	Hidden      bool       // who is in it is not shown to who does not come in by themselves
	Locked      bool       // and nobody new comes in
	Encrypted   bool       // sound and picture will be encrypted end to end

	Organization string // to members only
	Going        *Going // the organization is to be deleted; said to members only, nil when it stays
	Ad           *Ad    // nil for none
}

// MeetingModel is the page of a meeting that somebody holds a seat in, after a reload or a plain form.
type MeetingModel struct{ Session MeetingSession }

// MeetingSession is what the client gets when somebody joins: the key to the room and everything that it shows.
type MeetingSession struct {
	ServerURL    string            `json:"serverUrl"` // ws(s)://host of our own origin
	Token        string            `json:"token"`
	Code         string            `json:"code"`
	Link         string            `json:"link"`
	Room         string            `json:"room"` // its name
	Identity     string            `json:"identity"`
	Name         string            `json:"name"`
	Host         bool              `json:"host"` // a member of the room's organization
	CanUpgrade   bool              `json:"canUpgrade"`
	Plan         string            `json:"plan"`
	EndsAt       int64             `json:"endsAt"` // milliseconds since 1970; 0 without an end
	Now          int64             `json:"now"`    // the server's clock, in milliseconds since 1970
	Participants int               `json:"participants"`
	Share        string            `json:"share"`    // who may share a screen, by policy: "everyone", "members" or "managers"
	FileMost     int64             `json:"fileMost"` // bytes that a file in the chat may have
	Demo         bool              `json:"demo"`
	CSRF         string            `json:"csrf"`
	URLs         MeetingURLs       `json:"urls"`
	Offers       []Offer           `json:"offers"` // what lifts the limit, for who can buy it
	Encryption   *Encryption       `json:"encryption"`
	Texts        map[string]string `json:"texts"` // the messages whose ids start with "meeting."
}

// Encryption is what the client needs where sound and picture have to be encrypted end to end; nil where they do not.
type Encryption struct {
	Worker string `json:"worker"` // the address of the script that does it
}

// MeetingURLs are where the client goes and what it asks.
type MeetingURLs struct {
	After    string `json:"after"`
	End      string `json:"end"`
	Token    string `json:"token"`
	Checkout string `json:"checkout"`
	Pay      string `json:"pay"` // what is missing, for who may pay it; empty for all others
	Lobby    string `json:"lobby"`
	Stickers string `json:"stickers"` // what one can send
	Chat     string `json:"chat"`     // what people write to each other
	Waiters  string `json:"waiters"`  // who waits to be let in
}

// shown is the session as JSON wants it: lists are never null.
func (m MeetingModel) shown() MeetingSession {
	s := m.Session
	if s.Offers == nil {
		s.Offers = []Offer{}
	}
	return s
}

func (m LobbyModel) path(rest string) string { return "/m/" + m.Code + rest }

// signIn is the way to sign in and come back here.
func (m LobbyModel) signIn() string { return "/login?next=" + m.path("") }

// faces are the first few people, for their pictures.
func (m LobbyModel) faces() []string { return m.Here[:min(len(m.Here), 4)] }

// whoIsHere names two people and counts the rest.
func (m LobbyModel) whoIsHere(p Page) string {
	switch n := len(m.Here); n {
	case 0:
		if m.Hidden {
			return p.T("lobby.here.hidden")
		}
		return p.T("lobby.here.nobody")
	case 1:
		return p.T("lobby.here.one_person", "Name", firstName(m.Here[0]))
	case 2:
		return p.T("lobby.here.two_people", "First", firstName(m.Here[0]), "Second", firstName(m.Here[1]))
	default:
		return p.N("lobby.here.more", n-2, "First", firstName(m.Here[0]), "Second", firstName(m.Here[1]))
	}
}

// minutes says what is left of the month's minutes, where that is little.
func (m LobbyModel) minutes(p Page) string {
	if m.MinutesLeft <= 0 {
		return p.T("lobby.minutes_used")
	}
	return p.T("lobby.minutes_near", "Left", m.MinutesLeft)
}

// running says since when a meeting is on, to the minute.
func (m LobbyModel) running(p Page) string {
	if m.Running < time.Minute {
		return p.T("lobby.just_started")
	}
	return p.T("lobby.running", "Length", p.Texts.Length(m.Running.Truncate(time.Minute)))
}

// lobbyTexts are the messages that the client needs in the lobby.
func lobbyTexts(p Page) map[string]string {
	texts := p.Texts.Under("meeting.")
	maps.DeleteFunc(texts, func(id, _ string) bool { return strings.HasPrefix(id, "meeting.upgrade.") })
	return texts
}

// meetingDoc is the document of the lobby and the meeting, which share a script: the one turns into the other.
func meetingDoc(class, theme string) Doc {
	return Doc{Class: class, Theme: theme, Styles: []string{"site.css", "meeting.css"}, Scripts: []string{"meeting.js"}}
}

func titled(p Page, title string) Page {
	p.Title = title
	return p
}

// lobbyName is the field for the name that the others will read.
func lobbyName(p Page, m LobbyModel) FieldModel {
	f := FieldModel{
		Name: "name", Label: p.T("lobby.your_name"), Value: m.Name, Autocomplete: "name", Max: 60, Required: true,
	}
	if m.NameError != "" {
		f.Error = p.T(m.NameError)
	}
	return f
}

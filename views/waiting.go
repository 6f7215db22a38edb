package views

// WaitingModel is the page of a person whom somebody inside has to let in.
type WaitingModel struct {
	Room, Code, Org, Name string
	Text                  string // the room's, or the organization's; "" = ours
	Own                   bool   // the room's
	Open                  bool   // a meeting runs
	Encrypted             bool   // the meeting that runs is, or the next one will be
}

// by is who the text on the page is from.
func (m WaitingModel) by() string {
	if m.Own {
		return m.Room
	}
	return m.Org
}

// word says how it stands, as the script says it from then on.
func (m WaitingModel) word() string {
	if m.Open {
		return "waiting.on"
	}
	return "waiting.nobody"
}

// RoomTextModel is what who waits before one room reads.
type RoomTextModel struct {
	Typed    string // in the field
	Own, Org string // the room's, the organization's; "" for none
	Waiting  string // who waits: nobody, guests or everyone
	Error    string // message id
}

// applies is whose text is read now: the message id that says so, who it is from, and the text; "" = our own sentence.
func (m RoomTextModel) applies(p Page, room string) (says, by, text string) {
	switch {
	case m.Own != "":
		return "room.waiting_own", room, m.Own
	case m.Org != "":
		return "room.waiting_org", p.Org.Name, m.Org
	}
	return "room.waiting_none", "", ""
}

// Waiter is somebody who waits before a meeting, as members in it see them.
type Waiter struct {
	Identity string `json:"identity"`
	Name     string `json:"name"`
	Member   bool   `json:"member"`

	Lines []WaitLine `json:"lines"`
}

// WaitLine is a line that was written with somebody who waits, as those see it who may let them in.
type WaitLine struct {
	N    int64  `json:"n"`
	Host bool   `json:"host"`
	By   string `json:"by"` // identity of that one, if they are in the meeting
	Name string `json:"name"`
	Text string `json:"text"`
}

package views

// WaitingModel is the page of a person whom somebody inside has to let in.
type WaitingModel struct {
	Room, Code, Org, Name string
	Text                  string // the organization's own; "" = ours
	Encrypted             bool   // meetings of the organization have to be
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

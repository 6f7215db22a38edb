package views

// WaitingModel is the page of a person whom somebody inside has to let in.
type WaitingModel struct {
	Room, Code, Org, Name string
	Text                  string // the organization's own; "" = ours
}

// Waiter is somebody who waits before a meeting, as members in it see them.
type Waiter struct {
	Identity string `json:"identity"`
	Name     string `json:"name"`
	Member   bool   `json:"member"`
}

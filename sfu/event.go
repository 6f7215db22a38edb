package sfu

import "time"

// EventKind says what happened in a room.
type EventKind string

// The kinds of event.
const (
	EventJoined EventKind = "joined" // a person has a seat
	EventLeft   EventKind = "left"   // a person's seat is free again
	EventRoster EventKind = "roster" // everybody who is there, every RosterEvery
	EventEnded  EventKind = "ended"  // the room is gone from this node

	EventQuality EventKind = "quality" // how people's connections were, minute by minute
)

// RosterEvery is how often a room with people in it tells who they are, so
// that whoever counts seats can let the seats of lost people expire.
const RosterEvery = 15 * time.Second

// Event tells the world outside what happened. It may be delivered more than
// once and late; ID is the same each time.
type Event struct {
	ID       string
	Kind     EventKind
	Room     RoomKey
	Identity string // joined, left
	Name     string // joined, left
	SID      string // joined, left: of the participant; ended: of the room
	Roster   []string
	Quality  []QualityMinute `json:",omitempty"` // quality; at most a few hundred
	Reason   Reason          // left, ended
	At       time.Time
}

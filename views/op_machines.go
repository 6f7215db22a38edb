package views

import (
	"strconv"
	"time"
)

// NodesModel is the media nodes that are there.
type NodesModel struct {
	Nodes    []NodeLine
	Drains   bool // whether they can be told to take no new rooms from here
	At       time.Time
	Rooms    int // of all
	People   int
	Draining int
}

// NodeLine is a media node.
type NodeLine struct {
	ID, Name, Pool, Region, Version string
	State                           string // open, draining, leaving
	Ready                           bool
	Rooms, People, Tracks, Capacity int
	Load                            float64 // People ÷ Capacity
	Seen                            time.Time
}

// loadWord writes how full a node is.
func (n NodeLine) loadWord() string {
	if n.Capacity == 0 {
		return ""
	}
	return strconv.Itoa(int(n.Load*100+0.5)) + "\u00a0%"
}

// state is the message for what a node does.
func (n NodeLine) state() string {
	if n.State == "open" && !n.Ready {
		return "unready"
	}
	return n.State
}

func (n NodeLine) tone() string {
	switch n.state() {
	case "open":
		return "badge-success"
	case "draining":
		return "badge-warning"
	}
	return "badge-danger"
}

// HealthModel is how the service is.
type HealthModel struct {
	Lines      []HealthLine
	At         time.Time
	Books      HealthBooks
	BooksKnown bool // they were checked at some time
}

// HealthLine is one thing that was looked at.
type HealthLine struct {
	Name   string // what it is
	Level  string // ok, warning, failed
	Detail string
	Mend   string // what to do; empty when all is well
	Link   string // where to see more; empty for nowhere
}

// HealthBooks is the last check of the books.
type HealthBooks struct {
	At                          time.Time
	Books, Transactions, Faults int
	FirstFault                  string
}

// bad counts what is not well.
func (m HealthModel) bad() (n int) {
	for _, l := range m.Lines {
		if l.Level != "ok" {
			n++
		}
	}
	return n
}

func (l HealthLine) icon() string {
	switch l.Level {
	case "ok":
		return "circle-check"
	case "warning":
		return "triangle-alert"
	}
	return "circle-alert"
}

package views

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// got is what a person was sent of the others' pictures in a minute, from the least on.
type got int

const (
	gotNothing got = iota // no picture was to be had, or the node paused one
	gotSmall
	gotMiddle
	gotLarge
)

// gotHeights are the tops of the bars of [got], in a drawing of 100 from the top down.
var gotHeights = [4]string{"92", "70", "40", "0"}

// got goes by the shorter side of the smallest picture, where the publisher has told it, else by its layer.
func (m MinuteMark) got() got {
	switch {
	case m.Layer < 0 || m.Held == "paused":
		return gotNothing
	case m.Size >= 720, m.Size == 0 && m.Layer >= 2:
		return gotLarge
	case m.Size >= 360, m.Size == 0 && m.Layer == 1:
		return gotMiddle
	}
	return gotSmall
}

// received is a person's row of bars of what they were sent: full as asked for, or held back by the node.
type received struct {
	Free, Held string // paths in a drawing of Bars by 100
	Words      string
}

// received is the row of somebody of whom minutes are known. A bar of several minutes shows the least of them.
func (m PastMeetingModel) received(p Page, seat SeatLine) received {
	type bar struct {
		got  got
		held bool
	}
	least := map[int]bar{}
	for _, minute := range seat.Minutes {
		at := int(minute.At.Sub(m.begin())/time.Minute) / m.perBar()
		was, known := least[at]
		if now := (bar{minute.got(), minute.Held != ""}); !known || now.got < was.got || now.got == was.got && now.held {
			least[at] = now
		}
	}
	var free, held strings.Builder
	for at := range m.bars() {
		b, known := least[at]
		if !known || b.got == gotNothing && !b.held {
			continue
		}
		x, to := strconv.Itoa(at), &free
		if b.held {
			to = &held
		}
		to.WriteString("M" + x + ".08 100V" + gotHeights[b.got] + "H" + x + ".92V100Z")
	}
	return received{Free: free.String(), Held: held.String(), Words: receivedWords(p, seat.Minutes)}
}

// receivedWords tells the same in words: "720p for 12 minutes, 180p for 3 minutes (held back), paused for 1 minute".
func receivedWords(p Page, minutes []MinuteMark) string {
	type kind struct {
		held string
		size int // -1: none, 0: not known
	}
	count := map[kind]int{}
	var kinds []kind
	for _, m := range minutes {
		k := kind{m.Held, m.Size}
		switch {
		case m.Held == "paused":
			k.size = 0
		case m.Layer < 0:
			k = kind{size: -1}
		}
		if count[k]++; count[k] == 1 {
			kinds = append(kinds, k)
		}
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		if a.held != b.held {
			return strings.Compare(strings.ReplaceAll(a.held, "paused", "z"), strings.ReplaceAll(b.held, "paused", "z"))
		}
		return b.size - a.size
	})
	var words []string
	for _, k := range kinds {
		size := strconv.Itoa(k.size) + "p"
		if k.size == 0 {
			size = p.T("quality.got_some")
		}
		switch {
		case k.held == "paused":
			words = append(words, p.N("quality.got_paused", count[k]))
		case k.held != "":
			words = append(words, p.N("quality.got_held", count[k], "Size", size))
		case k.size < 0:
			words = append(words, p.N("quality.got_none", count[k]))
		default:
			words = append(words, p.N("quality.got_free", count[k], "Size", size))
		}
	}
	return strings.Join(words, " · ")
}

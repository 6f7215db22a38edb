package receive

import (
	"encoding/binary"
	"slices"
	"time"
)

// Rules of asking again for what is missing.
const (
	// reorderWait is how long a packet may be overtaken before it counts as lost.
	reorderWait = 10 * time.Millisecond
	// firstRTT is assumed until an answer has come.
	firstRTT = 100 * time.Millisecond
	// askSlack is what an answer may take beside the round trip.
	askSlack = 10 * time.Millisecond
	// askMost and giveUpAfter end it: then the packet is of no use to anybody who
	// watches, and those who miss it ask for a key frame.
	askMost     = 10
	giveUpAfter = time.Second
	// gapMost is how many can be missing of a stream at once. More at a time is
	// no loss but a pause, or a network that was gone: a key frame is cheaper.
	gapMost = 200
	// A question costs as much as two packets that came earn: what is sent again
	// stays below half of what comes, however bad the way is.
	askCost     = 2
	creditMax   = askCost * gapMost
	creditStart = creditMax / 4
)

// gap is a packet that has not come.
type gap struct {
	index uint64
	since time.Duration // when a later one came
	last  time.Duration // when it was asked for
	next  time.Duration // when it is, again
	asked int
}

// gaps are a stream's missing packets, oldest first.
type gaps struct {
	list   []gap
	credit int
	rtt    time.Duration // 0: not known
}

// skipped notes that packets are missing, from one up to another. It says false
// when they are so many that asking is no use; then nothing is missing any more.
func (g *gaps) skipped(from, to uint64, now time.Duration) bool {
	if to-from+uint64(len(g.list)) > gapMost {
		g.list = g.list[:0]
		return false
	}
	for ; from < to; from++ {
		g.list = append(g.list, gap{index: from, since: now, next: now + reorderWait})
	}
	return true
}

// earn is called for each packet that comes.
func (g *gaps) earn() { g.credit = min(g.credit+1, creditMax) }

// came notes that a packet has come after all.
func (g *gaps) came(index uint64, now time.Duration) {
	i, found := slices.BinarySearchFunc(g.list, index, func(one gap, index uint64) int { return int(int64(one.index - index)) })
	if !found {
		return
	}
	// Of one that was asked for several times, nobody knows which question it
	// answers (Karn's rule).
	if one := g.list[i]; one.asked == 1 {
		took := now - one.last
		if g.rtt == 0 {
			g.rtt = took
		}
		g.rtt += (took - g.rtt) / 8
	}
	g.list = slices.Delete(g.list, i, i+1)
}

// wait is how long a question is given to be answered.
func (g *gaps) wait() time.Duration {
	if g.rtt == 0 {
		return firstRTT
	}
	return min(g.rtt+g.rtt/4+askSlack, giveUpAfter/2)
}

// ask gives up what is too old, and appends the pairs of a NACK (RFC 4585, section
// 6.2.1) for what is due.
func (g *gaps) ask(pairs []byte, now time.Duration) []byte {
	g.list = slices.DeleteFunc(g.list, func(one gap) bool {
		return now-one.since >= giveUpAfter || one.asked >= askMost && now >= one.next
	})
	first, have := uint64(0), false
	for i := range g.list {
		one := &g.list[i]
		if now < one.next {
			continue
		}
		if g.credit < askCost {
			break
		}
		g.credit -= askCost
		one.asked++
		one.last, one.next = now, now+g.wait()
		if bit := one.index - first - 1; have && bit < 16 {
			mask := pairs[len(pairs)-2:]
			binary.BigEndian.PutUint16(mask, binary.BigEndian.Uint16(mask)|1<<bit)
			continue
		}
		first, have = one.index, true
		pairs = binary.BigEndian.AppendUint16(pairs, uint16(first))
		pairs = append(pairs, 0, 0)
	}
	return pairs
}

// due is when there is something to ask, or to give up; ok is false when
// nothing is missing.
func (g *gaps) due() (at time.Duration, ok bool) {
	for _, one := range g.list {
		if !ok || one.next < at {
			at, ok = one.next, true
		}
	}
	return at, ok
}

// nack makes the packet of such pairs.
func nack(sender, media uint32, pairs []byte) []byte {
	packet := make([]byte, 12, 12+len(pairs))
	packet[0], packet[1] = 2<<6|1, feedbackType
	binary.BigEndian.PutUint16(packet[2:], uint16(2+len(pairs)/4))
	binary.BigEndian.PutUint32(packet[4:], sender)
	binary.BigEndian.PutUint32(packet[8:], media)
	return append(packet, pairs...)
}

// pli makes a request for a key frame: RFC 4585, section 6.3.1.
func pli(sender, media uint32) []byte {
	packet := make([]byte, 12)
	packet[0], packet[1], packet[3] = 2<<6|1, 206, 2
	binary.BigEndian.PutUint32(packet[4:], sender)
	binary.BigEndian.PutUint32(packet[8:], media)
	return packet
}

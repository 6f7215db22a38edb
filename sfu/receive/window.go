package receive

// windowPackets is how far behind the newest a packet may come, to be let in.
// What is sent again comes a round trip late; this is more than two seconds of
// a large picture.
const windowPackets = 1024

// window knows which of a stream's latest packets have come. It is the replay
// window of RFC 3711, section 3.3.2, and guesses a packet's index as section
// 3.3.1 says: 48 bits, of which the packet carries the lower 16.
type window struct {
	started bool
	highest uint64
	bits    [windowPackets / 64]uint64
}

// place gives the index of a packet, and whether it may be let in: it has not
// come before, and is not too old to know.
func (w *window) place(seq uint16) (index uint64, fresh bool) {
	if !w.started {
		return uint64(seq), true
	}
	ahead := int64(int16(seq - uint16(w.highest)))
	if ahead < 0 && uint64(-ahead) > w.highest {
		return 0, false // from before the first
	}
	index = w.highest + uint64(ahead)
	return index, ahead > 0 || -ahead < windowPackets && !w.has(index)
}

// mark notes that a packet has come.
func (w *window) mark(index uint64) {
	switch {
	case !w.started:
		w.started, w.highest = true, index
	case index > w.highest:
		for i := max(w.highest+1, index-min(index, windowPackets-1)); i < index; i++ {
			w.bits[i/64%uint64(len(w.bits))] &^= 1 << (i % 64)
		}
		w.highest = index
	}
	w.bits[index/64%uint64(len(w.bits))] |= 1 << (index % 64)
}

// has says whether one of the latest packets has come.
func (w *window) has(index uint64) bool {
	return w.bits[index/64%uint64(len(w.bits))]&(1<<(index%64)) != 0
}

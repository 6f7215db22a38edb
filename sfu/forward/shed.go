package forward

// bound is how many bytes may wait.
func (q *pacer) bound() int { return max(int(q.rate/8*queueTime.Seconds()), queueLeast) }

// admit makes room for a packet, if the drop rule lets it.
func (q *pacer) admit(w *parcel) bool {
	if w.again {
		return len(q.repairs) < repairsMost
	}
	fits := func() bool { return q.bytes+w.size <= q.bound() && len(q.media) < queueMost }
	for !fits() {
		victim := q.least()
		if victim == nil || victim.rank.Load() <= w.sub.rank.Load() || !q.cut(victim) {
			break
		}
	}
	if fits() || (w.key && q.bytes <= queueKeys*q.bound() && len(q.media) < queueMost) {
		return true
	}
	q.cut(w.sub)
	q.counted(w.sub, 1)
	return false
}

// least is the track that matters least of those that something can be dropped
// of; of two alike, the one that takes more room.
func (q *pacer) least() (victim *Sub) {
	most := 0
	for i := range q.media {
		sub := q.media[i].sub
		if from := q.droppable(sub); from < 0 {
			continue
		}
		size := 0
		for j := range q.media {
			if q.media[j].sub == sub {
				size += q.media[j].size
			}
		}
		if victim == nil || sub.rank.Load() > victim.rank.Load() || (sub.rank.Load() == victim.rank.Load() && size > most) {
			victim, most = sub, size
		}
	}
	return victim
}

// droppable is where the frames of a track begin that may be dropped: behind its
// newest key frame, and behind the frame that is partly gone. It is -1 when there
// are none.
func (q *pacer) droppable(sub *Sub) int {
	from := -1
	for i := range q.media {
		w := &q.media[i]
		switch {
		case w.sub != sub:
		case w.key || w.timestamp == sub.leaving:
			from = -1
		case from < 0:
			from = i
		}
	}
	return from
}

// cut drops what may be dropped of a track, and tells the track where.
func (q *pacer) cut(sub *Sub) bool {
	from := q.droppable(sub)
	if from < 0 {
		return false
	}
	q.counted(sub, q.drop(sub, from))
	return true
}

// drop takes a track's packets out of the queue, from a place on. The Sub learns
// of it with its next packet: its lock must not be taken here.
func (q *pacer) drop(sub *Sub, from int) (packets int) {
	kept, first := q.media[:from], uint64(0)
	for _, w := range q.media[from:] {
		if w.sub != sub {
			kept = append(kept, w)
			continue
		}
		if first == 0 || w.number < first {
			first = w.number
		}
		q.bytes -= w.size
		packets++
	}
	clear(q.media[len(kept):])
	q.media = kept
	if before := sub.cut.Load(); first != 0 && (before == 0 || first < before) {
		sub.cut.Store(first)
	}
	return packets
}

// counted notes what the drop rule took of a track.
func (q *pacer) counted(sub *Sub, packets int) {
	q.shed += uint64(packets)
	sub.track.counters.Shed.Add(uint64(packets))
}

// forget drops all that waits of a track.
func (q *pacer) forget(sub *Sub) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.drop(sub, 0)
	kept := q.repairs[:0]
	for _, w := range q.repairs {
		if w.sub != sub {
			kept = append(kept, w)
			continue
		}
		q.bytes -= w.size
	}
	clear(q.repairs[len(kept):])
	q.repairs = kept
}

// crowded says whether a key frame would find no room.
func (q *pacer) crowded() bool {
	if !q.on.Load() {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes > q.bound()/2
}

// lost is how many packets the drop rule has taken.
func (q *pacer) lost() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.shed
}

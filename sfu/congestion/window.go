package congestion

// Sizes of the windows that arrivals are looked at in.
const (
	bucketMicros = 50_000
	buckets      = 64 // 3.2 s
	rateBuckets  = 10 // half a second
	queueBuckets = 5  // at least so many, and
	queuePackets = 10 // so many packets, tell the lowest delay
)

// bucket adds up what arrived (or left) within bucketMicros.
type bucket struct {
	index   int64
	packets int
	bytes   int
	lowest  int64 // delay, microseconds; against an unknown clock
	delays  int64 // sum
}

// window is the latest buckets.
type window struct {
	first, newest int64 // index
	ring          [buckets]bucket
}

// add notes a packet. One from before the window is left out.
func (w *window) add(at int64, size int, delay int64) {
	index := at / bucketMicros
	if w.newest == 0 {
		w.first, w.newest = index, index
	}
	w.newest = max(w.newest, index)
	if index <= w.newest-buckets {
		return
	}
	b := &w.ring[uint64(index)%buckets]
	if b.index != index || b.packets == 0 {
		*b = bucket{index: index, lowest: delay}
	}
	b.packets++
	b.bytes += size
	b.lowest = min(b.lowest, delay)
	b.delays += delay
}

// at is a bucket of the window, or an empty one.
func (w *window) at(index int64) bucket {
	if b := w.ring[uint64(index)%buckets]; b.index == index {
		return b
	}
	return bucket{index: index}
}

// rate is bits a second over the latest complete buckets; ok is false while
// there are too few.
func (w *window) rate() (bits int, ok bool) {
	n, bytes := int64(0), 0
	for index := w.newest - 1; index >= w.first && n < rateBuckets; index-- {
		bytes += w.at(index).bytes
		n++
	}
	if n < rateBuckets/2 {
		return 0, false
	}
	return bytes * 8 * (1e6 / bucketMicros) / int(n), true
}

// delay is the lowest and the mean delay of the latest packets: enough of them
// for a lowest one that jitter has left alone.
func (w *window) delay() (lowest, mean int64, ok bool) {
	n, packets, sum := 0, 0, int64(0)
	for index := w.newest; index >= w.first && index > w.newest-buckets; index-- {
		if b := w.at(index); b.packets > 0 {
			if packets == 0 {
				lowest = b.lowest
			}
			lowest = min(lowest, b.lowest)
			packets += b.packets
			sum += b.delays
		}
		if n++; n >= queueBuckets && packets >= queuePackets {
			return lowest, sum / int64(packets), true
		}
	}
	return 0, 0, false
}

package forward

import "sync"

// packet is one media packet on its way through: what the publisher sent, with
// gaps that are none (padding, muted) closed in Seq.
type packet struct {
	seq       uint64 // extended, gaps closed
	timestamp uint32
	marker    bool
	key       bool // a decoder can start here
	place     place
	vp8       vp8 // the descriptor, of VP8
	payload   []byte
	described described // of AV1
	red       uint8     // payload type of what is inside, when the payload is RED; else 0
	primary   int       // where the newest sound starts in a RED payload
	to        audience
}

// ring keeps the latest packets of a layer for retransmission. Its slots are
// reused, so a layer that has warmed up allocates nothing.
type ring struct {
	mu    sync.Mutex
	slots []packet
}

func newRing(size int) *ring { return &ring{slots: make([]packet, size)} }

func (r *ring) put(p *packet) {
	if len(r.slots) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.slots[p.seq%uint64(len(r.slots))]
	kept, raw := slot.payload[:0], slot.described.raw[:0]
	*slot = *p
	raw = append(raw, p.described.raw...)
	slot.described.raw = raw
	kept = append(kept, p.payload...)
	slot.payload = kept
}

// holds says whether all packets from first up to, but without, end are there.
func (r *ring) holds(first, end uint64) bool {
	if end-first > uint64(len(r.slots)) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for seq := first; seq < end; seq++ {
		if slot := &r.slots[seq%uint64(len(r.slots))]; slot.seq != seq || slot.payload == nil {
			return false
		}
	}
	return true
}

// clear forgets all packets.
func (r *ring) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.slots {
		r.slots[i].payload = nil
	}
}

// get copies the packet into p and its payload into buffer, which p.payload
// then refers to. It says false when the packet is not there (any more).
func (r *ring) get(seq uint64, p *packet, buffer []byte) ([]byte, bool) {
	if len(r.slots) == 0 {
		return buffer, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.slots[seq%uint64(len(r.slots))]
	if slot.seq != seq || slot.payload == nil {
		return buffer, false
	}
	size := len(slot.payload)
	buffer = append(append(buffer[:0], slot.payload...), slot.described.raw...)
	*p = *slot
	p.payload, p.described.raw = buffer[:size:size], buffer[size:]
	return buffer, true
}

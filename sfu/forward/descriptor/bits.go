package descriptor

// reader takes bits from the front of a byte slice. Behind the end it gives
// zeros and remembers that it did.
type reader struct {
	data []byte
	at   int // in bits
	over bool
}

// f is f(n) of the specification: n bits, the most significant one first.
func (r *reader) f(n int) (value int) {
	if r.at+n > len(r.data)*8 {
		r.over = true
		return 0
	}
	for range n {
		value = value<<1 | int(r.data[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return value
}

func (r *reader) flag() bool { return r.f(1) == 1 }

// ns is ns(n) of the specification: a number below n, in as few bits as it
// takes.
func (r *reader) ns(n int) int {
	w := 0
	for x := n; x != 0; x >>= 1 {
		w++
	}
	m := 1<<w - n
	if w == 0 {
		return 0
	}
	v := r.f(w - 1)
	if v < m {
		return v
	}
	return v<<1 - m + r.f(1)
}

// writer appends bits to a byte slice.
type writer struct {
	data []byte
	at   int
}

func (w *writer) f(n, value int) {
	for i := n - 1; i >= 0; i-- {
		if w.at%8 == 0 {
			w.data = append(w.data, 0)
		}
		w.data[w.at/8] |= byte(value>>i&1) << (7 - w.at%8)
		w.at++
	}
}

// copy moves bits from one place to another.
func (w *writer) copy(from []byte, start, end int) {
	r := reader{data: from, at: start}
	for ; end-r.at >= 8; w.f(8, r.f(8)) {
	}
	rest := end - r.at
	w.f(rest, r.f(rest))
}

package forward

// vp9 is what a VP9 payload descriptor says of a packet. RFC 9628, section 4.2.
type vp9 struct {
	predicted bool // P: by pictures before
	begins    bool // B: first packet of a layer's frame
	ends      bool // E: last packet of it
	layered   bool // L: the four below are known
	temporal  uint8
	spatial   uint8
	up        bool // U: from here on, higher temporal layers do not look behind this picture
	onLower   bool // D: depends on the spatial layer below
}

// parseVP9 reads the descriptor as far as it is needed.
func parseVP9(b []byte) (d vp9, ok bool) {
	if len(b) < 1 {
		return d, false
	}
	flags, at := b[0], 1
	d.predicted, d.begins, d.ends = flags&0x40 != 0, flags&0x08 != 0, flags&0x04 != 0
	if flags&0x80 != 0 { // I: picture id, of 7 or 15 bits
		if len(b) <= at {
			return d, false
		}
		if b[at]&0x80 != 0 {
			at++
		}
		at++
	}
	if flags&0x20 != 0 { // L
		if len(b) <= at {
			return d, false
		}
		d.layered = true
		d.temporal, d.up, d.spatial, d.onLower = b[at]>>5, b[at]&0x10 != 0, b[at]>>1&0x07, b[at]&0x01 != 0
	}
	return d, len(b) > at
}

// key says whether the packet starts a key picture: the lowest layer, from
// nothing before.
func (d vp9) key() bool { return d.begins && !d.predicted && d.spatial == 0 }

func (d vp9) place() place {
	return place{temporal: d.temporal, up: d.up, spatial: d.spatial, ends: d.ends}
}

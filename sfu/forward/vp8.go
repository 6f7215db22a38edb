package forward

// key says whether a VP8 payload starts a key frame.
// RFC 7741, sections 4.2 (descriptor) and 4.3 (the P bit of the header).
func (d vp8) key(payload []byte) bool {
	return d.start && d.size < len(payload) && payload[d.size]&0x01 == 0
}

// vp8 is the part of a VP8 payload descriptor that says where a frame stands,
// and has to be rewritten when the source changes.
type vp8 struct {
	size      int // of the descriptor
	start     bool
	pictureAt int // offset of the picture id; 0 when there is none
	wide      bool
	picture   uint16
	tl0At     int // offset of TL0PICIDX; 0 when there is none
	tl0       uint8
	temporal  uint8
	sync      bool // it depends on temporal layer 0 only
}

func parseVP8(b []byte) (d vp8, ok bool) {
	if len(b) < 1 {
		return d, false
	}
	d.start = b[0]&0x10 != 0 && b[0]&0x07 == 0
	d.size = 1
	if b[0]&0x80 == 0 { // X: no extension
		return d, true
	}
	if len(b) < 2 {
		return d, false
	}
	flags := b[1]
	at := 2
	if flags&0x80 != 0 { // I: picture id
		if len(b) <= at {
			return d, false
		}
		d.pictureAt = at
		if b[at]&0x80 != 0 {
			if len(b) <= at+1 {
				return d, false
			}
			d.wide, d.picture = true, uint16(b[at]&0x7f)<<8|uint16(b[at+1])
			at += 2
		} else {
			d.picture = uint16(b[at])
			at++
		}
	}
	if flags&0x40 != 0 { // L: TL0PICIDX
		if len(b) <= at {
			return d, false
		}
		d.tl0At, d.tl0 = at, b[at]
		at++
	}
	if flags&0x30 != 0 { // T or K: temporal layer and key index
		if len(b) <= at {
			return d, false
		}
		if flags&0x20 != 0 {
			d.temporal, d.sync = b[at]>>6, b[at]&0x20 != 0
		}
		at++
	}
	if len(b) < at {
		return d, false
	}
	d.size = at
	return d, true
}

// shiftVP8 moves picture id and TL0PICIDX of a payload by fixed amounts, in
// place. The rest of the descriptor stays as the encoder wrote it (RFC 7741,
// section 4.2): TID and Y say what a frame depends on among the frames of its own
// stream, and a switch begins with a key frame, whose TID is 0 in each of them.
// KEYIDX tells to which key frame a frame belongs; that needs no unbroken count,
// as a lost one shows by its sequence number. Chromium finds references by picture
// id, TL0PICIDX, TID and Y alone (rtp_vp8_ref_finder.cc of WebRTC).
func shiftVP8(b []byte, d vp8, picture uint16, tl0 uint8) {
	if d.pictureAt > 0 {
		id := d.picture + picture
		if d.wide {
			b[d.pictureAt] = 0x80 | byte(id>>8)&0x7f
			b[d.pictureAt+1] = byte(id)
		} else {
			b[d.pictureAt] = byte(id) & 0x7f
		}
	}
	if d.tl0At > 0 {
		b[d.tl0At] = d.tl0 + tl0
	}
}

package forward

import "parley/sfu/forward/descriptor"

// framesSent is how many frames are remembered: the most that a descriptor can
// look back for a chain (8 bits).
const framesSent = 256

// chains follows which chains of a stream of AV1 are whole at the subscriber. A
// decode target can be decoded as long as all frames of the chain that protects
// it have come, and may be switched to only where that holds ("RTP Payload Format
// For AV1", version 1.0, appendix A.4 and A.8). What is missing is what the
// publisher's network has lost, or what was left out; of a frame that comes in
// part, the repair of the rest is left to NACK.
type chains struct {
	begun   bool
	frame   uint16 // newest
	bits    [framesSent / 64]uint64
	missing [descriptor.MaxChains]uint16 // the latest frame that is
	misses  [descriptor.MaxChains]int    // how many are
}

// look takes a packet's descriptor, before it is known whether the packet is sent.
func (c *chains) look(d *descriptor.Descriptor) {
	if c.begun && int16(d.Frame-c.frame) <= 0 {
		return
	}
	c.reach(d.Frame)
	for i, diff := range d.Chains {
		before := d.Frame - uint16(diff)
		switch {
		case diff == 0:
			c.misses[i] = 0
		case !c.has(before) && (c.misses[i] == 0 || c.missing[i] != before):
			c.misses[i]++
			c.missing[i] = before
		}
	}
}

// reach forgets the frames that are as old as there is room for.
func (c *chains) reach(frame uint16) {
	if ahead := frame - c.frame; !c.begun || ahead >= framesSent {
		c.bits = [framesSent / 64]uint64{}
	} else {
		for n := c.frame + 1; n != frame+1; n++ {
			c.bits[n%framesSent/64] &^= 1 << (n % 64)
		}
	}
	c.begun, c.frame = true, frame
}

// sent notes a frame of which something is sent. One that was missing and comes
// late makes its chains whole.
func (c *chains) sent(frame uint16) {
	if !c.begun || int16(frame-c.frame) > 0 {
		c.reach(frame)
	}
	if c.frame-frame >= framesSent || c.has(frame) {
		return
	}
	c.bits[frame%framesSent/64] |= 1 << (frame % 64)
	for i := range c.misses {
		if c.misses[i] == 1 && c.missing[i] == frame {
			c.misses[i] = 0
		}
	}
}

func (c *chains) has(frame uint16) bool {
	return c.frame-frame < framesSent && c.bits[frame%framesSent/64]&(1<<(frame%64)) != 0
}

// whole says whether all targets up to a spatial layer can be decoded by what has
// come.
func (c *chains) whole(s *descriptor.Structure, spatial uint8) bool {
	for _, target := range s.Targets {
		if target.Spatial <= spatial && target.Chain >= 0 && c.misses[target.Chain] > 0 {
			return false
		}
	}
	return true
}

package forward

import (
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward/descriptor"
)

// described is what the dependency descriptor says of a packet. AV1 says
// nothing of its layers in the payload itself.
type described struct {
	raw       []byte
	parsed    descriptor.Descriptor
	structure *descriptor.Structure // that it is read with
}

// CarriesDescriptor names the header extension of the dependency descriptor; 0
// is none. Call it before Write.
func (l *Layer) CarriesDescriptor(id uint8) {
	if l.format == formatAV1 {
		l.descriptorID = id
	}
}

// describe reads where a packet stands. A stream of which no structure has come
// waits for one: a key frame brings it.
func (l *Layer) describe(p *packet) {
	raw := l.header.GetExtension(l.descriptorID)
	if raw == nil {
		return
	}
	p.key = false
	d, err := descriptor.Parse(raw, l.structure)
	if err != nil {
		return
	}
	if d.Structure != nil {
		l.structure = d.Structure
	}
	p.described = described{raw: raw, parsed: d, structure: l.structure}
	p.key = d.Structure != nil && d.First && d.Spatial == 0
	p.place = place{temporal: d.Temporal, up: d.Up, spatial: d.Spatial, ends: d.Last}
}

// av1Key says whether a payload starts a key frame: N in the aggregation header
// is set for the first packet of a coded video sequence ("RTP Payload Format
// For AV1", section 4.4).
func av1Key(b []byte) bool { return len(b) > 0 && b[0]&0x08 != 0 }

// describing puts dependency descriptors on the packets of a Sub.
type describing struct {
	id         uint8  // 0: not negotiated
	buffer     []byte // descriptor of the packet in hand; empty: it has none
	extensions []rtp.Extension
}

func (d *describing) use(extensions []webrtc.RTPHeaderExtensionParameter) {
	d.id = uint8(extensionID(extensions, descriptor.URI))
}

// take makes the packet's descriptor, without the decode targets that are left
// out.
func (d *describing) take(g *segment, p *packet) {
	d.buffer = d.buffer[:0]
	if d.id != 0 && len(p.described.raw) > 0 {
		d.buffer = p.described.parsed.AppendMasked(d.buffer, p.described.raw, p.described.structure.Mask(g.spatial, allTemporal))
	}
}

// put adds what was taken to what the header carries already, once.
func (d *describing) put(header *rtp.Header) {
	if len(d.buffer) == 0 {
		return
	}
	header.Extensions = append(d.extensions[:0], header.Extensions...)
	if header.Extension && (d.id > 14 || len(d.buffer) > 16) {
		header.ExtensionProfile = rtp.ExtensionProfileTwoByte // RFC 8285, section 4.3
	}
	if header.SetExtension(d.id, d.buffer) == nil {
		d.extensions = header.Extensions // the room that it takes is used again
	}
	d.buffer = d.buffer[:0]
}

// spatialLimit is the highest spatial layer that the subscriber can tell from
// the others. Without descriptors, that is the lowest one of AV1.
func (s *Sub) spatialLimit() uint8 {
	if s.format == formatAV1 && s.describing.id == 0 {
		return 0
	}
	return spatialFor(s.cap)
}

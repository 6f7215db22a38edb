package descriptor

import "errors"

// URI names the extension in SDP.
const URI = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"

// Reasons why a descriptor cannot be read.
var (
	ErrNoStructure = errors.New("no structure has come yet")
	ErrNoTemplate  = errors.New("the structure has no such template")

	errCutOff  = errors.New("descriptor is cut off")
	errTooMuch = errors.New("structure is too large")
)

// Descriptor says what a packet's frame is.
type Descriptor struct {
	First, Last bool // packet of its frame
	Frame       uint16
	Spatial     uint8
	Temporal    uint8
	Up          bool             // all targets of the frame's spatial layer can be entered here
	Structure   *Structure       // that came with this packet; nil mostly
	Chains      [MaxChains]uint8 // how many frames ago the chain's latest frame before this one was; 0: the chain begins anew

	targets   int    // how many the structure has
	mask      uint32 // of targets that the sender has left
	maskStart int    // in bits: where the mask stands or would stand
	maskEnd   int
}

// Parse reads a descriptor. Known is the structure that came last, or nil.
// Without one that fits, first, last and frame are known all the same.
func Parse(data []byte, known *Structure) (d Descriptor, err error) {
	r := reader{data: data}
	d.First, d.Last = r.flag(), r.flag()
	template := r.f(6)
	d.Frame = uint16(r.f(16))
	if r.over {
		return d, errCutOff
	}
	var own custom
	s := known
	if len(data) > 3 {
		if s, own, err = d.parseExtended(&r, known); err != nil {
			return d, err
		}
	}
	if s == nil {
		return d, ErrNoStructure
	}
	index := (template + maxTemplates - s.offset) % maxTemplates
	if index >= len(s.Templates) {
		return d, ErrNoTemplate
	}
	d.define(&r, s, &s.Templates[index], own)
	if r.over {
		return d, errCutOff
	}
	return d, nil
}

// custom says what a packet brings itself, in place of its template's.
type custom struct{ targets, fdiffs, chains bool }

// define reads frame_dependency_definition().
func (d *Descriptor) define(r *reader, s *Structure, t *Template, own custom) {
	d.Spatial, d.Temporal = t.Spatial, t.Temporal
	d.Up = true
	for i := range s.Targets {
		indication := t.Targets[i]
		if own.targets {
			indication = Indication(r.f(2))
		}
		if s.Targets[i].Spatial == t.Spatial && indication != Switch {
			d.Up = false
		}
	}
	if own.fdiffs {
		for size := r.f(2); size > 0 && !r.over; size = r.f(2) {
			r.f(4 * size)
		}
	}
	d.Chains = t.chains
	if own.chains {
		for i := range s.chains {
			if diff := r.f(8); i < MaxChains {
				d.Chains[i] = uint8(diff)
			}
		}
	}
}

func (d *Descriptor) parseExtended(r *reader, known *Structure) (s *Structure, own custom, err error) {
	hasStructure, hasMask := r.flag(), r.flag()
	own = custom{targets: r.flag(), fdiffs: r.flag(), chains: r.flag()}
	s = known
	if hasStructure {
		if s, err = parseStructure(r); err != nil {
			return nil, own, err
		}
		d.Structure = s
	}
	d.maskStart, d.maskEnd = r.at, r.at
	if hasMask {
		if s == nil {
			return nil, own, ErrNoStructure
		}
		d.targets, d.mask = len(s.Targets), uint32(r.f(len(s.Targets)))
		d.maskEnd = r.at
	} else if hasStructure {
		d.targets, d.mask = len(s.Targets), ^uint32(0)
	}
	if r.over {
		return nil, own, errCutOff
	}
	return s, own, nil
}

// Mask has a bit for each decode target that is left. It says something for a
// packet that brings a structure or a mask only.
func (d *Descriptor) Mask() uint32 { return d.mask & (1<<d.targets - 1) }

// AppendMasked appends the descriptor to out, and in it the mask of the targets
// that are left. Only a packet that brings a structure or a mask is changed:
// what it says is good until the next one.
func (d *Descriptor) AppendMasked(out, data []byte, mask uint32) []byte {
	if d.targets == 0 {
		return append(out, data...)
	}
	const maskFlag = 25 // active_decode_targets_present_flag: behind 24 mandatory bits and the structure's flag
	w := writer{data: out, at: len(out) * 8}
	w.copy(data, 0, maskFlag)
	w.f(1, 1)
	w.copy(data, maskFlag+1, d.maskStart)
	w.f(d.targets, int(mask&d.mask))
	w.copy(data, d.maskEnd, len(data)*8)
	return w.data
}

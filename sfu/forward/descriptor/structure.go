package descriptor

// Bounds of the specification.
const (
	maxTemplates = 64
	maxLayer     = 8 // of each kind, by the width of their ids in AV1
)

// MaxChains is how many chains are followed: one for each spatial layer is what
// encoders have. Targets of further ones pass for protected by none.
const MaxChains = maxLayer

// Indication is what a frame means for a decode target.
type Indication uint8

// Decode target indications, in the order of the specification.
const (
	NotPresent  Indication = iota // not needed for the target
	Discardable                   // nothing else depends on it there
	Switch                        // the target can be entered here
	Required
)

// Template is what frames of one kind have in common.
type Template struct {
	Spatial, Temporal uint8
	Targets           []Indication
	chains            [MaxChains]uint8
}

// Target is a subset of the stream that can be decoded by itself.
type Target struct {
	Spatial, Temporal uint8 // the highest layers in it
	Chain             int   // that protects it: as long as none of its frames is missing, the target can be decoded; -1: none
}

// Structure is what the frames of a stream can be. It comes with a key frame
// and is good until the next one comes.
type Structure struct {
	Templates []Template
	Targets   []Target
	offset    int
	chains    int
}

// parseStructure reads template_dependency_structure().
func parseStructure(r *reader) (*Structure, error) {
	s := &Structure{offset: r.f(6)}
	s.Targets = make([]Target, r.f(5)+1)
	if err := s.readLayers(r); err != nil {
		return nil, err
	}
	for i := range s.Templates {
		t := &s.Templates[i]
		t.Targets = make([]Indication, len(s.Targets))
		for j := range t.Targets {
			t.Targets[j] = Indication(r.f(2))
		}
	}
	for range s.Templates { // template_fdiffs()
		for r.flag() {
			r.f(4)
		}
	}
	s.readChains(r)
	s.findTargets()
	if r.flag() { // render_resolutions()
		spatial := uint8(0)
		for _, t := range s.Templates {
			spatial = max(spatial, t.Spatial)
		}
		for range spatial + 1 {
			r.f(16)
			r.f(16)
		}
	}
	if r.over {
		return nil, errCutOff
	}
	return s, nil
}

// readLayers reads template_layers(): each template is of the layer of the one
// before, or of the next temporal or spatial one.
func (s *Structure) readLayers(r *reader) error {
	spatial, temporal := uint8(0), uint8(0)
	for {
		if len(s.Templates) == maxTemplates || spatial >= maxLayer || temporal >= maxLayer {
			return errTooMuch
		}
		s.Templates = append(s.Templates, Template{Spatial: spatial, Temporal: temporal})
		switch r.f(2) {
		case 1:
			temporal++
		case 2:
			temporal = 0
			spatial++
		case 3:
			return nil
		}
		if r.over {
			return errCutOff
		}
	}
}

// readChains reads template_chains().
func (s *Structure) readChains(r *reader) {
	s.chains = r.ns(len(s.Targets) + 1)
	for i := range s.Targets {
		s.Targets[i].Chain = -1
		if s.chains == 0 {
			continue
		}
		if chain := r.ns(s.chains); chain < MaxChains {
			s.Targets[i].Chain = chain
		}
	}
	for i := range s.Templates {
		for chain := range s.chains {
			if diff := r.f(4); chain < MaxChains {
				s.Templates[i].chains[chain] = uint8(diff)
			}
		}
	}
}

// findTargets is decode_target_layers().
func (s *Structure) findTargets() {
	for i := range s.Targets {
		target := &s.Targets[i]
		for _, t := range s.Templates {
			if t.Targets[i] != NotPresent {
				target.Spatial, target.Temporal = max(target.Spatial, t.Spatial), max(target.Temporal, t.Temporal)
			}
		}
	}
}

// Mask has a bit for each target that is left when layers above are left out.
func (s *Structure) Mask(spatial, temporal uint8) (mask uint32) {
	for i, target := range s.Targets {
		if target.Spatial <= spatial && target.Temporal <= temporal {
			mask |= 1 << i
		}
	}
	return mask
}

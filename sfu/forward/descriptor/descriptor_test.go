package descriptor

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// l2t2 is a structure of two spatial and two temporal layers, as bits: with a
// key frame's template for each spatial layer, chains and resolutions.
func l2t2(masked bool) []byte {
	var w writer
	w.f(2, 3)  // first and last packet
	w.f(6, 60) // template: the first
	w.f(16, 300)
	w.f(1, 1) // structure
	w.f(1, map[bool]int{true: 1}[masked])
	w.f(3, 0)
	w.f(6, 60) // template id offset: they wrap
	w.f(5, 3)  // four targets
	for _, next := range []int{0, 1, 2, 0, 1, 3} {
		w.f(2, next)
	}
	for _, targets := range [][4]int{{2, 2, 3, 3}, {2, 2, 2, 2}, {0, 1, 0, 3}, {0, 0, 2, 2}, {0, 0, 2, 2}, {0, 0, 0, 1}} {
		for _, target := range targets {
			w.f(2, target)
		}
	}
	for i := range 6 {
		if i != 0 && i != 3 {
			w.f(1, 1)
			w.f(4, 5)
		}
		w.f(1, 0)
	}
	w.f(2, 2) // two chains, ns(5)
	for _, chain := range []int{0, 0, 1, 1} {
		w.f(1, chain) // ns(2)
	}
	for _, diff := range [][2]int{{0, 0}, {4, 3}, {2, 1}, {1, 1}, {1, 1}, {3, 2}} { // to the frame before in each chain
		w.f(4, diff[0])
		w.f(4, diff[1])
	}
	w.f(1, 1) // resolutions
	for _, size := range []int{639, 359, 1279, 719} {
		w.f(16, size)
	}
	if masked {
		w.f(4, 0b0111)
	}
	return w.data
}

func TestStructure(t *testing.T) {
	d, err := Parse(l2t2(false), nil)
	if err != nil || d.Structure == nil {
		t.Fatal(err)
	}
	if !d.First || !d.Last || d.Frame != 300 || d.Spatial != 0 || d.Temporal != 0 || !d.Up {
		t.Errorf("parsed %+v", d)
	}
	s := d.Structure
	if want := []Target{{0, 0, 0}, {0, 1, 0}, {1, 0, 1}, {1, 1, 1}}; !slices.Equal(s.Targets, want) {
		t.Errorf("targets %v, want %v", s.Targets, want)
	}
	for _, test := range []struct {
		spatial, temporal uint8
		mask              uint32
	}{{0, 0, 0b0001}, {0, 1, 0b0011}, {1, 0, 0b0101}, {7, 7, 0b1111}} {
		if mask := s.Mask(test.spatial, test.temporal); mask != test.mask {
			t.Errorf("mask of %d, %d is %b, want %b", test.spatial, test.temporal, mask, test.mask)
		}
	}
	for template, want := range map[byte]Descriptor{
		61: {Spatial: 0, Temporal: 0, Up: true, Chains: [MaxChains]uint8{4, 3}}, 62: {Spatial: 0, Temporal: 1, Chains: [MaxChains]uint8{2, 1}},
		63: {Spatial: 1, Temporal: 0, Up: true, Chains: [MaxChains]uint8{1, 1}}, 1: {Spatial: 1, Temporal: 1, Chains: [MaxChains]uint8{3, 2}},
	} {
		d, err := Parse([]byte{0x40 | template, 1, 45}, s)
		want.Last, want.Frame = true, 301
		if err != nil || d != want {
			t.Errorf("template %d: %+v, %v; want %+v", template, d, err, want)
		}
	}
	if _, err := Parse([]byte{0x40 | 2, 1, 45}, s); !errors.Is(err, ErrNoTemplate) {
		t.Errorf("template that is none: %v", err)
	}
	if d, err := Parse([]byte{0x80 | 62, 1, 45}, nil); !errors.Is(err, ErrNoStructure) || !d.First || d.Frame != 301 {
		t.Errorf("without a structure: %+v, %v", d, err)
	}
}

func TestCustomTargets(t *testing.T) {
	d, err := Parse(l2t2(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var w writer
	w.f(2, 3)
	w.f(6, 61)
	w.f(16, 1)
	w.f(5, 0b00100)
	for _, target := range []int{2, 3, 2, 2} {
		w.f(2, target)
	}
	if d, err := Parse(w.data, d.Structure); err != nil || d.Up {
		t.Errorf("%+v, %v: one target of the layer cannot be entered", d, err)
	}
}

func TestCustomChains(t *testing.T) {
	d, err := Parse(l2t2(false), nil)
	if err != nil {
		t.Fatal(err)
	}
	var w writer
	w.f(2, 3)
	w.f(6, 61)
	w.f(16, 1)
	w.f(5, 0b00011) // its own differences and chains
	for _, fdiff := range [][2]int{{1, 3}, {3, 2000}} {
		w.f(2, fdiff[0])
		w.f(4*fdiff[0], fdiff[1])
	}
	w.f(2, 0)
	w.f(8, 200)
	w.f(8, 0)
	own, err := Parse(w.data, d.Structure)
	if err != nil || own.Chains != [MaxChains]uint8{200, 0} {
		t.Errorf("%+v, %v: chains are 200 and 0", own, err)
	}
	if _, err := Parse(w.data[:len(w.data)-1], d.Structure); err == nil {
		t.Error("the last chain is missing")
	}
}

func TestMask(t *testing.T) {
	for _, masked := range []bool{false, true} {
		data := l2t2(masked)
		d, err := Parse(data, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := d.AppendMasked([]byte{9}, data, d.Structure.Mask(0, 7))
		again, err := Parse(out[1:], nil)
		if err != nil || out[0] != 9 || again.mask != 0b0011 || again.Frame != d.Frame {
			t.Fatalf("masked: %+v, %v", again, err)
		}
		if !slices.Equal(again.Structure.Targets, d.Structure.Targets) || len(again.Structure.Templates) != len(d.Structure.Templates) {
			t.Error("the structure has changed")
		}
		if out = d.AppendMasked(nil, data, ^uint32(0)); masked && !bytes.Equal(out, data) {
			t.Errorf("nothing is left out, but the mask has changed:\n% x\n% x", out, data)
		}
	}
	plain := []byte{0xbd, 1, 45}
	d := Descriptor{}
	if out := d.AppendMasked(nil, plain, 1); !bytes.Equal(out, plain) {
		t.Errorf("changed to % x", out)
	}
}

func TestCutOff(t *testing.T) {
	data := l2t2(true)
	for n := range len(data) {
		if _, err := Parse(data[:n], nil); err == nil {
			t.Fatalf("%d of %d bytes are enough", n, len(data))
		}
	}
}

func TestManyTemplates(t *testing.T) {
	data := append([]byte{0xc0, 0, 1, 0x80, 0x1f}, make([]byte, 200)...) // all of one layer, without an end
	if _, err := Parse(data, nil); !errors.Is(err, errTooMuch) {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(l2t2(false), uint32(3))
	f.Add(l2t2(true), uint32(1))
	f.Add([]byte{0xbd, 1, 45}, uint32(0))
	known, err := Parse(l2t2(false), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, mask uint32) {
		d, err := Parse(data, known.Structure)
		if err != nil {
			return
		}
		again, err := Parse(d.AppendMasked(nil, data, mask), known.Structure)
		if err != nil || again.Frame != d.Frame || again.Spatial != d.Spatial || again.Temporal != d.Temporal || again.mask != d.mask&mask&(1<<d.targets-1) {
			t.Errorf("%+v became %+v, %v", d, again, err)
		}
	})
}

package sfu

import (
	"slices"
	"testing"
)

// TestLevelsThatClientsAreTold changes step by step, and not with every
// syllable between two steps.
func TestLevelsThatClientsAreTold(t *testing.T) {
	const step = 1.0 / levelSteps
	for name, test := range map[string]struct {
		levels, want []float64
	}{
		"silence":             {[]float64{0, 0}, []float64{0, 0}},
		"a voice and its end": {[]float64{0, 0.01, 0.02, 0}, []float64{0, step, step, 0}},
		"between two steps":   {[]float64{1.02 * step, 0.98 * step, 1.1 * step, 0.9 * step}, []float64{2 * step, 2 * step, 2 * step, 2 * step}},
		"clearly less":        {[]float64{1.02 * step, 0.7 * step, 1.02 * step}, []float64{2 * step, step, step}},
		"clearly more":        {[]float64{0.5 * step, 1.3 * step, 3.5 * step}, []float64{step, 2 * step, 4 * step}},
		"as loud as can be":   {[]float64{1}, []float64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			var told float32
			var got []float64
			for _, level := range test.levels {
				told = levelStep(told, level)
				got = append(got, float64(told))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("told %v, want %v", got, test.want)
			}
		})
	}
}

package views

import (
	"slices"
	"testing"
)

func TestFeaturesComeFromTheCatalogue(t *testing.T) {
	p := Page{Texts: words(t)}
	plans := []Plan{
		{ID: "free", Features: []string{"plan.feature.rooms", "plan.feature.guests"}},
		{ID: "pro", Features: []string{"plan.feature.allfree", "plan.feature.lift"}},
		{ID: "business", Features: []string{"plan.feature.allpro", "plan.feature.guests"}},
		{ID: "other", Features: []string{"plan.feature.contract"}},
	}
	want := []compareRow{
		{What: "As many rooms as you like", Cells: []string{yes, yes, yes, no}},
		{What: "Guests need no account", Cells: []string{yes, yes, yes, no}},
		{What: "Lifts a running meeting, nobody drops", Cells: []string{no, yes, yes, no}},
		{What: "Terms by contract", Cells: []string{no, no, no, yes}},
	}
	got := featureRows(p, plans)
	same := func(a, b compareRow) bool { return a.What == b.What && slices.Equal(a.Cells, b.Cells) }
	if !slices.EqualFunc(got, want, same) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
}

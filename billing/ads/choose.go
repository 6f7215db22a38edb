package ads

import "time"

// Viewer is what choosing knows of somebody: how often they have seen each
// campaign today, by id.
type Viewer map[string]int

// Choose draws the campaign that a person sees in a place, by weight, from those
// that may be shown to them there at that time. Draw gives a number from 0 up to,
// but not including, n. Ok is false when none may be shown.
func Choose(all []Campaign, where Placement, seen Viewer, now time.Time, draw func(n int) int) (chosen Campaign, ok bool) {
	var eligible []Campaign
	total := 0
	for _, c := range all {
		if c.Standing(now) == Running && c.Content.On(where) && seen[c.ID] < c.Content.DailyCap && c.Content.Weight > 0 {
			eligible = append(eligible, c)
			total += c.Content.Weight
		}
	}
	if total == 0 {
		return Campaign{}, false
	}
	at := draw(total)
	for _, c := range eligible {
		if at -= c.Content.Weight; at < 0 {
			return c, true
		}
	}
	return Campaign{}, false
}

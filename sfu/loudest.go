package sfu

import "github.com/livekit/protocol/livekit"

// chooseLoudest lets only the loudest through once there are more microphones
// than the node's configuration allows, and everybody again when there are
// clearly fewer: at the limit itself it would change with each who comes and
// goes. Call with mu.
func (r *room) chooseLoudest() {
	places, above := r.node.config.Loudest, r.node.config.LoudestAbove
	if places <= 0 || above <= 0 {
		return
	}
	microphones := 0
	for _, p := range r.peers {
		for _, pub := range p.member.tracks {
			if pub.info.Source == livekit.TrackSource_MICROPHONE {
				microphones++
			}
		}
	}
	switch {
	case microphones > above:
		r.loudest.SetPlaces(places)
	case microphones <= above*3/4:
		r.loudest.SetPlaces(0)
	}
}

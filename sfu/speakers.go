package sfu

import (
	"math"

	"github.com/livekit/protocol/livekit"
)

// levelSteps is how finely clients are told of levels: more would send a
// message for every breath.
const levelSteps = 8

// listen measures who speaks and tells everybody what changed.
func (r *room) listen() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chooseLoudest()
	var changes []*livekit.SpeakerInfo
	for _, p := range r.peers {
		told := r.speakers[p.sid]
		level := levelStep(told, p.loudness())
		if told == level {
			continue
		}
		if level > 0 {
			r.speakers[p.sid] = level
		} else {
			delete(r.speakers, p.sid)
		}
		changes = append(changes, &livekit.SpeakerInfo{Sid: p.sid, Level: level, Active: level > 0})
	}
	if len(changes) == 0 {
		return
	}
	r.tell(nil, &livekit.SignalResponse{Message: &livekit.SignalResponse_SpeakersChanged{
		SpeakersChanged: &livekit.SpeakersChanged{Speakers: changes},
	}})
}

// levelStep is what clients are told of a level, in steps. What they were told
// stands until the level is clearly in another step: between two it would
// change with every syllable.
func levelStep(told float32, level float64) float32 {
	if level == 0 {
		return 0
	}
	const margin = 0.25
	middle := float64(told)*levelSteps - 0.5
	if told > 0 && math.Abs(level*levelSteps-middle) <= 0.5+margin {
		return told
	}
	return float32(min(math.Ceil(level*levelSteps), levelSteps) / levelSteps)
}

// loudness is the level of the peer's loudest microphone; 0 when the peer does
// not speak. Call with room.mu.
func (p *peer) loudness() float64 {
	var loudest float64
	for _, publication := range p.member.tracks {
		if !isVoice(publication.info) {
			continue
		}
		if level, active := publication.track.Level.Take(); active && !publication.info.Muted {
			loudest = max(loudest, level)
		}
	}
	return loudest
}

// isVoice says whether a track is somebody's voice. A film that is shared is
// loud, too, and makes nobody a speaker; sound of no known source comes from
// small clients that send their microphone and do not say so.
func isVoice(info *livekit.TrackInfo) bool {
	if info.GetType() != livekit.TrackType_AUDIO {
		return false
	}
	source := info.GetSource()
	return source == livekit.TrackSource_MICROPHONE || source == livekit.TrackSource_UNKNOWN
}

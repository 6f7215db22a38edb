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
	var changes []*livekit.SpeakerInfo
	for _, p := range r.peers {
		level := p.loudness()
		if told := r.speakers[p.sid]; told == level {
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

// loudness is the level of the peer's loudest microphone, in steps; 0 when the
// peer does not speak. Call with room.mu.
func (p *peer) loudness() float32 {
	var loudest float64
	for _, publication := range p.member.tracks {
		if publication.info.Type != livekit.TrackType_AUDIO {
			continue
		}
		if level, active := publication.track.Level.Take(); active && !publication.info.Muted {
			loudest = max(loudest, level)
		}
	}
	return float32(math.Ceil(loudest*levelSteps) / levelSteps)
}

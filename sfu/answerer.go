package sfu

import (
	"fmt"
	"slices"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

// answerer is the downlink of one-connection mode. The client offers sections
// to receive on; tracks wait for one, and the client is asked to offer when
// there is something to tell it.
type answerer struct {
	peer    *peer
	link    link
	waiting []*subscription
	slots   map[string]*slot // sections that the client receives on, by mid
	dirty   bool             // the client should offer
	asked   bool             // and has been asked to
	started bool             // its first offer is answered
}

// slot is a section that the client receives on.
type slot struct {
	transceiver *webrtc.RTPTransceiver
	sub         *subscription // nil: free
	draining    bool          // was used until now; free once the client has an answer that says so
}

func newAnswerer(p *peer, l link) *answerer {
	return &answerer{peer: p, link: l, slots: map[string]*slot{}}
}

func (a *answerer) add(s *subscription) {
	a.waiting = append(a.waiting, s)
	a.dirty = true
}

func (a *answerer) remove(s *subscription) {
	if i := slices.Index(a.waiting, s); i >= 0 {
		a.waiting = slices.Delete(a.waiting, i, i+1)
		return
	}
	if err := a.link.RemoveTrack(s.sender); err != nil {
		a.peer.restart(fmt.Errorf("remove track: %w", err))
		return
	}
	for _, slot := range a.slots {
		if slot.sub == s {
			slot.sub, slot.draining = nil, true
		}
	}
	a.dirty = true
}

// place puts waiting tracks on free sections of an offer. Call between the
// remote description and the answer.
func (a *answerer) place(sections []section) error {
	a.asked = false
	for _, s := range sections {
		if s.kind == 0 || s.direction != webrtc.RTPTransceiverDirectionRecvonly {
			continue
		}
		at := a.slots[s.mid]
		if at == nil {
			transceiver := transceiverAt(a.link.PeerConnection, s.mid)
			if transceiver == nil {
				return errNoSection(s.mid)
			}
			at = &slot{transceiver: transceiver}
			a.slots[s.mid] = at
		}
		if at.sub != nil || at.draining {
			continue
		}
		i := slices.IndexFunc(a.waiting, func(w *subscription) bool { return w.sub.Kind() == s.kind })
		if i < 0 {
			continue
		}
		w := a.waiting[i]
		a.waiting = slices.Delete(a.waiting, i, i+1)
		if err := a.peer.attach(a.link, w, at.transceiver); err != nil {
			return err
		}
		at.sub = w
	}
	return nil
}

// isFree says whether nothing is sent on a section that the client receives on.
func (a *answerer) isFree(mid string) bool {
	at := a.slots[mid]
	return at != nil && at.sub == nil
}

// answered notes that the client has been told.
func (a *answerer) answered() {
	a.started = true
	for _, slot := range a.slots {
		slot.draining = false
	}
	a.dirty = len(a.waiting) > 0
}

// flush asks the client to offer if there is something new.
func (a *answerer) flush() {
	if !a.dirty || a.asked || !a.started {
		return
	}
	a.dirty, a.asked = false, true
	audio, video := a.missing(webrtc.RTPCodecTypeAudio), a.missing(webrtc.RTPCodecTypeVideo)
	a.peer.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_MediaSectionsRequirement{
		MediaSectionsRequirement: &livekit.MediaSectionsRequirement{NumAudios: audio, NumVideos: video},
	}})
}

// missing counts waiting tracks that no section is free for.
func (a *answerer) missing(kind webrtc.RTPCodecType) uint32 {
	n := 0
	for _, w := range a.waiting {
		if w.sub.Kind() == kind {
			n++
		}
	}
	for _, slot := range a.slots {
		if slot.transceiver.Kind() == kind && slot.sub == nil && !slot.draining {
			n--
		}
	}
	return uint32(max(n, 0))
}

func (a *answerer) report(packets []rtcp.Packet) {
	if err := a.link.WriteRTCP(packets); err != nil {
		a.peer.log.Debug("send reports", "err", err)
	}
}

func (a *answerer) agreed() bool { return a.started }

func (a *answerer) close() { a.peer.close(a.link) }

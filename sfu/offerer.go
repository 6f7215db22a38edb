package sfu

import (
	"fmt"
	"slices"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
	"google.golang.org/protobuf/proto"
)

// offerer is the downlink of two-connection mode. One offer is out at a time;
// what changes meanwhile goes into the next, so offers never cross.
type offerer struct {
	peer        *peer
	link        link
	id          uint32
	numbering   string // the client's line for transport-wide sequence numbers
	dirty       bool   // the client does not know of everything yet
	outstanding bool
	last        *livekit.SessionDescription // the offer that is or was out
	restart     bool                        // the next offer restarts ICE

	// Sections of removed tracks are used again, once the client has agreed
	// that they are quiet.
	removed, draining, free []*webrtc.RTPTransceiver
	waiting                 []*subscription // for the answer that is out: it frees sections

	whole     map[webrtc.RTPCodecType]*webrtc.RTPTransceiver // the sections that offer every codec, see lean
	offeredAt time.Time
	resting   bool // the client is given time, see rest, or says more, see gatherWishes
}

// A client that takes longer than slowAnswer to take a description, without the way
// there and back, is busy with it, and with what else it does on the same thread.
// It is left alone for as long again before the next one, at most restMost. Of a way
// that is not known yet it is assumed that it is far, farWay: who is only far away
// is not to wait for the first pictures.
const (
	slowAnswer = 100 * time.Millisecond
	restMost   = time.Second
	farWay     = 300 * time.Millisecond
)

func newOfferer(p *peer, l link) *offerer {
	return &offerer{peer: p, link: l, dirty: true, whole: map[webrtc.RTPCodecType]*webrtc.RTPTransceiver{}}
}

// add gives a track a section. It could not be offered while another offer is
// out, and by then a section may be free.
func (o *offerer) add(s *subscription) {
	if o.outstanding {
		o.waiting = append(o.waiting, s)
		return
	}
	o.place(s)
}

func (o *offerer) placeWaiting() {
	waiting := o.waiting
	o.waiting = nil
	for _, s := range waiting {
		o.place(s)
	}
}

func (o *offerer) place(s *subscription) {
	var free *webrtc.RTPTransceiver
	for i, t := range o.free {
		if t.Kind() == s.sub.Kind() {
			free = t
			o.free = append(o.free[:i], o.free[i+1:]...)
			break
		}
	}
	if err := o.peer.attach(o.link, s, free); err != nil {
		o.peer.restart(fmt.Errorf("add track: %w", err))
		return
	}
	if err := o.lean(s); err != nil {
		o.peer.restart(fmt.Errorf("choose codecs: %w", err))
		return
	}
	o.dirty = true
}

// lean leaves a section the codecs of its track, and the one that every client has:
// what a browser does with a description, on the thread that draws, grows with each
// codec of each section. The first section of a kind offers all, since Pion takes
// from it alone what the client has (updateFromRemoteDescription of webrtc v3.3.6).
func (o *offerer) lean(s *subscription) error {
	kind := s.sub.Kind()
	if o.whole[kind] == nil {
		o.whole[kind] = s.transceiver
	}
	if o.whole[kind] == s.transceiver {
		return nil
	}
	if err := s.transceiver.SetCodecPreferences(nil); err != nil { // of the track before
		return err
	}
	all := s.sender.GetParameters().Codecs
	return s.transceiver.SetCodecPreferences(codecsNeeded(all, s.pub.track.Codecs()))
}

func (o *offerer) remove(s *subscription) {
	o.waiting = slices.DeleteFunc(o.waiting, func(w *subscription) bool { return w == s })
	if s.sender == nil {
		return
	}
	if err := o.link.RemoveTrack(s.sender); err != nil {
		o.peer.restart(fmt.Errorf("remove track: %w", err))
		return
	}
	o.removed = append(o.removed, s.transceiver)
	o.dirty = true
}

// flush sends an offer if there is something new and none is out.
func (o *offerer) flush() {
	if !o.dirty || o.outstanding || o.resting && !o.restart || o.early() {
		return
	}
	if err := o.offer(); err != nil {
		o.peer.restart(fmt.Errorf("offer: %w", err))
	}
}

// early says that the client has agreed and not begun to connect. Another offer in
// that moment is one that Pion's clients take for a restart of ICE in the middle of
// its start (haveRemoteCredentialsChange of webrtc v3.3.6 and v4): they neither
// answer it nor ever connect. What there is to say waits until they have.
func (o *offerer) early() bool {
	if !o.agreed() || o.restart {
		return false
	}
	state := o.link.ICEConnectionState()
	return state == webrtc.ICEConnectionStateNew || state == webrtc.ICEConnectionStateChecking
}

func (o *offerer) offer() error {
	offer, err := o.link.CreateOffer(&webrtc.OfferOptions{ICERestart: o.restart})
	if err != nil {
		return err
	}
	text, err := o.link.settle(offer)
	if err != nil {
		return err
	}
	o.id++
	o.dirty, o.restart, o.outstanding = false, false, true
	o.offeredAt = o.peer.node.clock.Now()
	o.draining, o.removed = append(o.draining, o.removed...), nil
	o.last = &livekit.SessionDescription{
		Type: "offer", Sdp: o.peer.describeRepair(o.peer.sayStereo(text)), Id: o.id, MidToTrackId: o.peer.midToTrack(),
	}
	o.say()
	return nil
}

func (o *offerer) say() {
	o.peer.send(&livekit.SignalResponse{Message: &livekit.SignalResponse_Offer{Offer: o.last}})
}

// answered takes the client's answer.
func (o *offerer) answered(sd *livekit.SessionDescription) error {
	if !o.outstanding || (sd.GetId() != 0 && sd.GetId() != o.id) {
		return nil // to an offer that has been replaced
	}
	answer, err := parseOffer(sd.GetSdp())
	if err != nil {
		return err
	}
	answer.text, o.numbering = keepNumbering(answer.text, o.numbering)
	if err := o.link.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.text}); err != nil {
		return err
	}
	o.outstanding = false
	o.rest(o.peer.node.clock.Since(o.offeredAt))
	o.free, o.draining = append(o.free, o.draining...), nil
	o.placeWaiting()
	o.peer.openSubs()
	return nil
}

// rest gives a client that took this long for an answer time for other things: where
// many come at once, what they bring goes into few descriptions.
func (o *offerer) rest(took time.Duration) {
	way := o.peer.downward().rtt
	if way == 0 {
		way = farWay
	}
	if took -= way; took >= slowAnswer {
		o.wait(min(took, restMost))
	}
}

// wait offers nothing for so long, unless it waits already.
func (o *offerer) wait(long time.Duration) {
	if o.resting {
		return
	}
	o.resting = true
	o.peer.node.clock.AfterFunc(long, func() {
		o.peer.post(func() {
			o.resting = false
			o.peer.flush()
		})
	})
}

// resume offers anew with other ICE credentials: the client's address may have
// changed. An offer that is out is said again first, because it or its answer
// may be lost and Pion takes no offer back; it has another number, by which an
// answer that was on its way is known to be late.
func (o *offerer) resume() {
	o.dirty, o.restart = true, o.agreed()
	if o.outstanding {
		o.id++
		o.last = proto.CloneOf(o.last) // the other one may still be in a queue
		o.last.Id = o.id
		o.say()
	}
}

func (o *offerer) report(packets []rtcp.Packet) {
	if err := o.link.WriteRTCP(packets); err != nil {
		o.peer.log.Debug("send reports", "err", err)
	}
}

func (o *offerer) agreed() bool { return o.link.CurrentRemoteDescription() != nil }

func (o *offerer) close() { o.peer.close(o.link) }

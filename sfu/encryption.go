package sfu

import (
	"github.com/livekit/protocol/livekit"

	"parley/sfu/forward"
)

// TopicKeys is of the packets by which the meeting page's clients hand the
// meeting's key to each other, sealed for one person each. The node passes them
// on as all packets, and cannot read what matters in them.
const TopicKeys = "parley.keys"

// maxKeyPacket is the most bytes of a packet of TopicKeys, with all around it:
// two public keys and a sealed one in base64, an epoch, and whom it is for.
const maxKeyPacket = 2 << 10

// isEncrypted says whether the client encrypts the track end to end, by its own
// word: the node has no key to try. Clients that hold the meeting's key show
// nothing that it does not open.
func isEncrypted(request *livekit.AddTrackRequest) bool {
	return request.GetEncryption() != livekit.Encryption_NONE
}

// isPlain says whether the client would publish in the clear where the meeting
// does not allow it. A second codec goes as the track that it belongs to.
func (p *peer) isPlain(request *livekit.AddTrackRequest) bool {
	return p.room.encrypted.Load() && request.GetSid() == "" && !isEncrypted(request)
}

// withdrawPlain takes unencrypted tracks out of a meeting that has to be
// encrypted from now on: a room can outlive a meeting by a moment. Call with mu.
func (r *room) withdrawPlain() {
	if !r.limits.Encrypted {
		return
	}
	for _, p := range r.peers {
		p.post(p.withdrawPlain)
	}
}

func (p *peer) withdrawPlain() {
	for _, u := range p.uploads {
		if u.variant == forward.First && u.pub.info.Encryption == livekit.Encryption_NONE { // it does not change: no lock
			p.unpublish(u)
		}
	}
}

// mayHandOverKeys says whether a packet of this size may be about keys: in an
// encrypted meeting everybody may send those, or who may not write messages
// could neither be given the key nor hand it on.
func (p *peer) mayHandOverKeys(raw []byte) bool {
	return p.room.encrypted.Load() && len(raw) <= maxKeyPacket
}

// isKeyPacket says whether a packet is about keys and for somebody in particular.
func isKeyPacket(packet *livekit.DataPacket, to recipients) bool {
	return packet.GetUser().GetTopic() == TopicKeys && len(to.identities)+len(to.sids) > 0
}

package secure

import (
	"slices"

	"github.com/pion/dtls/v2"
	"github.com/pion/dtls/v2/pkg/protocol/extension"
	"github.com/pion/dtls/v2/pkg/protocol/handshake"
	"github.com/pion/dtls/v2/pkg/protocol/recordlayer"
)

// maxHello bounds a client's hello, in octets. Those with keys that are safe from
// quantum computers have less than two thousand.
const maxHello = 8 << 10

// Offers are the protection profiles for webrtc.SettingEngine's
// SetSRTPProtectionProfiles: AES-GCM, and what RFC 8827, section 6.5, demands.
//
// A DTLS server takes what its client likes best, and Chromium prefers
// HMAC-SHA1, for the sake of 6 octets a packet. It costs the node many times what
// AES-GCM does. So when a client's hello has both, the slice has lost the other
// one by the time the server reads it, which is after Received has heard of the
// hello.
func (h *Handshake) Offers() []dtls.SRTPProtectionProfile {
	h.offers = [...]dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}
	return h.offers[:]
}

// called takes the client's hello. Only the first counts: the server may be
// reading by the time that there is another. Call with mu.
func (h *Handshake) called(hello *handshake.MessageClientHello) {
	h.answering = true
	for _, e := range hello.Extensions {
		if use, ok := e.(*extension.UseSRTP); ok && slices.Contains(use.ProtectionProfiles, h.offers[0]) {
			h.offers[1] = h.offers[0]
		}
	}
}

// pieces puts a client's hello together, which may come in several datagrams.
type pieces struct {
	body []byte
	have map[int]bool // by where they begin
	left int          // octets
}

// add takes a record of the handshake, and gives the hello when it is whole.
func (p *pieces) add(record []byte) *handshake.MessageClientHello {
	var header handshake.Header
	body := record[recordlayer.HeaderSize:]
	if header.Unmarshal(body) != nil || header.Type != handshake.TypeClientHello || header.Length > maxHello {
		return nil
	}
	body = body[handshake.HeaderLength:]
	from, n, whole := int(header.FragmentOffset), int(header.FragmentLength), int(header.Length)
	if n > len(body) || from+n > whole {
		return nil
	}
	if len(p.body) != whole {
		*p = pieces{body: make([]byte, whole), have: map[int]bool{}, left: whole}
	}
	if p.have[from] {
		return nil
	}
	p.have[from] = true
	p.left -= copy(p.body[from:], body[:n])
	hello := &handshake.MessageClientHello{}
	if p.left != 0 || hello.Unmarshal(p.body) != nil {
		return nil
	}
	return hello
}

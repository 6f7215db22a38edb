package secure

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// ErrForged is for packets that their sender did not seal under the connection's
// keys, or that were changed on their way.
var ErrForged = errors.New("secure: packet is not authentic")

// Opener opens what one connection's client sends. It may be used from anywhere.
// Which packets have come before is the caller's to know: RFC 3711, section 3.3.2.
type Opener struct {
	aead cipher.AEAD // nil: the profile is another one
	salt [gcmNonce]byte

	mu      sync.Mutex // guards the rest
	nonce   [gcmNonce]byte
	context *srtp.Context
	header  rtp.Header
}

// NewOpener derives the session keys for what the client sends.
func NewOpener(keys *Keys) (*Opener, error) {
	o := &Opener{}
	var err error
	switch keys.Profile {
	case srtp.ProtectionProfileAeadAes128Gcm:
		o.aead, o.salt, err = keys.Remote.gcm()
	case srtp.ProtectionProfileAes128CmHmacSha1_80:
		o.context, err = srtp.CreateContext(keys.Remote.Key, keys.Remote.Salt, keys.Profile)
	default:
		err = fmt.Errorf("%w: profile %v", errNoKeys, keys.Profile)
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// Open checks a packet and gives it decrypted, in room, which is as long as the
// packet or longer and does not overlap it. Size is its header's, in octets; index
// is its number as RFC 3711, section 3.3.1, extends it: the rollover counter, then
// the sequence number. It gives ErrForged for what is not authentic.
func (o *Opener) Open(room, packet []byte, size int, ssrc uint32, index uint64) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.aead == nil {
		return o.openCM(room, packet, ssrc, uint32(index>>16))
	}
	putNonce(&o.nonce, &o.salt, ssrc, uint32(index>>16), uint16(index))
	opened, err := o.aead.Open(append(room[:0], packet[:size]...), o.nonce[:], packet[size:], packet[:size])
	if err != nil {
		return nil, ErrForged
	}
	return opened, nil
}

// openCM leaves it to Pion: clients of today have AES-GCM. The context's own idea
// of the counter begins anew with each packet.
func (o *Opener) openCM(room, packet []byte, ssrc, roc uint32) ([]byte, error) {
	o.context.SetROC(ssrc, roc)
	opened, err := o.context.DecryptRTP(room[:0], packet, &o.header)
	if err != nil {
		return nil, ErrForged
	}
	return opened, nil
}

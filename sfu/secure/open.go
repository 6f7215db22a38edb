package secure

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"sync"

	"github.com/pion/srtp/v2"
)

// ErrForged is for packets that their sender did not seal under the connection's
// keys, or that were changed on their way.
var ErrForged = errors.New("secure: packet is not authentic")

// Opener opens what one connection's client sends. It may be used from anywhere.
// Which packets have come before is the caller's to know: RFC 3711, section 3.3.2.
type Opener struct {
	aead cipher.AEAD // of AES-GCM, else nil
	salt [gcmNonce]byte

	mu      sync.Mutex // guards the rest
	nonce   [gcmNonce]byte
	counter *counterMode // of AES-CM with HMAC-SHA1, else nil
}

// NewOpener derives the session keys for what the client sends.
func NewOpener(keys *Keys) (*Opener, error) {
	o := &Opener{}
	var err error
	switch keys.Profile {
	case srtp.ProtectionProfileAeadAes128Gcm:
		o.aead, o.salt, err = keys.Remote.gcm()
	case srtp.ProtectionProfileAes128CmHmacSha1_80:
		var session *counterKeys
		if session, err = keys.Remote.counter(); err == nil {
			o.counter = newCounterMode(session)
		}
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
	if o.counter != nil {
		opened, ok := o.counter.open(room, packet, size, ssrc, uint32(index>>16), uint16(index))
		if !ok {
			return nil, ErrForged
		}
		return opened, nil
	}
	putNonce(&o.nonce, &o.salt, ssrc, uint32(index>>16), uint16(index))
	opened, err := o.aead.Open(append(room[:0], packet[:size]...), o.nonce[:], packet[size:], packet[:size])
	if err != nil {
		return nil, ErrForged
	}
	return opened, nil
}

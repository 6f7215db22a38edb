package secure

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// ErrSpent is why a stream seals no more: with 2^48 packets its numbers have been
// used up, and none may be used twice (RFC 3711, section 9.2).
var ErrSpent = errors.New("secure: all packet numbers of a stream are used")

// MaxOverhead is the most that sealing adds to a packet, in octets: the tag of
// AES-GCM (RFC 7714, section 14.2).
const MaxOverhead = 16

const gcmNonce = 12 // octets

// Sealer protects what one connection sends. It may be used from anywhere.
type Sealer struct {
	aead    cipher.AEAD // of AES-GCM, else nil
	salt    [gcmNonce]byte
	counter *counterKeys // of AES-CM with HMAC-SHA1, else nil
}

// NewSealer derives the session keys for what the node sends.
func NewSealer(keys *Keys) (*Sealer, error) {
	s := &Sealer{}
	var err error
	switch keys.Profile {
	case srtp.ProtectionProfileAeadAes128Gcm:
		s.aead, s.salt, err = keys.Local.gcm()
	case srtp.ProtectionProfileAes128CmHmacSha1_80:
		s.counter, err = keys.Local.counter()
	default:
		err = fmt.Errorf("%w: profile %v", errNoKeys, keys.Profile)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// gcm gives the cipher and the salt of a direction's RTP under AES-GCM.
func (m Master) gcm() (cipher.AEAD, [gcmNonce]byte, error) {
	return m.gcmOf(labelEncryption, labelSalt)
}

func (m Master) gcmOf(forKey, forSalt byte) (cipher.AEAD, [gcmNonce]byte, error) {
	var salt [gcmNonce]byte
	key, err := m.derive(forKey, len(m.Key))
	if err != nil {
		return nil, salt, err
	}
	masked, err := m.derive(forSalt, gcmNonce)
	if err != nil {
		return nil, salt, err
	}
	copy(salt[:], masked)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, salt, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, salt, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	return aead, salt, nil
}

// Stream seals the packets of one SSRC. It has one user at a time.
type Stream struct {
	sealer  *Sealer
	index   index
	nonce   [gcmNonce]byte
	counter *counterMode // of AES-CM with HMAC-SHA1, else nil
}

// Stream begins a SSRC. There must be no other Stream of it, ever.
func (s *Sealer) Stream() *Stream {
	t := &Stream{sealer: s}
	if s.counter != nil {
		t.counter = newCounterMode(s.counter)
	}
	return t
}

// Seal writes the packet as it goes on the wire into room, and says how long it
// is. Room is MaxOverhead longer than header and payload are, or more, and does
// not overlap them. A packet that was sealed before gives the same octets again.
func (t *Stream) Seal(room []byte, header *rtp.Header, payload []byte) (int, error) {
	roc, ok := t.index.next(header.SequenceNumber)
	if !ok {
		return 0, ErrSpent
	}
	if t.counter != nil {
		return t.counter.seal(room, header, payload, roc)
	}
	size, err := header.MarshalTo(room)
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	putNonce(&t.nonce, &t.sealer.salt, header.SSRC, roc, header.SequenceNumber)
	return len(t.sealer.aead.Seal(room[:size], t.nonce[:], payload, room[:size])), nil
}

// putNonce makes the nonce of a packet: RFC 7714, section 8.1.
func putNonce(nonce, salt *[gcmNonce]byte, ssrc, roc uint32, sequence uint16) {
	nonce[0], nonce[1] = salt[0], salt[1]
	binary.BigEndian.PutUint32(nonce[2:], ssrc^binary.BigEndian.Uint32(salt[2:]))
	binary.BigEndian.PutUint32(nonce[6:], roc^binary.BigEndian.Uint32(salt[6:]))
	binary.BigEndian.PutUint16(nonce[10:], sequence^binary.BigEndian.Uint16(salt[10:]))
}

// index is the newest packet of a stream, by the number that goes on where the
// sequence number wraps.
type index struct {
	begun    bool
	roc      uint32
	sequence uint16
}

// next gives the rollover counter of a packet, which may be older than the
// newest: RFC 3711, sections 3.3.1 and appendix A. It says false when the counter
// would wrap.
func (i *index) next(sequence uint16) (roc uint32, ok bool) {
	if !i.begun {
		i.begun, i.sequence = true, sequence
		return 0, true
	}
	ahead := int16(sequence - i.sequence) // the nearer way round
	switch {
	case ahead < 0 && sequence > i.sequence: // from before the last wrap
		if i.roc == 0 {
			return 0, false
		}
		return i.roc - 1, true
	case ahead < 0:
		return i.roc, true
	case sequence < i.sequence: // wrapped
		if i.roc == math.MaxUint32 {
			return 0, false
		}
		i.roc++
	}
	i.sequence = sequence
	return i.roc, true
}

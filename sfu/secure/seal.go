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
	keys *Keys
	aead cipher.AEAD // nil: the profile is another one
	salt [gcmNonce]byte
}

// NewSealer derives the session keys for what the node sends.
func NewSealer(keys *Keys) (*Sealer, error) {
	s := &Sealer{keys: keys}
	switch keys.Profile {
	case srtp.ProtectionProfileAeadAes128Gcm:
		aead, salt, err := keys.Local.gcm()
		if err != nil {
			return nil, err
		}
		s.aead, s.salt = aead, salt
		return s, nil
	case srtp.ProtectionProfileAes128CmHmacSha1_80:
		return s, nil
	default:
		return nil, fmt.Errorf("%w: profile %v", errNoKeys, keys.Profile)
	}
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
	context *srtp.Context // of AES-CM with HMAC-SHA1, else nil
	plain   []byte
}

// Stream begins a SSRC. There must be no other Stream of it, ever.
func (s *Sealer) Stream() (*Stream, error) {
	t := &Stream{sealer: s}
	if s.aead != nil {
		return t, nil
	}
	var err error
	if t.context, err = srtp.CreateContext(s.keys.Local.Key, s.keys.Local.Salt, s.keys.Profile); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	return t, nil
}

// Seal writes the packet as it goes on the wire into room, and says how long it
// is. Room is MaxOverhead longer than header and payload are, or more, and does
// not overlap them. A packet that was sealed before gives the same octets again.
func (t *Stream) Seal(room []byte, header *rtp.Header, payload []byte) (int, error) {
	if t.context != nil {
		return t.sealCM(room, header, payload)
	}
	size, err := header.MarshalTo(room)
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	roc, ok := t.index.next(header.SequenceNumber)
	if !ok {
		return 0, ErrSpent
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

// sealCM leaves it to Pion: clients of today have AES-GCM.
func (t *Stream) sealCM(room []byte, header *rtp.Header, payload []byte) (int, error) {
	size := header.MarshalSize()
	if cap(t.plain) < size+len(payload) {
		t.plain = make([]byte, 0, size+len(payload)+MaxOverhead)
	}
	plain := t.plain[:size]
	if _, err := header.MarshalTo(plain); err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	plain = append(plain, payload...)
	sealed, err := t.context.EncryptRTP(room[:0], plain, nil)
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	return len(sealed), nil
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

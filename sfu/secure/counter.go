package secure

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/pion/rtp"
)

// Octets of AES_CM_128_HMAC_SHA1_80: RFC 3711, section 8.2.
const (
	counterSalt = 14
	counterTag  = 10
	counterAuth = 20 // the key of its HMAC
)

// counterKeys are one direction's session keys of AES in counter mode with
// HMAC-SHA1, which clients without AES-GCM have: RFC 3711, section 4.
type counterKeys struct {
	block cipher.Block
	salt  [counterSalt]byte
	auth  []byte
}

func (m Master) counter() (*counterKeys, error) {
	key, err := m.derive(labelEncryption, len(m.Key))
	if err != nil {
		return nil, err
	}
	salt, err := m.derive(labelSalt, counterSalt)
	if err != nil {
		return nil, err
	}
	auth, err := m.derive(labelAuthentication, counterAuth)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	return &counterKeys{block: block, salt: [counterSalt]byte(salt), auth: auth}, nil
}

// counterMode seals and opens with such keys. It has one user at a time, and keeps
// what it works with, so that a packet allocates nothing.
type counterMode struct {
	keys    *counterKeys
	mac     hash.Hash
	counter [aes.BlockSize]byte
	last    [aes.BlockSize]byte // of the key stream, where less than a block is needed
	roc     [4]byte
	tag     [sha1.Size]byte
}

func newCounterMode(keys *counterKeys) *counterMode {
	return &counterMode{keys: keys, mac: hmac.New(sha1.New, keys.auth)}
}

// seal writes a packet into room, which does not overlap it, and says how long it is.
func (c *counterMode) seal(room []byte, header *rtp.Header, payload []byte, roc uint32) (int, error) {
	size, err := header.MarshalTo(room)
	if err != nil {
		return 0, fmt.Errorf("seal: %w", err)
	}
	end := size + len(payload)
	if len(room) < end+counterTag {
		return 0, fmt.Errorf("seal: %w", io.ErrShortBuffer)
	}
	c.cross(room[size:end], payload, header.SSRC, roc, header.SequenceNumber)
	return end + copy(room[end:], c.authenticate(room[:end], roc)), nil
}

// open checks a packet and writes it into room, which does not overlap it; size is
// its header's. It says false for what is not authentic.
func (c *counterMode) open(room, packet []byte, size int, ssrc, roc uint32, sequence uint16) ([]byte, bool) {
	end := len(packet) - counterTag
	if end < size || subtle.ConstantTimeCompare(packet[end:], c.authenticate(packet[:end], roc)) != 1 {
		return nil, false
	}
	room = room[:end]
	copy(room, packet[:size])
	c.cross(room[size:], packet[size:end], ssrc, roc, sequence)
	return room, true
}

// authenticate gives the tag of header and sealed payload, until it is called
// again: RFC 3711, section 4.2.
func (c *counterMode) authenticate(packet []byte, roc uint32) []byte {
	binary.BigEndian.PutUint32(c.roc[:], roc)
	c.mac.Reset()
	_, _ = c.mac.Write(packet) // a hash never fails
	_, _ = c.mac.Write(c.roc[:])
	return c.mac.Sum(c.tag[:0])[:counterTag]
}

// cross seals or opens what is in from, which is the same: RFC 3711, section 4.1.1.
// It goes block by block, for a cipher.Stream would have to be made for each packet.
func (c *counterMode) cross(to, from []byte, ssrc, roc uint32, sequence uint16) {
	salt := &c.keys.salt
	copy(c.counter[:4], salt[:])
	binary.BigEndian.PutUint32(c.counter[4:], ssrc^binary.BigEndian.Uint32(salt[4:]))
	binary.BigEndian.PutUint32(c.counter[8:], roc^binary.BigEndian.Uint32(salt[8:]))
	binary.BigEndian.PutUint16(c.counter[12:], sequence^binary.BigEndian.Uint16(salt[12:]))
	rest := to
	for i := uint16(0); len(rest) > 0; i++ {
		binary.BigEndian.PutUint16(c.counter[counterSalt:], i)
		if len(rest) < aes.BlockSize {
			c.keys.block.Encrypt(c.last[:], c.counter[:])
			copy(rest, c.last[:])
			break
		}
		c.keys.block.Encrypt(rest, c.counter[:])
		rest = rest[aes.BlockSize:]
	}
	subtle.XORBytes(to, to, from)
}

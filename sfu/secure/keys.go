package secure

import (
	"crypto/aes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"

	"github.com/pion/dtls/v2"
	"github.com/pion/dtls/v2/pkg/crypto/prf"
	"github.com/pion/srtp/v2"
)

// errNoKeys is why a connection's keys cannot be had.
var errNoKeys = errors.New("secure: no SRTP keys")

// Master is the master key and master salt of one direction: RFC 3711, section
// 3.2.1.
type Master struct{ Key, Salt []byte }

// Keys are what one connection's DTLS handshake agreed on for SRTP. They must
// not be changed.
type Keys struct {
	Profile srtp.ProtectionProfile // RFC 5764, section 4.1.2, and RFC 7714, section 14.2
	Local   Master                 // for what the node sends
	Remote  Master                 // for what the client sends
}

// String tells nothing.
func (*Keys) String() string { return "SRTP keys" }

// GoString tells nothing.
func (k *Keys) GoString() string { return k.String() }

// LogValue tells nothing.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// exportLabel is RFC 5764's, section 4.2.
const exportLabel = "EXTRACTOR-dtls_srtp"

// exportKeys derives a server's keys: RFC 5705, section 4, laid out as RFC 5764,
// section 4.2, says.
func exportKeys(secret, clientRandom, serverRandom []byte, suite dtls.CipherSuiteID, profile srtp.ProtectionProfile) (*Keys, error) {
	keyLen, err := profile.KeyLen()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	saltLen, err := profile.SaltLen()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	seed := append(append([]byte(exportLabel), clientRandom...), serverRandom...)
	material, err := prf.PHash(secret, seed, 2*(keyLen+saltLen), hashOf(suite))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	take := func(n int) []byte {
		part := material[:n:n]
		material = material[n:]
		return part
	}
	k := &Keys{Profile: profile}
	k.Remote.Key, k.Local.Key = take(keyLen), take(keyLen)
	k.Remote.Salt, k.Local.Salt = take(saltLen), take(saltLen)
	return k, nil
}

// hashOf is the hash of a suite's pseudorandom function: SHA-256, unless the
// suite names another one (RFC 5246, section 5).
func hashOf(suite dtls.CipherSuiteID) prf.HashFunc {
	switch suite {
	case dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, dtls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
		return sha512.New384
	default:
		return sha256.New
	}
}

// Labels of session keys: RFC 3711, section 4.3.1.
const (
	labelEncryption       = 0x00
	labelAuthentication   = 0x01
	labelSalt             = 0x02
	labelReportEncryption = 0x03
	labelReportSalt       = 0x05
)

// derive makes a session key or salt of n octets: RFC 3711, section 4.3, with a
// key derivation rate of 0, the only one that DTLS-SRTP has.
func (m Master) derive(label byte, n int) ([]byte, error) {
	block, err := aes.NewCipher(m.Key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeys, err)
	}
	var in [aes.BlockSize]byte
	copy(in[:14], m.Salt) // a salt of 12 octets is one with two zeroes behind it: RFC 7714, section 11
	in[7] ^= label
	var out []byte
	for i := uint16(0); len(out) < n; i++ {
		var key [aes.BlockSize]byte
		binary.BigEndian.PutUint16(in[14:], i)
		block.Encrypt(key[:], in[:])
		out = append(out, key[:]...)
	}
	return out[:n], nil
}

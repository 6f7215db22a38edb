package tenants

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer keeps secrets that we must be able to read again, as HMAC needs them
// plain: AES-256-GCM under a key drawn from the installation's secret. What a
// secret belongs to is part of the seal, so that a row copied to another
// organization opens nothing.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret [32]byte) sealer {
	key, err := hkdf.Key(sha256.New, secret[:], nil, "parley media keys 1", 32)
	if err != nil {
		panic(fmt.Sprintf("tenants: HKDF refused a fixed length: %v", err)) // cannot happen
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(fmt.Sprintf("tenants: AES refused 32 bytes: %v", err)) // cannot happen
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(fmt.Sprintf("tenants: GCM refused AES: %v", err)) // cannot happen
	}
	return sealer{aead: aead}
}

func (s sealer) seal(plain []byte, owner string) []byte {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, plain, []byte(owner))
}

func (s sealer) open(sealed []byte, owner string) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("sealed secret is cut short")
	}
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(owner))
	if err != nil {
		return nil, errors.New("sealed secret does not open: it was sealed under another installation secret or for another owner")
	}
	return plain, nil
}

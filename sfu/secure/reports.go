package secure

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pion/srtp/v2"
)

// ErrRefused is why a report is not opened: it is not the client's, or has come
// before.
var ErrRefused = errors.New("secure: report refused")

const (
	reportHead  = 8 // octets of RTCP's first header and SSRC, in the clear
	reportIndex = 4 // octets at the end
	gcmTag      = 16
	// maxReporters bounds the SSRCs whose numbers are remembered: one for each
	// stream that a client sends, and one for what it receives.
	maxReporters = 512
)

// Reports opens the RTCP of one client: RFC 7714, section 9. It has one user at a
// time.
type Reports struct {
	aead  cipher.AEAD
	salt  [gcmNonce]byte
	nonce [gcmNonce]byte
	aad   [reportHead + reportIndex]byte
	seen  map[uint32]*window // by sender
}

// NewReports derives the keys for what the client reports. It fails for other
// profiles than AES-GCM.
func NewReports(keys *Keys) (*Reports, error) {
	if keys.Profile != srtp.ProtectionProfileAeadAes128Gcm {
		return nil, fmt.Errorf("%w: profile %v", errNoKeys, keys.Profile)
	}
	aead, salt, err := keys.Remote.gcmOf(labelReportEncryption, labelReportSalt)
	if err != nil {
		return nil, err
	}
	return &Reports{aead: aead, salt: salt, seen: map[uint32]*window{}}, nil
}

// IsReport tells RTCP from the rest of what comes in on a port: RFC 7983, section
// 7, and RFC 5761, section 4.
func IsReport(packet []byte) bool {
	return len(packet) >= 2 && packet[0]>>6 == 2 && packet[1] >= 192 && packet[1] <= 223
}

// Open decrypts a compound packet where it lies, and gives it. What is refused is
// not touched.
func (r *Reports) Open(packet []byte) ([]byte, error) {
	end := len(packet) - reportIndex
	if end < reportHead+gcmTag {
		return nil, ErrRefused
	}
	sender, word := binary.BigEndian.Uint32(packet[4:]), binary.BigEndian.Uint32(packet[end:])
	index := word &^ (1 << 31)
	if index == word { // not encrypted, which DTLS-SRTP has no way to agree on
		return nil, ErrRefused
	}
	w := r.seen[sender]
	if w != nil && !w.fresh(index) {
		return nil, ErrRefused
	}
	copy(r.aad[:], packet[:reportHead])
	copy(r.aad[reportHead:], packet[end:])
	putReportNonce(&r.nonce, &r.salt, sender, index)
	if _, err := r.aead.Open(packet[reportHead:reportHead], r.nonce[:], packet[reportHead:end], r.aad[:]); err != nil {
		return nil, ErrRefused
	}
	if w == nil {
		if len(r.seen) == maxReporters {
			return nil, ErrRefused
		}
		w = &window{}
		r.seen[sender] = w
	}
	w.note(index)
	return packet[:end-gcmTag], nil
}

// putReportNonce makes the nonce of a report: RFC 7714, section 9.1.
func putReportNonce(nonce, salt *[gcmNonce]byte, ssrc, index uint32) {
	*nonce = *salt
	binary.BigEndian.PutUint32(nonce[2:], ssrc^binary.BigEndian.Uint32(salt[2:]))
	binary.BigEndian.PutUint32(nonce[8:], index^binary.BigEndian.Uint32(salt[8:]))
}

// window is which of the latest numbers of a sender have come: RFC 3711, section
// 3.3.2.
type window struct {
	begun  bool
	newest uint32
	seen   uint64 // bit i: newest-i
}

func (w *window) fresh(index uint32) bool {
	if !w.begun || index > w.newest {
		return true
	}
	behind := w.newest - index
	return behind < 64 && w.seen>>behind&1 == 0
}

// note remembers a number that is fresh.
func (w *window) note(index uint32) {
	if !w.begun {
		w.begun, w.newest, w.seen = true, index, 1
		return
	}
	if index > w.newest {
		w.seen = w.seen<<(index-w.newest) | 1 // 0 where it is further than all of them
		w.newest = index
		return
	}
	w.seen |= 1 << (w.newest - index)
}

package secure

import (
	"bytes"
	"encoding/hex"
	"sync"
	"sync/atomic"

	"github.com/pion/dtls/v2"
	"github.com/pion/dtls/v2/pkg/protocol"
	"github.com/pion/dtls/v2/pkg/protocol/extension"
	"github.com/pion/dtls/v2/pkg/protocol/handshake"
	"github.com/pion/dtls/v2/pkg/protocol/recordlayer"
	"github.com/pion/srtp/v2"
)

// Handshake learns the keys of one connection. Its methods may be called from
// anywhere.
//
// The keys are there as soon as both key exchanges are: before the client has
// proven who it is. Nothing may be sent or believed under them until DTLS has
// compared the client's certificate with the fingerprint that was signalled.
//
// A hello that somebody else slips in spoils the handshake, as it would without
// being listened to: it leads to keys that nobody has.
type Handshake struct {
	keys atomic.Pointer[Keys]

	mu     sync.Mutex // guards the rest
	random []byte     // the DTLS client's
	secret []byte
	hello  *handshake.MessageServerHello
	serves bool // the node's is the server

	offers    [2]dtls.SRTPProtectionProfile
	answering bool // a client's hello has come
	pieces    pieces
}

// Keys gives the keys, or nil as long as there are none.
func (h *Handshake) Keys() *Keys { return h.keys.Load() }

// Write takes a line of the NSS key log format, which is what
// webrtc.SettingEngine.SetDTLSKeyLogWriter hands on: the label CLIENT_RANDOM, the
// client's random number and the master secret. It never fails, so nothing of a
// line gets into somebody's error message.
func (h *Handshake) Write(line []byte) (int, error) {
	fields := bytes.Fields(line)
	if len(fields) != 3 || string(fields[0]) != "CLIENT_RANDOM" {
		return len(line), nil
	}
	random, secret := make([]byte, hex.DecodedLen(len(fields[1]))), make([]byte, hex.DecodedLen(len(fields[2])))
	_, unread := hex.Decode(random, fields[1])
	_, unsaid := hex.Decode(secret, fields[2])
	if unread == nil && unsaid == nil {
		h.mu.Lock()
		h.random, h.secret = random, secret
		h.settle()
		h.mu.Unlock()
	}
	return len(line), nil
}

// Sent hears a datagram that the node sends; all but hellos is ignored.
func (h *Handshake) Sent(datagram []byte) { h.hear(datagram, true) }

// Received hears a datagram that the client sends; all but hellos is ignored.
func (h *Handshake) Received(datagram []byte) { h.hear(datagram, false) }

func (h *Handshake) hear(datagram []byte, sent bool) {
	if len(datagram) == 0 || protocol.ContentType(datagram[0]) != protocol.ContentTypeHandshake || h.keys.Load() != nil {
		return
	}
	records, err := recordlayer.UnpackDatagram(datagram)
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, record := range records {
		if hello := serverHello(record); hello != nil && h.hello == nil { // what comes again is the same, or forged
			h.hello, h.serves = hello, sent
			h.settle()
		}
		if !sent && !h.answering {
			if hello := h.pieces.add(record); hello != nil {
				h.called(hello)
			}
		}
	}
}

// settle derives the keys when all is there. Call with mu.
func (h *Handshake) settle() {
	if h.secret == nil || h.hello == nil || h.hello.CipherSuiteID == nil || h.keys.Load() != nil {
		return
	}
	profile, ok := profileOf(h.hello.Extensions)
	if !ok {
		return
	}
	random := h.hello.Random.MarshalFixed()
	keys, err := exportKeys(h.secret, h.random, random[:], dtls.CipherSuiteID(*h.hello.CipherSuiteID), profile)
	if err != nil {
		return // the connection's media goes Pion's way
	}
	if !h.serves {
		keys.Local, keys.Remote = keys.Remote, keys.Local
	}
	h.keys.Store(keys)
	h.random, h.secret, h.hello = nil, nil, nil
}

// serverHello reads a record in the clear that is the server's hello.
func serverHello(raw []byte) *handshake.MessageServerHello {
	const kind = recordlayer.HeaderSize // where a handshake message says what it is
	var record recordlayer.RecordLayer
	if len(raw) <= kind || handshake.Type(raw[kind]) != handshake.TypeServerHello || record.Unmarshal(raw) != nil || record.Header.Epoch != 0 {
		return nil
	}
	message, ok := record.Content.(*handshake.Handshake)
	if !ok {
		return nil
	}
	hello, _ := message.Message.(*handshake.MessageServerHello) // nil for another
	return hello
}

// profileOf is the one that a server chose: RFC 5764, section 4.1.1.
func profileOf(extensions []extension.Extension) (srtp.ProtectionProfile, bool) {
	for _, e := range extensions {
		if use, ok := e.(*extension.UseSRTP); ok && len(use.ProtectionProfiles) == 1 {
			return srtp.ProtectionProfile(use.ProtectionProfiles[0]), true
		}
	}
	return 0, false
}

package secure

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func octets(tb testing.TB, text string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestDerivation is RFC 3711, appendix B.3.
func TestDerivation(t *testing.T) {
	m := Master{Key: octets(t, "E1F97A0D3E018BE0D64FA32C06DE4139"), Salt: octets(t, "0EC675AD498AFEEBB6960B3AABE6")}
	for label, want := range map[byte]string{
		labelEncryption:     "C61E7A93744F39EE10734AFE3FF7A087",
		labelAuthentication: "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4",
		labelSalt:           "30CBBC08863D8C85D49DB34A9AE1",
	} {
		if got, err := m.derive(label, len(want)/2); err != nil || !bytes.Equal(got, octets(t, want)) {
			t.Errorf("label %d: %x, %v, want %s", label, got, err, want)
		}
	}
}

// vectorSealer has the session keys of RFC 7714, section 16.
func vectorSealer(t *testing.T) *Sealer {
	t.Helper()
	block, err := aes.NewCipher(octets(t, "000102030405060708090a0b0c0d0e0f"))
	if err != nil {
		t.Fatal(err)
	}
	s := &Sealer{salt: [gcmNonce]byte(octets(t, "517569642070726f2071756f"))}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestVector is RFC 7714, section 16.1.1.
func TestVector(t *testing.T) {
	s := vectorSealer(t)
	var packet rtp.Packet
	if err := packet.Unmarshal(octets(t, "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573")); err != nil {
		t.Fatal(err)
	}
	stream := s.Stream()
	room := make([]byte, 200)
	n, err := stream.Seal(room, &packet.Header, packet.Payload)
	if want := octets(t, "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce"); err != nil || !bytes.Equal(room[:n], want) {
		t.Errorf("%x, %v, want %x", room[:n], err, want)
	}
}

// TestKeyStream is RFC 3711, appendix B.2.
func TestKeyStream(t *testing.T) {
	block, err := aes.NewCipher(octets(t, "2B7E151628AED2A6ABF7158809CF4F3C"))
	if err != nil {
		t.Fatal(err)
	}
	c := newCounterMode(&counterKeys{block: block, salt: [counterSalt]byte(octets(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))})
	want := octets(t, "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0")
	for _, n := range []int{0, 1, 15, 16, 17, 48} {
		got := make([]byte, n)
		c.cross(got, make([]byte, n), 0, 0, 0)
		if !bytes.Equal(got, want[:n]) {
			t.Errorf("%d octets: %x, want %x", n, got, want[:n])
		}
	}
}

// someKeys are a connection's, for a profile.
func someKeys(profile srtp.ProtectionProfile) *Keys {
	salt := 12
	if profile == srtp.ProtectionProfileAes128CmHmacSha1_80 {
		salt = 14
	}
	return &Keys{
		Profile: profile,
		Local:   Master{Key: []byte("local key 16 oct"), Salt: []byte("local salt 14 ")[:salt]},
		Remote:  Master{Key: []byte("remote key 16 oc"), Salt: []byte("remote salt 14")[:salt]},
	}
}

// headers is what the node puts on its packets: some have an extension.
func headers(sequence uint16, extended bool) *rtp.Header {
	h := &rtp.Header{Version: 2, PayloadType: 96, SSRC: 0xdecafbad, SequenceNumber: sequence, Timestamp: uint32(sequence) * 3000}
	if extended {
		_ = h.SetExtension(3, []byte{byte(sequence >> 8), byte(sequence)})
	}
	return h
}

// TestPionOpensIt sends more than twice around all sequence numbers, in an order
// in which packets overtake each other, are lost, and come twice.
func TestPionOpensIt(t *testing.T) {
	for _, profile := range []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80} {
		t.Run(profile.String(), func(t *testing.T) {
			keys := someKeys(profile)
			sealer, err := NewSealer(keys)
			if err != nil {
				t.Fatal(err)
			}
			stream := sealer.Stream()
			client, err := srtp.CreateContext(keys.Local.Key, keys.Local.Salt, profile)
			if err != nil {
				t.Fatal(err)
			}
			room, opened := make([]byte, 300), make([]byte, 300)
			cross := func(number int) []byte {
				header, payload := headers(uint16(number), number%2 == 0), fmt.Append(nil, "packet ", number)
				n, err := stream.Seal(room[:header.MarshalSize()+len(payload)+MaxOverhead], header, payload)
				if err != nil {
					t.Fatal(number, err)
				}
				var got rtp.Packet
				plain, err := client.DecryptRTP(opened, room[:n], nil)
				if err != nil || got.Unmarshal(plain) != nil || !bytes.Equal(got.Payload, payload) || got.Timestamp != header.Timestamp {
					t.Fatalf("packet %d: %q, %v", number, got.Payload, err)
				}
				return bytes.Clone(room[:n])
			}
			const first = 1<<15 - 1
			for number := first; number < first+150_000; number += 3 {
				cross(number + 2)
				once := cross(number)
				if number%30 == 0 && !bytes.Equal(once, cross(number)) {
					t.Fatalf("packet %d has two forms", number)
				}
				if number%300 == 0 && number > first+500 {
					cross(number - 400) // asked for again
				}
			}
		})
	}
}

func TestIndex(t *testing.T) {
	var i index
	number := uint64(7)
	for range 400_000 {
		number += 97
		for _, late := range []uint64{0, 1, 60, 30_000} {
			if late > number-7 {
				continue
			}
			want := number - late
			if roc, ok := i.next(uint16(want)); !ok || roc != uint32(want>>16) {
				t.Fatalf("%d is taken for %d around, %v", want, roc, ok)
			}
		}
	}
	i = index{begun: true, roc: 1<<32 - 1, sequence: 65_000}
	if _, ok := i.next(65_100); !ok {
		t.Error("the last numbers are refused")
	}
	if roc, ok := i.next(3); ok {
		t.Errorf("used numbers are used again: %d", roc)
	}
	i = index{}
	i.next(5)
	if _, ok := i.next(65_000); ok {
		t.Error("there is a packet before the first round")
	}
}

func TestSealingAllocatesNothing(t *testing.T) {
	for _, profile := range profiles {
		sealer, err := NewSealer(someKeys(profile))
		if err != nil {
			t.Fatal(err)
		}
		stream := sealer.Stream()
		room, header, payload := make([]byte, 1500), headers(1, true), make([]byte, 1200)
		if allocs := testing.AllocsPerRun(1000, func() {
			header.SequenceNumber++
			if _, err := stream.Seal(room, header, payload); err != nil {
				t.Fatal(err)
			}
		}); allocs != 0 {
			t.Errorf("%v: %v allocations a packet, want none", profile, allocs)
		}
	}
}

// TestRoomThatIsTooShort is said, and not written beyond.
func TestRoomThatIsTooShort(t *testing.T) {
	sealer, err := NewSealer(someKeys(srtp.ProtectionProfileAes128CmHmacSha1_80))
	if err != nil {
		t.Fatal(err)
	}
	header, payload := headers(1, true), make([]byte, 100)
	enough := header.MarshalSize() + len(payload) + counterTag
	for _, n := range []int{0, 11, enough - counterTag, enough - 1} {
		if size, err := sealer.Stream().Seal(make([]byte, n, 200), header, payload); err == nil {
			t.Errorf("%d octets in room of %d", size, n)
		}
	}
	if size, err := sealer.Stream().Seal(make([]byte, enough), header, payload); err != nil || size != enough {
		t.Errorf("%d octets, %v, want %d", size, err, enough)
	}
}

func TestProfilesThatAreNotSealed(t *testing.T) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	keys.Profile = srtp.ProtectionProfileNullHmacSha1_80
	if _, err := NewSealer(keys); err == nil {
		t.Error("a profile without encryption is taken")
	}
}

func TestKeysSayNothing(t *testing.T) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "keys", keys)
	for _, text := range []string{fmt.Sprint(keys), fmt.Sprintf("%+v %#v %s", keys, keys, keys), log.String()} {
		if strings.Contains(text, "local") || strings.Contains(text, "6c6f63616c") || strings.Contains(text, "108") {
			t.Errorf("a key is told: %s", text)
		}
	}
}

// BenchmarkSeal is one packet of video.
func BenchmarkSeal(b *testing.B) {
	for _, profile := range []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80} {
		for _, size := range []int{80, 1200} {
			b.Run(fmt.Sprint(profile, "/", size), func(b *testing.B) {
				sealer, err := NewSealer(someKeys(profile))
				if err != nil {
					b.Fatal(err)
				}
				stream := sealer.Stream()
				room, header, payload := make([]byte, 1500), headers(1, true), make([]byte, size)
				b.ReportAllocs()
				for b.Loop() {
					header.SequenceNumber++
					if _, err := stream.Seal(room, header, payload); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

package secure

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"
)

// client seals as a client of the keys' does, with Pion.
func client(tb testing.TB, keys *Keys) func(sequence uint16, payload []byte) []byte {
	tb.Helper()
	context, err := srtp.CreateContext(keys.Remote.Key, keys.Remote.Salt, keys.Profile)
	if err != nil {
		tb.Fatal(err)
	}
	return func(sequence uint16, payload []byte) []byte {
		plain, err := (&rtp.Packet{Header: *headers(sequence, sequence%2 == 0), Payload: payload}).Marshal()
		if err != nil {
			tb.Fatal(err)
		}
		sealed, err := context.EncryptRTP(nil, plain, nil)
		if err != nil {
			tb.Fatal(err)
		}
		return sealed
	}
}

func opener(tb testing.TB, profile srtp.ProtectionProfile) (*Opener, func(uint16, []byte) []byte) {
	tb.Helper()
	keys := someKeys(profile)
	o, err := NewOpener(keys)
	if err != nil {
		tb.Fatal(err)
	}
	return o, client(tb, keys)
}

var profiles = []srtp.ProtectionProfile{srtp.ProtectionProfileAeadAes128Gcm, srtp.ProtectionProfileAes128CmHmacSha1_80}

// headerSize is where the payload of a packet of headers begins.
func headerSize(tb testing.TB, packet []byte) (int, uint32) {
	tb.Helper()
	var h rtp.Header
	size, err := h.Unmarshal(packet)
	if err != nil {
		tb.Fatal(err)
	}
	return size, h.SSRC
}

func TestPionsPacketsAreOpened(t *testing.T) {
	for _, profile := range profiles {
		t.Run(profile.String(), func(t *testing.T) {
			o, seal := opener(t, profile)
			room := make([]byte, 300)
			late := map[uint64][]byte{}
			for index := uint64(30_000); index < 30_000+150_000; index += 3 {
				want := fmt.Append(nil, "packet ", index)
				sealed := seal(uint16(index), want)
				before := bytes.Clone(sealed)
				if index%300 == 0 {
					late[index+900] = sealed
				}
				check := func(sealed []byte, index uint64, want []byte) {
					size, ssrc := headerSize(t, sealed)
					opened, err := o.Open(room[:0], sealed, size, ssrc, index)
					if err != nil || !bytes.Equal(opened[:size], sealed[:size]) || !bytes.Equal(opened[size:], want) {
						t.Fatalf("packet %d: %q, %v", index, opened, err)
					}
				}
				check(sealed, index, want)
				if !bytes.Equal(sealed, before) {
					t.Fatal("the datagram was changed: who reads it next could not open it")
				}
				if old := late[index]; old != nil {
					check(old, index-900, fmt.Append(nil, "packet ", index-900))
				}
			}
		})
	}
}

func TestForgedPacketsAreRefused(t *testing.T) {
	for _, profile := range profiles {
		t.Run(profile.String(), func(t *testing.T) {
			o, seal := opener(t, profile)
			sealed := seal(100, []byte("media"))
			size, ssrc := headerSize(t, sealed)
			room := make([]byte, 300)
			refused := func(what string, packet []byte, ssrc uint32, index uint64) {
				t.Helper()
				if opened, err := o.Open(room[:0], packet, size, ssrc, index); !errors.Is(err, ErrForged) {
					t.Errorf("%s: %q, %v", what, opened, err)
				}
			}
			for i := range sealed {
				changed := bytes.Clone(sealed)
				changed[i] ^= 4
				if _, err := new(rtp.Header).Unmarshal(changed); err == nil && i >= size {
					refused(fmt.Sprint("octet ", i), changed, ssrc, 100)
				}
			}
			for n := size; n < len(sealed); n++ {
				refused(fmt.Sprint("cut at ", n), sealed[:n], ssrc, 100)
			}
			changed := bytes.Clone(sealed)
			changed[7]++ // its time
			refused("another header", changed, ssrc, 100)
			refused("another counter", sealed, ssrc, 100+1<<16)
		})
	}
}

func TestOpeningAllocatesNothing(t *testing.T) {
	for _, profile := range profiles {
		o, seal := opener(t, profile)
		sealed, room := seal(100, make([]byte, 1200)), make([]byte, 1500)
		size, ssrc := headerSize(t, sealed)
		if allocs := testing.AllocsPerRun(100, func() {
			if _, err := o.Open(room[:0], sealed, size, ssrc, 100); err != nil {
				t.Fatal(err)
			}
		}); allocs != 0 {
			t.Errorf("%v: %v allocations a packet", profile, allocs)
		}
	}
}

// FuzzOpen: nothing is opened that the client has not sealed, and nothing crashes.
func FuzzOpen(f *testing.F) {
	openers := map[srtp.ProtectionProfile]*Opener{}
	for _, profile := range profiles {
		o, seal := opener(f, profile)
		openers[profile] = o
		sealed := seal(100, []byte("media"))
		sealed[20] ^= 1
		f.Add(sealed, uint64(100))
	}
	f.Fuzz(func(t *testing.T, packet []byte, index uint64) {
		var h rtp.Header
		size, err := h.Unmarshal(packet)
		if err != nil {
			return
		}
		room := make([]byte, 0, len(packet))
		for profile, o := range openers {
			if opened, err := o.Open(room, packet, size, h.SSRC, index&(1<<48-1)); err == nil {
				t.Errorf("%v: opened %x", profile, opened)
			}
		}
	})
}

// BenchmarkOpen is a packet of sound, and one of video.
func BenchmarkOpen(b *testing.B) {
	for _, profile := range profiles {
		for _, size := range []int{80, 1200} {
			b.Run(fmt.Sprint(profile, "/", size), func(b *testing.B) {
				o, seal := opener(b, profile)
				sealed, room := seal(100, make([]byte, size)), make([]byte, 1500)
				head, ssrc := headerSize(b, sealed)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := o.Open(room[:0], sealed, head, ssrc, 100); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

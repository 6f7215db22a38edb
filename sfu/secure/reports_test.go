package secure

import (
	"bytes"
	"testing"

	"github.com/pion/rtcp"
	"github.com/pion/srtp/v2"
)

// compound is something that a client reports.
func compound(tb testing.TB) []byte {
	tb.Helper()
	raw, err := rtcp.Marshal([]rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: 5, Reports: []rtcp.ReceptionReport{{SSRC: 77, FractionLost: 3}}},
		&rtcp.TransportLayerNack{SenderSSRC: 5, MediaSSRC: 77, Nacks: []rtcp.NackPair{{PacketID: 12, LostPackets: 9}}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// reporter seals what a client reports, by Pion.
func reporter(tb testing.TB, keys *Keys) func(raw []byte) []byte {
	tb.Helper()
	context, err := srtp.CreateContext(keys.Remote.Key, keys.Remote.Salt, keys.Profile)
	if err != nil {
		tb.Fatal(err)
	}
	return func(raw []byte) []byte {
		sealed, err := context.EncryptRTCP(nil, raw, nil)
		if err != nil {
			tb.Fatal(err)
		}
		return sealed
	}
}

func TestReportsOfPion(t *testing.T) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	reports, err := NewReports(keys)
	if err != nil {
		t.Fatal(err)
	}
	seal, plain := reporter(t, keys), compound(t)
	var waiting [][]byte
	for range 300 {
		waiting = append(waiting, seal(plain))
	}
	open := func(i int) error {
		got, err := reports.Open(bytes.Clone(waiting[i]))
		if err == nil && !bytes.Equal(got, plain) {
			t.Fatalf("report %d: %x, want %x", i, got, plain)
		}
		return err
	}
	for i := 2; i < len(waiting); i += 3 { // they overtake each other
		for _, next := range []int{i, i - 2, i - 1} {
			if !IsReport(waiting[next]) || open(next) != nil {
				t.Fatalf("report %d is not opened", next)
			}
			if open(next) == nil {
				t.Fatalf("report %d is opened twice", next)
			}
		}
	}
	if open(0) == nil {
		t.Error("a report from long ago is opened again")
	}
}

func TestReportsThatAreNobodys(t *testing.T) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	reports, err := NewReports(keys)
	if err != nil {
		t.Fatal(err)
	}
	sealed := reporter(t, keys)(compound(t))
	for i := range sealed {
		for _, flip := range []byte{1, 0x80} {
			forged := bytes.Clone(sealed)
			forged[i] ^= flip
			if _, err := reports.Open(forged); err == nil {
				t.Fatalf("opened with octet %d changed", i)
			}
		}
	}
	for n := range sealed {
		if _, err := reports.Open(bytes.Clone(sealed[:n])); err == nil {
			t.Fatalf("opened with %d octets", n)
		}
	}
	if _, err := reports.Open(sealed); err != nil {
		t.Errorf("the true one is refused after forged ones: %v", err)
	}
	other := someKeys(srtp.ProtectionProfileAes128CmHmacSha1_80)
	if _, err := NewReports(other); err == nil {
		t.Error("another profile is taken")
	}
}

// TestReportVector is RFC 7714, section 17.1.
func TestReportVector(t *testing.T) {
	sealer := vectorSealer(t)
	reports := &Reports{aead: sealer.aead, salt: sealer.salt, seen: map[uint32]*window{}}
	got, err := reports.Open(octets(t, "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4"))
	if want := octets(t, "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef deadbeef deadbeef deadbeef"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%x, %v, want %x", got, err, want)
	}
}

func TestOpeningReportsAllocatesNothing(t *testing.T) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	reports, err := NewReports(keys)
	if err != nil {
		t.Fatal(err)
	}
	seal, plain := reporter(t, keys), compound(t)
	var sealed [][]byte
	for range 300 {
		sealed = append(sealed, seal(plain))
	}
	if allocs := testing.AllocsPerRun(250, func() {
		if _, err := reports.Open(sealed[0]); err != nil {
			t.Fatal(err)
		}
		sealed = sealed[1:]
	}); allocs != 0 {
		t.Errorf("%v allocations a report, want none", allocs)
	}
}

func FuzzReports(f *testing.F) {
	keys := someKeys(srtp.ProtectionProfileAeadAes128Gcm)
	f.Add(reporter(f, keys)(compound(f)))
	f.Fuzz(func(t *testing.T, packet []byte) {
		reports, err := NewReports(keys)
		if err != nil {
			t.Fatal(err)
		}
		if opened, err := reports.Open(packet); err == nil && len(opened) < reportHead {
			t.Error("a report without a head")
		}
	})
}

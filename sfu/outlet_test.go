package sfu

import (
	"testing"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v2"

	"parley/sfu/secure"
)

// wrapped is what Pion gives to tracks.
type wrapped struct{ writes int }

func (w *wrapped) WriteRTP(*rtp.Header, []byte) (int, error) { w.writes++; return 0, nil }
func (w *wrapped) Write([]byte) (int, error)                 { return 0, nil }

func TestOutletWritesToWhatIsWrapped(t *testing.T) {
	outlets, pions, inner := newOutlets(newLane(testFlow(), nil)), &wrapped{}, 0
	sender := outlets.open("a", pions)
	header, payload := &rtp.Header{}, []byte("media")
	write := func() { _, _ = sender.WriteRTP(header, payload) }
	write()
	if pions.writes != 1 {
		t.Error("before it is bound, a sender writes to what it was given")
	}
	for _, id := range []string{"a", "another"} {
		outlets.BindLocalStream(&interceptor.StreamInfo{ID: id}, interceptor.RTPWriterFunc(func(h *rtp.Header, p []byte, _ interceptor.Attributes) (int, error) {
			if id == "a" && h == header && len(p) == len(payload) {
				inner++
			}
			return len(p), nil
		}))
	}
	if allocs := testing.AllocsPerRun(100, write); allocs != 0 || inner != 101 || pions.writes != 1 {
		t.Errorf("%v allocations, %d packets to what is wrapped, %d to the wrapper", allocs, inner, pions.writes)
	}
	// Two ways of sealing would use numbers twice.
	sealer, err := secure.NewSealer(&secure.Keys{
		Profile: srtp.ProtectionProfileAeadAes128Gcm, Local: secure.Master{Key: make([]byte, 16), Salt: make([]byte, 12)},
	})
	if err != nil {
		t.Fatal(err)
	}
	outlets.lane.sealer.Store(sealer)
	if write(); inner != 102 {
		t.Error("a stream is sealed in two ways")
	}
	header.SSRC++
	if write(); inner != 102 {
		t.Error("a stream that begins when the keys are there goes Pion's way")
	}
	if ours, pions := outlets.lane.count(); ours != 1 || pions != 1 {
		t.Errorf("the node seals %d streams and Pion %d, want one each", ours, pions)
	}
	outlets.UnbindLocalStream(&interceptor.StreamInfo{ID: "a"})
	if len(outlets.senders) != 0 {
		t.Error("a sender that has ended is kept")
	}
}

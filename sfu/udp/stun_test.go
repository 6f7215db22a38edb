package udp

import (
	"bytes"
	"testing"

	"github.com/pion/stun/v3"
)

// FuzzBindingRequest compares what is read of a datagram with what Pion reads,
// which takes more of it into account and is slower.
func FuzzBindingRequest(f *testing.F) {
	for _, setters := range [][]stun.Setter{
		{stun.TransactionID, stun.BindingRequest, stun.NewUsername("ours:theirs"), stun.Fingerprint},
		{stun.TransactionID, stun.BindingRequest, stun.NewSoftware("odd"), stun.NewUsername("a:b:c")},
		{stun.TransactionID, stun.BindingRequest, stun.NewUsername("no colon")},
		{stun.TransactionID, stun.BindingRequest},
		{stun.TransactionID, stun.BindingSuccess, stun.NewUsername("ours:theirs")},
	} {
		f.Add(stun.MustBuild(setters...).Raw)
	}
	f.Add([]byte{0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0xff, 0xff, 'a', ':'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, ufrag := bindingRequest(raw)
		if success := bindingSuccess(raw); request && success {
			t.Error("request and answer at once")
		}
		message := &stun.Message{Raw: bytes.Clone(raw)}
		if message.Decode() != nil || message.Type != stun.BindingRequest {
			return // what Pion's agent drops may be read in any way
		}
		if raw[0] > 3 {
			return // RFC 8489, section 5: the first two bits tell STUN from the rest; Pion lets that pass
		}
		if !request {
			t.Error("a request is not seen")
		}
		if name, err := message.Get(stun.AttrUsername); err == nil && len(name) <= maxUsernameLen {
			want, _, found := bytes.Cut(name, []byte{':'})
			if found && !bytes.Equal(ufrag, want) || !found && len(ufrag) > 0 {
				t.Errorf("the receiver's name is read as %q of %q", ufrag, name)
			}
		}
	})
}

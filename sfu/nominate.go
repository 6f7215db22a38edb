package sfu

import (
	"strings"

	"github.com/pion/ice/v2"
	"github.com/pion/stun"
)

// firstWay takes the first way that a client proves as good, until the client
// chooses one. Chromium names no pair to an ICE-lite agent before it has had an
// answer, and then only with its next check, 50 ms later: the DTLS handshake
// would wait for that.
//
// The agent calls it for requests that carry the session's password. So whoever
// could have a handshake sent to an address that is not theirs could do so by a
// nomination of their own (RFC 8445, section 7.3.1.5): nothing is opened by it.
func firstWay(s *startup) func(m *stun.Message, local, remote ice.Candidate, pair *ice.CandidatePair) bool {
	var generation string // user name of the session's requests; another one after an ICE restart
	return func(m *stun.Message, _, _ ice.Candidate, _ *ice.CandidatePair) bool {
		name, err := m.Get(stun.AttrUsername)
		ours, _, _ := strings.Cut(string(name), ":")
		if err != nil || ours == generation {
			return false
		}
		generation = ours
		return s.prove()
	}
}

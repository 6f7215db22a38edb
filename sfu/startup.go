package sfu

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v3"
)

// startupTime is how long the end of a connection waits for its start. That is
// a matter of microseconds; the bound is for what nobody has thought of.
const startupTime = 5 * time.Second

// startup keeps the end of a connection from falling into its start. Pion lets
// both run at once (webrtc v3.3.6, ICETransport.Start and stop): an agent that
// connects just then writes its state over "closed", Start goes on, and stop
// looks at what Start is writing without the lock. At worst it closes what was
// nil a moment ago, and the node is gone with all its meetings.
//
// An agent connects when a client has proven a way, which firstWay is asked
// about; and Start is over when DTLS begins. So an end either comes first, and
// no way is good any more, or it waits for DTLS to begin.
type startup struct {
	mu     sync.Mutex
	ended  bool
	proven bool

	once  sync.Once
	begun chan struct{} // closed when DTLS has begun
}

func newStartup() *startup { return &startup{begun: make(chan struct{})} }

// prove says whether a way may be taken. It is called right before ICE connects.
func (s *startup) prove() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.proven = true
	return true
}

// follow hears how DTLS stands.
func (s *startup) follow(state webrtc.DTLSTransportState) {
	if state != webrtc.DTLSTransportStateNew {
		s.once.Do(func() { close(s.begun) })
	}
}

// end makes it safe to close the connection. It may be called more than once, and
// not by Pion's callbacks, which it may wait for.
func (s *startup) end() {
	s.mu.Lock()
	s.ended = true
	proven := s.proven
	s.mu.Unlock()
	if !proven {
		return
	}
	late := time.NewTimer(startupTime)
	defer late.Stop()
	select {
	case <-s.begun:
	case <-late.C:
	}
}

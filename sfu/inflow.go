package sfu

import (
	"io"
	"sync"

	"github.com/pion/transport/v2/packetio"
)

const (
	inflowBytes = 1 << 20 // of a stream that is not read
	burstMost   = 16      // packets that are forwarded in one go
)

// inflow is what has come in on one connection and waits to be read. Pion
// reads a stream a packet at a time and blocks for the next; by its buffers
// one can see whether there is a next one already.
type inflow struct {
	mu      sync.Mutex
	streams map[uint32]*packetio.Buffer // of RTP, by SSRC
}

func newInflow() *inflow { return &inflow{streams: map[uint32]*packetio.Buffer{}} }

// buffer makes the buffer of a stream. It is a webrtc.SettingEngine's factory.
func (f *inflow) buffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	b.SetLimitSize(inflowBytes)
	if kind != packetio.RTPBufferPacket {
		return b
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams[ssrc] = b
	return &instream{Buffer: b, from: f, ssrc: ssrc}
}

// instream is a stream's buffer, which the connection forgets when it is
// closed.
type instream struct {
	*packetio.Buffer
	from *inflow
	ssrc uint32
}

// Close implements io.Closer.
func (s *instream) Close() error {
	s.from.mu.Lock()
	defer s.from.mu.Unlock()
	if s.from.streams[s.ssrc] == s.Buffer {
		delete(s.from.streams, s.ssrc)
	}
	return s.Buffer.Close()
}

// waiting says whether a stream can be read without blocking.
func (f *inflow) waiting(ssrc uint32) func() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.streams[ssrc]
	return func() bool { return b != nil && b.Count() > 0 }
}

// readBursts passes a stream on, as many packets at a time as have come in,
// until it ends. It never waits for a second packet.
func readBursts(read func([]byte) (int, error), waiting func() bool, write func(...[]byte)) {
	var space [burstMost][]byte
	var burst [burstMost][]byte
	for {
		n := 0
		for n == 0 || n < burstMost && waiting() {
			if space[n] == nil {
				space[n] = make([]byte, receiveMTU)
			}
			size, err := read(space[n])
			if err != nil {
				write(burst[:n]...)
				return
			}
			burst[n] = space[n][:size]
			n++
		}
		write(burst[:n]...)
	}
}

package sfu

import (
	"io"
	"sync"

	"github.com/pion/transport/v2/packetio"
)

const (
	inflowBytes = 1 << 20  // of a stream that is not read
	reportBytes = 32 << 10 // of what is reported about or beside it
	burstMost   = 16       // packets that are forwarded in one go
)

// inflow is what has come in on one connection and waits to be read. Pion
// reads a stream a packet at a time and blocks for the next; by its buffers
// one can see whether there is a next one already.
type inflow struct {
	mu      sync.Mutex
	streams map[uint32]*packetio.Buffer // of RTP, by SSRC
	reports map[uint32]func([]byte)     // who hears RTCP of a stream, by its SSRC
}

func newInflow() *inflow {
	return &inflow{streams: map[uint32]*packetio.Buffer{}, reports: map[uint32]func([]byte){}}
}

// buffer makes the buffer of a stream. It is a webrtc.SettingEngine's factory.
func (f *inflow) buffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	if kind != packetio.RTPBufferPacket {
		b.SetLimitSize(reportBytes)
		return &reportStream{Buffer: b, from: f, ssrc: ssrc}
	}
	b.SetLimitSize(inflowBytes)
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

// reportStream is the RTCP of a stream.
type reportStream struct {
	*packetio.Buffer
	from *inflow
	ssrc uint32
}

// Write implements io.Writer: who listens hears at once, and nothing is kept.
func (s *reportStream) Write(packet []byte) (int, error) {
	s.from.mu.Lock()
	listener := s.from.reports[s.ssrc]
	s.from.mu.Unlock()
	if listener == nil {
		return s.Buffer.Write(packet)
	}
	listener(packet)
	return len(packet), nil
}

// listen has a function hear the RTCP of a stream that comes in, until it is
// given none. It is called from the connection's own goroutine, must not block,
// and must not keep the packet. To read them from the receiver instead would
// need a goroutine for each, and Pion does that without a lock where a receiver
// has several streams (RTPReceiver.ReadSimulcast of webrtc v3.3.6).
func (f *inflow) listen(ssrc uint32, listener func([]byte)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if listener == nil {
		delete(f.reports, ssrc)
	} else {
		f.reports[ssrc] = listener
	}
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

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
//
// It ends all reads with the connection, which Pion does not: a stream that is
// found while its connection closes is read for ever (webrtc v3.3.6,
// PeerConnection.startReceiver and handleIncomingSSRC).
type inflow struct {
	mu      sync.Mutex
	closed  bool
	open    map[*packetio.Buffer]struct{}
	streams map[uint32]*packetio.Buffer // of RTP, by SSRC
	reports map[uint32]func([]byte)     // who hears RTCP of a stream, by its SSRC
}

func newInflow() *inflow {
	return &inflow{
		open: map[*packetio.Buffer]struct{}{}, streams: map[uint32]*packetio.Buffer{}, reports: map[uint32]func([]byte){},
	}
}

// buffer makes the buffer of a stream. It is a webrtc.SettingEngine's factory.
func (f *inflow) buffer(kind packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	b := packetio.NewBuffer()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		_ = b.Close() // always nil
		return b
	}
	f.open[b] = struct{}{}
	stream := instream{Buffer: b, from: f, ssrc: ssrc}
	if kind != packetio.RTPBufferPacket {
		b.SetLimitSize(reportBytes)
		return &reportStream{stream}
	}
	b.SetLimitSize(inflowBytes)
	f.streams[ssrc] = b
	return &stream
}

// close ends all reads, now and of streams that are yet to be found.
func (f *inflow) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for b := range f.open {
		_ = b.Close() // always nil
	}
	clear(f.open)
	clear(f.streams)
	clear(f.reports)
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
	delete(s.from.open, s.Buffer)
	if s.from.streams[s.ssrc] == s.Buffer {
		delete(s.from.streams, s.ssrc)
	}
	return s.Buffer.Close()
}

// reportStream is the RTCP of a stream.
type reportStream struct{ instream }

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

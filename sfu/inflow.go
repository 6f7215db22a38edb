package sfu

import (
	"io"
	"sync"

	"github.com/pion/rtcp"
	"github.com/pion/transport/v2/packetio"

	"parley/sfu/receive"
)

const (
	searchBytes = 64 << 10 // of a stream that Pion looks at, until it is attached
	reportBytes = 32 << 10 // of what is reported about or beside it
)

// inflow is what comes in on one connection: the buffers that Pion gives it to.
// Media goes on from there at once, in the goroutine that decrypts it; to wait in
// a buffer for a goroutine of its own would cost a copy and a wake-up. Pion reads
// only the first packets of a stream: enough to find out whose it is.
//
// It ends all reads with the connection, which Pion does not: a stream that is
// found while its connection closes is read for ever (webrtc v3.3.6,
// PeerConnection.startReceiver and handleIncomingSSRC).
type inflow struct {
	flow *receive.Flow

	mu      sync.Mutex
	closed  bool
	open    map[*packetio.Buffer]struct{}
	reports map[uint32]func([]byte) // who hears RTCP of a stream, by its SSRC
}

func newInflow(flow *receive.Flow) *inflow {
	return &inflow{flow: flow, open: map[*packetio.Buffer]struct{}{}, reports: map[uint32]func([]byte){}}
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
	b.SetLimitSize(searchBytes)
	return &mediaStream{instream: stream}
}

// close ends all reads, now and of streams that are yet to be found.
func (f *inflow) close() {
	f.flow.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for b := range f.open {
		_ = b.Close() // always nil
	}
	clear(f.open)
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
	return s.Buffer.Close()
}

// mediaStream is the RTP of a stream. Write has one caller.
type mediaStream struct {
	instream
	found bool
}

// Write implements io.Writer.
func (s *mediaStream) Write(packet []byte) (int, error) {
	switch known := s.from.flow.Arrived(packet); {
	case !known && !s.found:
		_, _ = s.Buffer.Write(packet) // when it is full, Pion has enough to look at
	case known && !s.found:
		s.found = true
		_ = s.instream.Close() // always nil; nobody reads it any more
	}
	return len(packet), nil
}

// Close implements io.Closer: Pion has stopped the receiver, or the connection.
func (s *mediaStream) Close() error {
	s.from.flow.Gone(s.ssrc)
	return s.instream.Close()
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

// rawReport is RTCP that is marshalled already.
func rawReport(packets []byte) []rtcp.Packet {
	raw := rtcp.RawPacket(packets)
	return []rtcp.Packet{&raw}
}

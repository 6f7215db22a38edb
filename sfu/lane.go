package sfu

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/receive"
	"parley/sfu/secure"
	"parley/sfu/udp"
)

// lane is one connection's part of the media port. It stands between Pion's ICE
// agent and the port, sees what passes, and so knows three things that Pion does
// not tell: the keys of the connection, when the client has proven who it is, and
// which way what is not STUN goes just now. With them media takes a way of its
// own, past Pion.
type lane struct {
	handshake secure.Handshake
	startup   *startup
	flow      *receive.Flow
	sealer    atomic.Pointer[secure.Sealer] // nil until DTLS is done; and for good, if the keys are not known then
	opener    atomic.Pointer[secure.Opener] // likewise
	exit      atomic.Pointer[exit]          // nil as long as there is no way, and after close
	closed    atomic.Bool

	reading sync.Mutex      // there is a reader for each local address
	reports *secure.Reports // guarded by reading; nil: Pion opens RTCP
	shownAt time.Time       // guarded by reading; when Pion was last shown a report
	heard   func(compound []byte)

	mu      sync.Mutex
	streams map[uint32]*secure.Stream // by SSRC; nil: this one goes Pion's way
}

// exit is a way out: from a conn of the port's to an address.
type exit struct {
	conn net.PacketConn
	to   net.Addr
	road *udp.Road // nil: over TCP
}

// newLane makes the lane of a connection; flow takes the media that comes in, heard
// what the client reports, both in the goroutine that reads.
func newLane(flow *receive.Flow, heard func(compound []byte)) *lane {
	return &lane{startup: newStartup(), flow: flow, heard: heard, streams: map[uint32]*secure.Stream{}}
}

// watch follows a connection: when DTLS is done, and where ICE goes.
func (l *lane) watch(pc *webrtc.PeerConnection) {
	dtls := pc.SCTP().Transport()
	dtls.OnStateChange(func(state webrtc.DTLSTransportState) {
		l.startup.follow(state)
		if state == webrtc.DTLSTransportStateConnected { // the certificate is the one that was signalled
			l.open()
		}
	})
	// Pion writes to the selected pair only: what it writes says which one it is.
	dtls.ICETransport().OnSelectedCandidatePairChange(func(*webrtc.ICECandidatePair) {
		// It fails before DTLS is done, whose own packets do it then.
		_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: reporterSSRC}})
	})
}

// open begins to seal what streams that begin from now on send, and to open what
// is known of what comes.
func (l *lane) open() {
	keys := l.handshake.Keys()
	if keys == nil {
		return
	}
	if sealer, err := secure.NewSealer(keys); err == nil {
		l.sealer.Store(sealer)
	}
	if opener, err := secure.NewOpener(keys); err == nil {
		l.opener.Store(opener)
	}
	if reports, err := secure.NewReports(keys); err == nil {
		l.reading.Lock()
		l.reports = reports
		l.reading.Unlock()
	}
}

// lifeEvery is how often the ICE agent sees a report. It counts what it reads: a
// client that receives and reports all the time has no need to send checks (Pion's
// does not), and would pass for disconnected after eight seconds.
const lifeEvery = time.Second

// report takes RTCP. It says false when it is for Pion to read. Pion itself has no
// use for it, beyond knowing that the client is there: what it gets is opened
// already, and refused.
func (l *lane) report(packet []byte) bool {
	l.reading.Lock()
	if l.reports == nil {
		l.reading.Unlock()
		return false
	}
	compound, err := l.reports.Open(packet)
	shown := time.Since(l.shownAt) < lifeEvery
	if err == nil && !shown {
		l.shownAt = time.Now()
	}
	l.reading.Unlock()
	if err == nil {
		l.heard(compound)
	}
	return err != nil || shown
}

// close ends what is sent past Pion, and what is read for it: an answer to a check
// of its own would make the agent connect.
func (l *lane) close() {
	l.closed.Store(true)
	l.exit.Store(nil)
}

// stream gives what seals a SSRC, for its whole life; nil: Pion does.
func (l *lane) stream(ssrc uint32) *secure.Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, decided := l.streams[ssrc]
	if decided {
		return s
	}
	if sealer := l.sealer.Load(); sealer != nil {
		s = sealer.Stream()
	}
	l.streams[ssrc] = s
	return s
}

// send seals a packet and sends it. What there is no way for is lost, as
// datagrams are.
func (l *lane) send(s *secure.Stream, header *rtp.Header, payload []byte) (int, error) {
	way := l.exit.Load()
	if way == nil {
		return 0, net.ErrClosed
	}
	size := header.MarshalSize() + len(payload) + secure.MaxOverhead
	if way.road == nil {
		return way.sendCopy(s, size, header, payload)
	}
	room := way.road.Begin(size)
	if room == nil {
		return 0, net.ErrClosed
	}
	n, err := s.Seal(room, header, payload)
	way.road.End(n)
	return n, err
}

// rooms are for packets on their way over TCP.
var rooms = sync.Pool{New: func() any { return new([receiveMTU]byte) }}

// sendCopy sends over TCP, where what is written is copied anyway.
func (w *exit) sendCopy(s *secure.Stream, size int, header *rtp.Header, payload []byte) (int, error) {
	space, _ := rooms.Get().(*[receiveMTU]byte)
	defer rooms.Put(space)
	room := space[:]
	if size > len(room) {
		room = make([]byte, size)
	}
	n, err := s.Seal(room, header, payload)
	if err != nil {
		return n, err
	}
	return w.conn.WriteTo(room[:n], w.to)
}

// passed hears what Pion has written.
func (l *lane) passed(datagram []byte, conn net.PacketConn, to net.Addr) {
	if len(datagram) == 0 || datagram[0] < 20 { // STUN: RFC 7983, section 7
		return
	}
	l.handshake.Sent(datagram)
	if now := l.exit.Load(); l.closed.Load() || now != nil && now.conn == conn && now.to == to {
		return
	}
	next := &exit{conn: conn, to: to}
	if to.Network() == "udp" {
		road, err := udp.RoadTo(conn, to)
		if err != nil {
			return // Pion's write has failed too
		}
		next.road = road
	}
	l.exit.Store(next)
	if l.closed.Load() {
		l.exit.Store(nil)
	}
}

// laneConn is what an ICE agent has of the port.
type laneConn struct {
	net.PacketConn
	lane  *lane
	queue queue // nil: over TCP
}

// queue says whether there is more to read.
type queue interface{ Waiting() bool }

// ReadFrom implements net.PacketConn. Media of streams that are known is opened and
// forwarded right here; it gives what there is for Pion.
func (c laneConn) ReadFrom(b []byte) (int, net.Addr, error) {
	var run *receive.Run
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		taken := false
		switch packet := b[:n]; {
		case err != nil:
		case receive.IsRTP(packet):
			run, taken = c.lane.take(run, packet)
		case secure.IsReport(packet):
			taken = c.lane.report(packet)
		}
		if run != nil && (!taken || c.queue == nil || !c.queue.Waiting()) {
			run.Flush()
			run = nil
		}
		if taken || err == nil && c.lane.closed.Load() {
			continue
		}
		if err == nil {
			c.lane.handshake.Received(b[:n])
		}
		return n, from, err
	}
}

// take opens a packet and puts it to those that came with it, if it is of a stream
// that is known.
func (l *lane) take(run *receive.Run, packet []byte) (*receive.Run, bool) {
	opener := l.opener.Load()
	if opener == nil {
		return run, false
	}
	if run == nil {
		run = l.flow.Run(opener)
	}
	return run, run.Take(packet)
}

// WriteTo implements net.PacketConn.
func (c laneConn) WriteTo(b []byte, to net.Addr) (int, error) {
	n, err := c.PacketConn.WriteTo(b, to)
	if err == nil {
		c.lane.passed(b, c.PacketConn, to)
	}
	return n, err
}

// udpLane is a lane's UDP side.
type udpLane struct {
	ice.UDPMux
	lane *lane
}

// GetConn implements ice.UDPMux.
func (u udpLane) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	conn, err := u.UDPMux.GetConn(ufrag, addr)
	if err != nil {
		return nil, err
	}
	waits, _ := conn.(queue)
	return laneConn{PacketConn: conn, lane: u.lane, queue: waits}, nil
}

// tcpLane is a lane's TCP side.
type tcpLane struct {
	ice.TCPMux
	lane *lane
}

// GetConnByUfrag implements ice.TCPMux.
func (t tcpLane) GetConnByUfrag(ufrag string, isIPv6 bool, local net.IP) (net.PacketConn, error) {
	conn, err := t.TCPMux.GetConnByUfrag(ufrag, isIPv6, local)
	if err != nil {
		return nil, err
	}
	return laneConn{PacketConn: conn, lane: t.lane}, nil
}

package sfu

import (
	"sync"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
	"parley/sfu/secure"
)

// outlets are the ends of a connection that tracks write to. What they can seal
// goes past Pion. For the rest, Pion wraps what it gives to a track in a writer
// that makes a map for each packet; as the outermost interceptor, outlets see
// what is wrapped.
type outlets struct {
	interceptor.NoOp
	lane    *lane
	mu      sync.Mutex
	senders map[string]*outlet
}

func newOutlets(l *lane) *outlets { return &outlets{lane: l, senders: map[string]*outlet{}} }

// NewInterceptor implements interceptor.Factory. There is one connection.
func (o *outlets) NewInterceptor(string) (interceptor.Interceptor, error) { return o, nil }

// BindLocalStream is called right after the sender's track is bound.
func (o *outlets) BindLocalStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	o.mu.Lock()
	defer o.mu.Unlock()
	if sender := o.senders[info.ID]; sender != nil {
		sender.inner.Store(&writer)
	}
	return writer
}

// UnbindLocalStream implements interceptor.Interceptor.
func (o *outlets) UnbindLocalStream(info *interceptor.StreamInfo) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.senders, info.ID)
}

func (o *outlets) open(id string, fallback webrtc.TrackLocalWriter) *outlet {
	o.mu.Lock()
	defer o.mu.Unlock()
	sender := &outlet{TrackLocalWriter: fallback, lane: o.lane}
	o.senders[id] = sender
	return sender
}

// outlet is one sender's. It has one user at a time.
type outlet struct {
	webrtc.TrackLocalWriter
	inner   atomic.Pointer[interceptor.RTPWriter]
	lane    *lane
	streams [2]ofSSRC // media, and what is sent again
}

// ofSSRC is what seals the packets of a SSRC.
type ofSSRC struct {
	ssrc   uint32
	known  bool
	stream *secure.Stream // nil: Pion does
}

// WriteRTP implements webrtc.TrackLocalWriter, without an allocation.
func (o *outlet) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	if s := o.stream(header.SSRC); s != nil {
		return o.lane.send(s, header, payload)
	}
	inner := o.inner.Load()
	if inner == nil {
		return o.TrackLocalWriter.WriteRTP(header, payload)
	}
	return (*inner).Write(header, payload, nil)
}

// stream is what seals a SSRC, as it was decided at its first packet.
func (o *outlet) stream(ssrc uint32) *secure.Stream {
	for i := range o.streams {
		s := &o.streams[i]
		if !s.known {
			*s = ofSSRC{ssrc: ssrc, known: true, stream: o.lane.stream(ssrc)}
		}
		if s.ssrc == ssrc {
			return s.stream
		}
	}
	return o.lane.stream(ssrc)
}

// outgoing is a subscription's track, which writes to an outlet.
type outgoing struct {
	*forward.Sub
	outlets *outlets
}

// Bind implements webrtc.TrackLocal.
func (t outgoing) Bind(ctx webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	return t.Sub.Bind(outletContext{TrackLocalContext: ctx, outlet: t.outlets.open(ctx.ID(), ctx.WriteStream())})
}

type outletContext struct {
	webrtc.TrackLocalContext
	outlet *outlet
}

func (c outletContext) WriteStream() webrtc.TrackLocalWriter { return c.outlet }

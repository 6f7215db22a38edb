package sfu

import (
	"sync"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"

	"parley/sfu/forward"
)

// outlets are the ends of a connection that tracks write to. Pion wraps what
// it gives to a track in a writer that makes a map for each packet; as the
// outermost interceptor, outlets see what is wrapped.
type outlets struct {
	interceptor.NoOp
	mu      sync.Mutex
	senders map[string]*outlet
}

func newOutlets() *outlets { return &outlets{senders: map[string]*outlet{}} }

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
	sender := &outlet{TrackLocalWriter: fallback}
	o.senders[id] = sender
	return sender
}

// outlet is one sender's.
type outlet struct {
	webrtc.TrackLocalWriter
	inner atomic.Pointer[interceptor.RTPWriter]
}

// WriteRTP implements webrtc.TrackLocalWriter, without an allocation.
func (o *outlet) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	inner := o.inner.Load()
	if inner == nil {
		return o.TrackLocalWriter.WriteRTP(header, payload)
	}
	return (*inner).Write(header, payload, nil)
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

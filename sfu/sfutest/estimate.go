package sfutest

import (
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
)

// estimate has Pion's bandwidth estimation look at what goes to the node.
func (r *rtc) estimate(registry *interceptor.Registry) {
	estimation, _ := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) { // never fails
		return gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(startBitrate), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()))
	})
	estimation.OnNewPeerConnection(func(_ string, e cc.BandwidthEstimator) {
		e.OnTargetBitrateChange(func(bitrate int) { r.bitrate.Store(int64(bitrate)) })
	})
	registry.Add(estimation)
}

// startBitrate is what an estimate starts from, in bits a second.
const startBitrate = 1_000_000

// Estimate is what the way to the node carries, in bits a second, by the node's
// feedback; 0: there was none yet.
func (p *Peer) Estimate() int { return int(p.rtc.bitrate.Load()) }

// Repairs counts packets that were sent again on streams of their own, and those
// that were asked for.
func (p *Peer) Repairs() (sent, asked uint64) {
	return p.rtc.repairer.sent.Load(), p.rtc.repairer.asked.Load()
}

package forward

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v3"
)

// Times of the forward path.
const (
	keyInterval = 500 * time.Millisecond // between requests for a key frame, a layer
	ringPackets = 512                    // about two seconds of video
	ringSounds  = 64                     // more than a second of sound
)

// Track is one published track. Subscribe and the layers' writers may be used
// at the same time.
type Track struct {
	ID    string
	Kind  webrtc.RTPCodecType
	Codec string // MIME type
	Level Level  // of audio
	voice voice

	variants [variants]variant
	clock    uint32 // RTP clock rate
	now      func() time.Duration

	muted  atomic.Bool
	subs   atomic.Pointer[[]*Sub]
	layers atomic.Pointer[[]*Layer] // from low to high quality
	best   [variants]atomic.Pointer[Layer]
	asked  [variants]atomic.Int32 // the quality that the publisher was asked for
	mu     sync.Mutex             // of those who change subs and layers

	counters *Counters
}

// Counters add up what went through all tracks of a node.
type Counters struct {
	PacketsIn, BytesIn, PacketsOut, BytesOut atomic.Uint64
	Paced, Shed                              atomic.Uint64 // packets that waited for a tight way, and that its drop rule took
}

// NewTrack makes a track that nobody sends or receives yet. Now is a monotonic
// clock; media does not care what time it is, only how much has passed.
func NewTrack(id string, codec webrtc.RTPCodecCapability, now func() time.Duration, counters *Counters) *Track {
	t := &Track{
		ID: id, Codec: codec.MimeType, Kind: webrtc.RTPCodecTypeVideo,
		clock: codec.ClockRate, now: now, counters: counters,
	}
	t.variants[First] = variant{codec: codec.MimeType, format: formatOf(codec.MimeType)}
	if t.variants[First].format == sound {
		t.Kind = webrtc.RTPCodecTypeAudio
	}
	for variant := range variants {
		t.asked[variant].Store(TopQuality)
	}
	t.subs.Store(&[]*Sub{})
	t.layers.Store(&[]*Layer{})
	return t
}

// SetMuted stops and starts forwarding. Packets of a muted track are dropped
// here, whatever its publisher sends, and what is kept is thrown away: who
// stops a camera has the right to think that nobody sees anything any more.
func (t *Track) SetMuted(muted bool) {
	was := t.muted.Swap(muted)
	if muted && !was {
		for _, layer := range *t.layers.Load() {
			layer.cut.Store(true)
			layer.ring.clear()
		}
		for _, sub := range *t.subs.Load() {
			sub.withhold()
		}
	}
	if was && !muted {
		for _, sub := range *t.subs.Load() {
			sub.restart()
		}
	}
}

// Clock is the codec's RTP clock rate, in ticks a second.
func (t *Track) Clock() uint32 { return t.clock }

// Muted says whether the track is muted.
func (t *Track) Muted() bool { return t.muted.Load() }

// Subscribe adds a receiver.
func (t *Track) Subscribe(sub *Sub) {
	t.mu.Lock()
	defer t.mu.Unlock()
	subs := append(slices.Clone(*t.subs.Load()), sub)
	t.subs.Store(&subs)
}

// Unsubscribe takes a receiver out. One more packet may be on its way to it.
func (t *Track) Unsubscribe(sub *Sub) {
	t.mu.Lock()
	defer t.mu.Unlock()
	subs := slices.DeleteFunc(slices.Clone(*t.subs.Load()), func(s *Sub) bool { return s == sub })
	t.subs.Store(&subs)
}

// Subscribers counts receivers.
func (t *Track) Subscribers() int { return len(*t.subs.Load()) }

// Layers counts the streams that have arrived.
func (t *Track) Layers() int { return len(*t.layers.Load()) }

// AddLayer starts a stream of the track. RequestKey asks its publisher for a
// key frame; audioLevelID is the header extension of RFC 6464, or 0.
func (t *Track) AddLayer(quality int, audioLevelID uint8, requestKey func()) *Layer {
	return t.AddLayerOf(First, quality, audioLevelID, requestKey)
}

// AddLayerOf starts a stream of the track in one of its codecs.
func (t *Track) AddLayerOf(variant, quality int, audioLevelID uint8, requestKey func()) *Layer {
	layer := &Layer{track: t, variant: variant, format: t.variants[variant].format, quality: quality, audioLevelID: audioLevelID, sendKeyRequest: requestKey, ring: newRing(t.ringSize())}
	layer.lastKeyRequest.Store(int64(-keyInterval))
	layer.keyAt.Store(never)
	layer.flood.most = videoPackets
	if t.Kind == webrtc.RTPCodecTypeAudio {
		layer.flood.most = audioPackets
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	layers := append(slices.Clone(*t.layers.Load()), layer)
	slices.SortFunc(layers, func(a, b *Layer) int { return a.quality - b.quality })
	t.layers.Store(&layers)
	return layer
}

// ringSize is how many packets of a layer are kept, to be sent again.
func (t *Track) ringSize() int {
	if t.Kind == webrtc.RTPCodecTypeVideo {
		return ringPackets
	}
	return ringSounds
}

// RemoveLayer ends a stream of the track.
func (t *Track) RemoveLayer(layer *Layer) {
	if t.voice.among != nil {
		t.voice.among.leave(t)
	}
	t.mu.Lock()
	layers := slices.DeleteFunc(slices.Clone(*t.layers.Load()), func(l *Layer) bool { return l == layer })
	t.layers.Store(&layers)
	t.mu.Unlock()
	if t.best[layer.variant].CompareAndSwap(layer, nil) {
		t.chooseBest(layer.variant)
	}
}

// Tick repeats requests for a key frame that no packet came to trigger.
func (t *Track) Tick() {
	now := t.now()
	for _, layer := range *t.layers.Load() {
		layer.flushKeyRequest(now)
	}
}

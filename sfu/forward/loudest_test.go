package forward

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// choir is microphones in a room that lets some through.
type choir struct {
	t       *testing.T
	now     time.Duration
	gate    Loudest
	singers []*singer
}

type singer struct {
	track *Track
	layer *Layer
	out   *recorder
	seq   uint16
	heard int // packets of the latest sing
}

func newChoir(t *testing.T, singers, places int) *choir {
	c := &choir{t: t, now: time.Hour}
	c.gate.SetPlaces(places)
	for i := range singers {
		s := &singer{out: &recorder{}}
		s.track = NewTrack(fmt.Sprint("TR_", i), opusCodec, func() time.Duration { return c.now }, &Counters{})
		s.track.Among(&c.gate)
		sub := NewSub(s.track, "PA|TR")
		if _, err := sub.Bind(bindContext{writer: s.out, codec: opusCodec}); err != nil {
			t.Fatal(err)
		}
		s.track.Subscribe(sub)
		sub.Open()
		s.layer = s.track.AddLayer(2, 1, func() {})
		c.singers = append(c.singers, s)
	}
	return c
}

// sing lets everybody be as loud as levels says, for so long, and gives who was
// heard all the time.
func (c *choir) sing(lasting time.Duration, levels ...uint8) []int {
	for _, s := range c.singers {
		s.heard = len(s.out.headers)
	}
	packets := int(lasting / (20 * time.Millisecond))
	for range packets {
		c.now += 20 * time.Millisecond
		for i, s := range c.singers {
			s.say(c.t, levels[i])
		}
	}
	var heard []int
	for i, s := range c.singers {
		if s.heard = len(s.out.headers) - s.heard; s.heard == packets {
			heard = append(heard, i)
		}
	}
	return heard
}

func (s *singer) say(t *testing.T, level uint8) {
	s.seq++
	packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: s.seq, Timestamp: uint32(s.seq) * 960, SSRC: 1}, Payload: []byte("la")}
	if err := packet.SetExtension(1, []byte{level}); err != nil {
		t.Fatal(err)
	}
	raw, err := packet.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s.layer.Write(raw)
}

func (c *choir) expect(got []int, want ...int) {
	c.t.Helper()
	if !slices.Equal(got, want) {
		c.t.Errorf("heard were %v, want %v", got, want)
	}
}

const (
	loud   = 20
	softer = 24 // by less than what takes a place away
	soft   = 38
	silent = 100
)

func TestOnlyTheLoudestAreHeard(t *testing.T) {
	c := newChoir(t, 4, 2)
	c.expect(c.sing(time.Second, loud, silent, silent, loud), 0, 3)
	c.expect(c.sing(time.Second, loud, softer, silent, loud), 0, 3)
	if got := c.singers[1].heard; got != 0 {
		t.Errorf("%d packets of a third come through", got)
	}
	// Who has finished keeps the place as long as nobody needs it, so the end of a word is whole.
	c.expect(c.sing(2*time.Second, silent, silent, silent, loud), 0, 3)
	// Then the first loud packet of somebody else takes it.
	c.expect(c.sing(time.Second, silent, silent, soft, loud), 2, 3)
	for i, s := range c.singers {
		for n := 1; n < len(s.out.headers); n++ {
			if s.out.headers[n].SequenceNumber != s.out.headers[n-1].SequenceNumber+1 {
				t.Errorf("singer %d: a gap in the numbers, which subscribers would ask for again", i)
			}
		}
	}
}

func TestLouderVoicesTakePlacesAndEqualOnesDoNot(t *testing.T) {
	c := newChoir(t, 3, 2)
	c.expect(c.sing(3*time.Second, loud, soft, silent), 0, 1)
	c.expect(c.sing(3*time.Second, loud, soft, soft-2), 0, 1)
	c.sing(time.Second, loud, soft, softer)
	c.expect(c.sing(time.Second/2, loud, soft, softer), 0, 2)
	// The one who lost the place raises the voice: the other has only just come in, and gives way later.
	c.expect(c.sing(time.Second/4, loud, loud-5, softer), 0, 2)
	c.sing(time.Second, loud, loud-5, softer)
	c.expect(c.sing(time.Second, loud, loud-5, softer), 0, 1)
}

func TestSwitchingOffLetsEverybodyThrough(t *testing.T) {
	c := newChoir(t, 3, 1)
	c.expect(c.sing(time.Second, loud, loud, silent), 0)
	c.gate.SetPlaces(0)
	c.expect(c.sing(time.Second, loud, loud, silent), 0, 1, 2)
	c.gate.SetPlaces(2)
	c.expect(c.sing(time.Second, silent, loud, loud), 1, 2)
}

func TestWhoStopsPublishingFreesThePlace(t *testing.T) {
	c := newChoir(t, 2, 1)
	c.expect(c.sing(time.Second, loud, loud), 0)
	gone := c.singers[0]
	gone.track.RemoveLayer(gone.layer)
	gone.layer = gone.track.AddLayer(2, 0, func() {}) // nothing says how loud this one is: it is let through
	c.expect(c.sing(time.Second, silent, loud), 0, 1)
}

func TestLoudestAllocatesNothing(t *testing.T) {
	c := newChoir(t, 9, 8)
	var raws [][]byte
	for i := range c.singers {
		packet := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: 1}, Payload: []byte("la")}
		if err := packet.SetExtension(1, []byte{byte(20 + i)}); err != nil {
			t.Fatal(err)
		}
		raw, err := packet.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw)
		sub := (*c.singers[i].track.subs.Load())[0]
		if _, err := sub.Bind(bindContext{writer: discard{}, codec: opusCodec}); err != nil {
			t.Fatal(err)
		}
	}
	seq := 1
	allocs := testing.AllocsPerRun(1000, func() {
		seq++
		c.now += 20 * time.Millisecond
		for i, s := range c.singers {
			raws[i][2], raws[i][3] = byte(seq>>8), byte(seq)
			s.layer.Write(raws[i])
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations for nine packets, want none", allocs)
	}
}

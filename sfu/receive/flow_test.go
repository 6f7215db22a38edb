package receive

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

func TestWhatCameBeforeIsPassedOnFirst(t *testing.T) {
	s := newStage(t)
	for seq := range uint16(20) {
		if s.flow.Arrived(packet(media, seq)) {
			t.Fatal("a stream that nobody has attached is kept from who looks for it")
		}
	}
	to := s.attach(media, "1", "")
	s.send(20, 20, 19, 21)
	to.want(t, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
	if !s.flow.Arrived(packet(media, 22)) {
		t.Error("an attached stream goes on to who looks for new ones")
	}
}

func TestEarlyPacketsAreBounded(t *testing.T) {
	s := newStage(t)
	for ssrc := range uint32(2 * maxStreams) {
		for seq := range uint16(2 * earlyMost) {
			s.flow.Arrived(packet(ssrc, seq))
		}
	}
	kept := 0
	for _, stream := range s.flow.streams {
		kept += len(stream.early)
	}
	if len(s.flow.streams) > maxStreams || kept > maxStreams*earlyMost {
		t.Errorf("%d streams, %d packets are kept", len(s.flow.streams), kept)
	}
	s.now += time.Minute // those are silent now, and make room
	to := s.attach(media, "1", "")
	s.send(1, 2)
	to.want(t, 1, 2)
	s.flow.Arrived(packet(9999, 1))
	if s.flow.streams[9999] == nil {
		t.Error("a new stream finds no room beside silent ones")
	}
}

func TestDetachEndsAtOnce(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	s.send(1, 2)
	s.flow.Gone(media)
	s.flow.Gone(media)
	s.send(3, 9)
	s.pass(time.Second)
	to.want(t, 1, 2)
	if to.ended != 1 {
		t.Errorf("told %d times that it ended", to.ended)
	}
	if asked := s.asked(media); len(asked) > 0 {
		t.Errorf("asks for %v of a stream that has ended", asked)
	}
	back := s.attach(media, "1", "") // a section that is in use again
	s.send(10)
	back.want(t, 10)
	s.flow.Close()
	s.send(11)
	back.want(t)
	if late := s.attach(5, "1", ""); back.ended != 1 || late.ended != 1 {
		t.Errorf("after the connection's end, told %d and %d times", back.ended, late.ended)
	}
}

func TestRepairsFindTheirStream(t *testing.T) {
	s := newStage(t)
	q, f := s.attach(10, "1", "q"), s.attach(11, "1", "f")
	for _, ssrc := range []uint32{10, 11} {
		s.flow.Arrived(packet(ssrc, 5))
		s.flow.Arrived(packet(ssrc, 8))
	}
	if s.flow.Arrived(again(20, 1, 6)) {
		t.Error("a repair stream that says nothing of itself is taken for one")
	}
	s.flow.Arrived(again(20, 2, 6, idMid, "2", idRepaired, "q"))
	s.flow.Arrived(again(20, 3, 6, idMid, "1", idRepaired, "q"))
	if !s.flow.Arrived(again(20, 4, 7)) { // it was understood, and says no more
		t.Error("a repair stream goes on to who looks for new ones")
	}
	s.flow.Arrived(again(21, 1, 6, idMid, "1", idRepaired, "f"))
	q.want(t, 5, 8, 6, 7)
	f.want(t, 5, 8, 6)

	one := s.attach(media, "2", "") // whose repair stream stands in the description
	s.send(5, 8)
	s.flow.Arrived(again(repairSSRC, 1, 7))
	one.want(t, 5, 8, 7)
}

func TestARepairedPacketIsAsItWas(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	to.keeps = true
	s.send(65_534, 1)
	number := []byte{0, 9}
	s.flow.Arrived(again(repairSSRC, 40, 65_535, idTransport, number, 7, []byte{1, 2, 3}))
	var got rtp.Packet
	if err := got.Unmarshal(to.whole[2]); err != nil {
		t.Fatal(err)
	}
	want := rtp.Header{
		Version: 2, Marker: true, PayloadType: vp8, SSRC: media, SequenceNumber: 65_535, Timestamp: 65_535 * 3000,
	}
	if got.Version != want.Version || got.Marker != want.Marker || got.PayloadType != want.PayloadType || got.SSRC != want.SSRC || got.Timestamp != want.Timestamp ||
		got.SequenceNumber != want.SequenceNumber || !bytes.Equal(got.GetExtension(7), []byte{1, 2, 3}) || !bytes.Equal(got.Payload, []byte{0xff, 0xff}) {
		t.Errorf("%+v", got)
	}
	to.want(t, 65_534, 1, 65_535)
	// The original comes late, and then the repair again: a way that is slow, and
	// a browser that fills its probes with what it has sent.
	s.send(65_535)
	s.flow.Arrived(again(repairSSRC, 41, 65_535))
	s.flow.Arrived(again(repairSSRC, 42, 1))
	to.want(t)
	if _, in := s.flow.streams[media].window.place(0); !in {
		t.Error("what has not come is refused")
	}
}

// TestPaddingIsCountedAndDropped: a browser finds out with it how much its way
// carries.
func TestPaddingIsCountedAndDropped(t *testing.T) {
	s := newStage(t)
	to := s.attach(media, "1", "")
	s.send(1)
	for i := range uint16(30) {
		raw := packed(rtp.Header{Version: 2, PayloadType: rtx, SSRC: repairSSRC, SequenceNumber: i}, make([]byte, 200), idTransport, binary.BigEndian.AppendUint16(nil, i))
		raw[0] |= 0x20
		raw[len(raw)-1] = 200
		s.flow.Arrived(raw)
	}
	to.want(t, 1)
	s.pass(200 * time.Millisecond)
	told := 0
	for _, p := range s.said {
		if report, ok := p.(*rtcp.TransportLayerCC); ok {
			told += int(report.PacketStatusCount)
		}
	}
	if told != 30 {
		t.Errorf("the publisher is told of %d packets of padding, want 30", told)
	}
}

func TestReportsLeaveRepairsOut(t *testing.T) {
	s := newStage(t)
	s.attach(media, "1", "")
	s.send(1, 2, 4, 5)
	s.flow.Arrived(again(repairSSRC, 1, 3))
	s.flow.streams[media].SenderReport(0x0000_1234_5678_0000)
	s.now += 500 * time.Millisecond
	report, ok := s.flow.streams[media].Reception()
	if !ok || report.SSRC != media || report.TotalLost != 1 || report.FractionLost != 256/5 || report.LastSenderReport != 0x1234_5678 || report.Delay != 1<<15 {
		t.Errorf("%+v", report)
	}
}

// TestKeyFramesAreAskedForAtOnce, while packets are passed on and for several
// streams.
func TestKeyFramesAreAskedForAtOnce(t *testing.T) {
	s := newStage(t)
	for _, ssrc := range []uint32{10, 11} {
		s.flow.Attach(Source{SSRC: ssrc, Clock: 90_000, Ended: func() {}, Write: func(...[]byte) { s.flow.RequestKey(ssrc) }})
	}
	s.flow.Arrived(packet(10, 1))
	s.run(plain{}, packet(10, 2), packet(10, 3))
	s.flow.Arrived(packet(11, 1))
	s.flow.RequestKey(12)
	if !s.flow.armed || s.flow.due > s.now {
		t.Error("the request waits")
	}
	s.flow.speak()
	s.flow.speak()
	var asked []uint32
	for _, p := range s.said {
		if request, ok := p.(*rtcp.PictureLossIndication); ok {
			asked = append(asked, request.MediaSSRC)
		}
	}
	if slices.Sort(asked); !slices.Equal(asked, []uint32{10, 11}) {
		t.Errorf("asked for key frames of %v", asked)
	}
}

// TestTimerGoesOnlyWhileThereIsSomethingToSay, and needs no packet to go.
func TestTimerGoesOnlyWhileThereIsSomethingToSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		said := make(chan time.Duration, 100)
		f := NewFlow(func() time.Duration { return time.Since(start) + time.Hour }, func([]byte) { said <- time.Since(start) })
		f.Agree(Terms{Transport: idTransport})
		f.Attach(Source{SSRC: media, NACK: true, Clock: 90_000, Write: func(...[]byte) {}, Ended: func() {}})
		time.Sleep(time.Minute)
		if len(said) > 0 {
			t.Errorf("speaks of nothing, after %v", <-said)
		}
		for i := range uint16(30) { // of a voice, 20 ms apart
			f.Arrived(packet(media, i, idTransport, binary.BigEndian.AppendUint16(nil, i)))
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Minute)
		voice := len(said)
		if voice < 3 || voice > 4 {
			t.Errorf("%d times in 600 ms of a voice", voice)
		}
		f.Arrived(packet(media, 31)) // one is missing, and nothing comes any more
		time.Sleep(time.Minute)
		if asked := len(said) - voice; asked != int(min(giveUpAfter/firstRTT, askMost)) {
			t.Errorf("asked %d times in all", asked)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.armed {
			t.Error("the timer goes on")
		}
	})
}

func FuzzFlow(f *testing.F) {
	f.Add(slices.Concat([]byte{1}, packet(media, 5, idTransport, []byte{0, 1}), []byte{0xff}), uint8(20))
	f.Add(slices.Concat(again(repairSSRC, 5, 9, idMid, "1", idRepaired, "q"), packet(media, 7)), uint8(24))
	f.Fuzz(func(t *testing.T, raw []byte, size uint8) {
		s := newStage(t)
		written := 0
		s.flow.Attach(Source{SSRC: media, Mid: "1", RID: "q", NACK: true, Clock: 90_000, Ended: func() {}, Write: func(packets ...[]byte) {
			for _, p := range packets {
				if written++; len(p) < 12 || binary.BigEndian.Uint32(p[8:]) != media {
					t.Errorf("passed on %x", p)
				}
			}
		}})
		s.send(1, 2)
		n := 0
		for chunk := range slices.Chunk(raw, max(int(size), 1)) {
			direct := bytes.Clone(chunk)
			s.flow.Arrived(bytes.Clone(chunk))
			run := s.flow.Run(plain{})
			if IsRTP(direct) {
				run.Take(direct)
			}
			run.Flush()
			s.now += 7 * time.Millisecond
			s.flow.speak()
			n++
		}
		if written > 2+2*n {
			t.Errorf("%d packets passed on of %d", written, n)
		}
		if stream := s.flow.streams[media]; len(stream.gaps.list) > gapMost {
			t.Errorf("%d packets are missing", len(stream.gaps.list))
		}
		s.flow.streams[media].Reception()
	})
}

package load

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/livekit/protocol/livekit"
)

// Recording is a short film of encoded VP8 frames, played again and again. Its first frame is a key frame, and the only one.
type Recording struct {
	Width, Height uint32
	Rate          int // frames a second
	Frames        [][]byte
}

// recordedPacket bounds a packet's part of a frame.
const recordedPacket = 1100

// ReadIVF reads a recording from an IVF file: 32 bytes of header, then each frame behind its length and time stamp.
// https://wiki.multimedia.cx/index.php/Duck_IVF
func ReadIVF(r io.Reader) (*Recording, error) {
	var head [32]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("read a recording's header: %w", err)
	}
	if string(head[:4]) != "DKIF" || string(head[8:12]) != "VP80" {
		return nil, errors.New("that is no IVF file with VP8")
	}
	le := binary.LittleEndian
	film := &Recording{
		Width: uint32(le.Uint16(head[12:])), Height: uint32(le.Uint16(head[14:])),
		Rate: int(le.Uint32(head[16:])) / max(1, int(le.Uint32(head[20:]))),
	}
	for {
		var frame [12]byte
		if _, err := io.ReadFull(r, frame[:]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read a frame's header: %w", err)
		}
		size := le.Uint32(frame[:])
		if size == 0 || size > 1<<20 {
			return nil, fmt.Errorf("a frame has %d bytes", size)
		}
		data := make([]byte, size)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, fmt.Errorf("read a frame: %w", err)
		}
		film.Frames = append(film.Frames, data)
	}
	if len(film.Frames) == 0 || film.Rate <= 0 || film.Frames[0][0]&1 != 0 {
		return nil, errors.New("a recording begins with a key frame and has a rate")
	}
	return film, nil
}

// Film is a camera that shows a recording, which browsers can decode.
func Film(film *Recording) Source {
	s := camera(Layer{Quality: livekit.VideoQuality_HIGH, Width: film.Width, Height: film.Height, Frames: film.Rate, Packets: 1, Bytes: recordedPacket})
	s.Film = film
	return s
}

// playFilm sends a recording until the client leaves; a wish for a key frame starts it anew.
func (p *player) playFilm() {
	film := p.source.Film
	p.sequence, p.timestamp, p.picture = uint16(rand.Uint32()), rand.Uint32(), uint16(rand.Uint32()&0x7fff)
	frame := time.Second / time.Duration(film.Rate)
	begun := time.Now().Add(rand.N(frame))
	timer := time.NewTimer(0)
	defer timer.Stop()
	at := 0
	for n := 0; ; n++ {
		timer.Reset(time.Until(begun.Add(time.Duration(n) * frame)))
		select {
		case <-p.client.over:
			return
		case <-timer.C:
		}
		if p.keyWanted.Swap(false) || at == len(film.Frames) {
			at = 0
		}
		p.filmFrame(film.Frames[at])
		at++
		p.timestamp += uint32(90000 / film.Rate)
		p.picture = (p.picture + 1) & 0x7fff
		p.tl0++
	}
}

// filmFrame sends a frame in as many packets as it needs (RFC 7741, section 4.2).
func (p *player) filmFrame(frame []byte) {
	for first := true; len(frame) > 0; first = false {
		part := frame[:min(len(frame), recordedPacket)]
		frame = frame[len(part):]
		start := byte(0x80)
		if first {
			start |= 0x10
		}
		p.payload = append(p.payload[:0], start, 0xe0, 0x80|byte(p.picture>>8), byte(p.picture), p.tl0, 0x00)
		p.payload = append(p.payload, part...)
		p.send(len(frame) == 0)
	}
}

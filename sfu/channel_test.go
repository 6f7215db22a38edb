package sfu

import (
	"bytes"
	"io"
	"slices"
	"testing"
)

// messages is a channel as SCTP gives it: a message that does not fit stays
// where it is.
type messages struct{ left [][]byte }

func (m *messages) Read(b []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	next := m.left[0]
	if len(next) > len(b) {
		return 0, io.ErrShortBuffer
	}
	m.left = m.left[1:]
	return copy(b, next), nil
}

func TestMessagesOfEverySize(t *testing.T) {
	sizes := []int{0, 1, smallMessage, smallMessage + 1, 3, maxDataPacket, largeMessage, 7}
	in := &messages{}
	for i, size := range sizes {
		in.left = append(in.left, bytes.Repeat([]byte{byte(i)}, size))
	}
	in.left = append(in.left, make([]byte, largeMessage+1), []byte("never"))
	var got []int
	readMessages(in, func(message []byte) {
		if i := len(got); len(message) > 0 && (message[0] != byte(i) || message[len(message)-1] != byte(i)) {
			t.Errorf("message %d is another one", i)
		}
		got = append(got, len(message))
	})
	if !slices.Equal(got, sizes) {
		t.Errorf("messages of %v bytes, want %v", got, sizes)
	}
}

package sfu

import (
	"fmt"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// MaxSignalBytes is the largest signalling message that a client may send.
// Sockets should refuse a larger frame before reading it.
const MaxSignalBytes = 256 << 10

// DecodeRequest reads one binary frame of a signalling socket.
func DecodeRequest(frame []byte) (*livekit.SignalRequest, error) {
	if len(frame) > MaxSignalBytes {
		return nil, fmt.Errorf("%w: %w: %d bytes", ErrMalformed, ErrTooLarge, len(frame))
	}
	var request livekit.SignalRequest
	if err := proto.Unmarshal(frame, &request); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return &request, nil
}

// EncodeResponse makes the binary frame that carries a message to a client.
func EncodeResponse(response *livekit.SignalResponse) ([]byte, error) {
	frame, err := proto.Marshal(response)
	if err != nil {
		return nil, fmt.Errorf("encode signal: %w", err)
	}
	return frame, nil
}

package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// The signalling protocol's version that this client speaks.
const protocolVersion = 16

// socket is the signalling connection.
type socket struct {
	mu sync.Mutex // one writer at a time
	ws *websocket.Conn
}

func dial(ctx context.Context, address string) (*socket, error) {
	//nolint:bodyclose // the dialer gives a body that needs no closing
	ws, response, err := websocket.DefaultDialer.DialContext(ctx, address, nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("dial: %s: %w", response.Status, err)
		}
		return nil, fmt.Errorf("dial: %w", err)
	}
	return &socket{ws: ws}, nil
}

func (s *socket) send(request *livekit.SignalRequest) error {
	frame, err := proto.Marshal(request)
	if err != nil {
		return fmt.Errorf("marshal signal: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (s *socket) receive() (*livekit.SignalResponse, error) {
	_, frame, err := s.ws.ReadMessage()
	if err != nil {
		return nil, fmt.Errorf("receive signal: %w", err)
	}
	var response livekit.SignalResponse
	if err := proto.Unmarshal(frame, &response); err != nil {
		return nil, fmt.Errorf("unmarshal signal: %w", err)
	}
	return &response, nil
}

// address is where to dial, without an offer for /rtc and with one for /rtc/v1.
func address(o Options, offer string) (string, error) {
	base := strings.TrimSuffix(strings.Replace(o.URL, "http", "ws", 1), "/")
	query := url.Values{"access_token": {o.Token}}
	if !o.OneConnection {
		query.Set("auto_subscribe", map[bool]string{true: "0", false: "1"}[o.NoSubscribe])
		query.Set("sdk", "go")
		query.Set("version", "2.9.0")
		query.Set("protocol", fmt.Sprint(protocolVersion))
		return base + "/rtc?" + query.Encode(), nil
	}
	request := &livekit.JoinRequest{
		ClientInfo:         &livekit.ClientInfo{Sdk: livekit.ClientInfo_GO, Version: "2.9.0", Protocol: protocolVersion},
		ConnectionSettings: &livekit.ConnectionSettings{AutoSubscribe: !o.NoSubscribe},
		PublisherOffer:     &livekit.SessionDescription{Type: "offer", Sdp: offer, Id: 1},
	}
	wrapped, err := wrap(request)
	if err != nil {
		return "", err
	}
	query.Set("join_request", wrapped)
	return base + "/rtc/v1?" + query.Encode(), nil
}

func wrap(request *livekit.JoinRequest) (string, error) {
	body, err := proto.Marshal(request)
	if err != nil {
		return "", fmt.Errorf("marshal join request: %w", err)
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(body); err != nil {
		return "", fmt.Errorf("compress join request: %w", err)
	}
	if err := writer.Close(); err != nil {
		return "", fmt.Errorf("compress join request: %w", err)
	}
	raw, err := proto.Marshal(&livekit.WrappedJoinRequest{Compression: livekit.WrappedJoinRequest_GZIP, JoinRequest: packed.Bytes()})
	if err != nil {
		return "", fmt.Errorf("marshal join request: %w", err)
	}
	return base64.URLEncoding.EncodeToString(raw), nil
}

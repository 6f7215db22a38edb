package sfutest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// Joiner is what takes people in: a node, or what stands in front of one.
type Joiner interface {
	Join(context.Context, sfu.Hello, sfu.Conn) error
}

// Handler serves the signalling paths for a node, as a web tier does.
func Handler(node Joiner) http.Handler {
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	mux := http.NewServeMux()
	serve := func(w http.ResponseWriter, r *http.Request) {
		hello, err := sfu.ParseHello(r.URL.Path, r.URL.Query(), r.Header.Get("Authorization"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // the upgrader has answered
		}
		ws.SetReadLimit(sfu.MaxSignalBytes)
		_ = node.Join(r.Context(), hello, &serverSocket{ws: ws}) // the client has been told
	}
	validate := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	mux.HandleFunc(sfu.PathTwoConnections, serve)
	mux.HandleFunc(sfu.PathOneConnection, serve)
	mux.HandleFunc(sfu.PathTwoConnections+"/validate", validate)
	mux.HandleFunc(sfu.PathOneConnection+"/validate", validate)
	return mux
}

// serverSocket is a WebSocket as sfu.Conn.
type serverSocket struct {
	mu sync.Mutex // one writer at a time
	ws *websocket.Conn
}

func (s *serverSocket) Send(_ context.Context, message *livekit.SignalResponse) error {
	frame, err := sfu.EncodeResponse(message)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (s *serverSocket) Receive(context.Context) (*livekit.SignalRequest, error) {
	_, frame, err := s.ws.ReadMessage()
	if errors.Is(err, websocket.ErrReadLimit) {
		return nil, fmt.Errorf("%w: %w", sfu.ErrMalformed, sfu.ErrTooLarge)
	}
	if err != nil {
		return nil, err
	}
	return sfu.DecodeRequest(frame)
}

// Close ends the TCP connection after the close frame: without that, Chromium
// waits for two seconds.
func (s *serverSocket) Close(reason sfu.Reason) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, string(reason))
	_ = s.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)) // gone already, perhaps
	return s.ws.Close()
}

// clientSocket is a WebSocket as a client's end.
type clientSocket struct {
	mu sync.Mutex // one writer at a time
	ws *websocket.Conn
}

func dialSocket(ctx context.Context, url string) (*clientSocket, error) {
	//nolint:bodyclose // the dialer gives a body that needs no closing
	ws, response, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("dial: %s: %w", response.Status, err)
		}
		return nil, fmt.Errorf("dial: %w", err)
	}
	return &clientSocket{ws: ws}, nil
}

func (c *clientSocket) send(request *livekit.SignalRequest) error {
	frame, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (c *clientSocket) receive() (*livekit.SignalResponse, error) {
	_, frame, err := c.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	var response livekit.SignalResponse
	if err := proto.Unmarshal(frame, &response); err != nil {
		return nil, err
	}
	return &response, nil
}

func (c *clientSocket) close() { _ = c.ws.Close() }

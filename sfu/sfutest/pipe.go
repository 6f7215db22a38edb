package sfutest

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// wire is a client's end of a signalling connection.
type wire interface {
	send(*livekit.SignalRequest) error
	receive() (*livekit.SignalResponse, error)
	close()
}

// Pipe is a signalling connection in memory. It is the node's end; the client
// uses Out and In. Messages are copied, as a network would.
type Pipe struct {
	Out chan *livekit.SignalResponse // from the node
	In  chan *livekit.SignalRequest  // to the node

	once   sync.Once
	closed chan struct{}

	mu     sync.Mutex
	reason sfu.Reason
}

// NewPipe makes a connection.
func NewPipe() *Pipe {
	return &Pipe{Out: make(chan *livekit.SignalResponse, 256), In: make(chan *livekit.SignalRequest), closed: make(chan struct{})}
}

// Send implements sfu.Conn.
func (p *Pipe) Send(ctx context.Context, message *livekit.SignalResponse) error {
	select {
	case p.Out <- proto.CloneOf(message):
		return nil
	case <-p.closed:
		return io.ErrClosedPipe
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Receive implements sfu.Conn. A nil request stands for bytes that are none.
func (p *Pipe) Receive(ctx context.Context) (*livekit.SignalRequest, error) {
	select {
	case request := <-p.In:
		if request == nil {
			return nil, sfu.ErrMalformed
		}
		return request, nil
	case <-p.closed:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close implements sfu.Conn.
func (p *Pipe) Close(reason sfu.Reason) error {
	p.once.Do(func() {
		p.mu.Lock()
		p.reason = reason
		p.mu.Unlock()
		close(p.closed)
	})
	return nil
}

// Closed is closed when either side has closed the connection.
func (p *Pipe) Closed() <-chan struct{} { return p.closed }

// Reason says why the connection was closed.
func (p *Pipe) Reason() sfu.Reason {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reason
}

func (p *Pipe) send(request *livekit.SignalRequest) error {
	select {
	case p.In <- proto.CloneOf(request):
		return nil
	case <-p.closed:
		return io.ErrClosedPipe
	}
}

func (p *Pipe) receive() (*livekit.SignalResponse, error) {
	select {
	case response := <-p.Out:
		return response, nil
	default:
	}
	select {
	case response := <-p.Out:
		return response, nil
	case <-p.closed:
		select {
		case response := <-p.Out:
			return response, nil
		default:
			return nil, io.EOF
		}
	}
}

func (p *Pipe) close() { _ = p.Close(sfu.ReasonLeft) }

var errRefused = errors.New("refused")

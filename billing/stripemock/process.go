package stripemock

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// shared is the process's one stripe-mock: to read the description takes it a
// second, and it keeps nothing between requests.
var shared struct {
	sync.Mutex
	managed bool // Run will stop it
	mock    *mock
	err     error
}

// Run runs the tests and stops stripe-mock after them, if one of them started it.
// It gives the exit code, for a TestMain that has more to do.
func Run(tests func() int) int {
	shared.Lock()
	shared.managed = true
	shared.Unlock()
	code := tests()
	shared.Lock()
	defer shared.Unlock()
	if shared.mock == nil {
		return code
	}
	if err := shared.mock.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "stripemock:", err)
		return max(code, 1)
	}
	return code
}

// Client reaches stripe-mock with every request, whatever its host.
func Client(t testing.TB) *http.Client {
	t.Helper()
	m, err := running()
	if err != nil {
		t.Fatalf("stripe-mock: %v", err)
	}
	return m.client
}

// running starts it when the first test asks.
func running() (*mock, error) {
	shared.Lock()
	defer shared.Unlock()
	if !shared.managed {
		return nil, errors.New("the package needs: func TestMain(m *testing.M) { os.Exit(stripemock.Run(m.Run)) }")
	}
	if shared.mock == nil && shared.err == nil {
		shared.mock, shared.err = start()
	}
	return shared.mock, shared.err
}

// mock is a running stripe-mock.
type mock struct {
	dir     string
	process *os.Process
	ended   chan error
	client  *http.Client
}

func start() (*mock, error) {
	tool, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "stripe-mock-")
	if err != nil {
		return nil, err
	}
	m := &mock{dir: dir, ended: make(chan error, 1)}
	socket := filepath.Join(dir, "socket")
	if err := m.launch(tool, socket); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	m.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}}
	return m, nil
}

// launch starts the process and returns when it listens.
func (m *mock) launch(tool, socket string) error {
	// An explicit version in a request must be the description's.
	cmd := exec.Command(tool, "-http-unix", socket, "-spec", tool+".json", "-strict-version-check")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it ends with us, whatever ends us
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	ready := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // Pdeathsig follows the thread that starts it: keep it
		if err := cmd.Start(); err != nil {
			ready <- err
			return
		}
		m.process = cmd.Process
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "Listening") {
				ready <- nil
				break
			}
		}
		_, _ = io.Copy(io.Discard, out) // it speaks of every request
		err := cmd.Wait()
		m.ended <- err
		select {
		case ready <- fmt.Errorf("it ended at once: %w: %s", err, complaints.String()):
		default:
		}
	}()
	return <-ready
}

// stop ends the process; that it was killed is no fault.
func (m *mock) stop() error {
	m.client.CloseIdleConnections()
	err := m.process.Kill()
	<-m.ended //nolint:errcheck // that it was killed
	return errors.Join(err, os.RemoveAll(m.dir))
}

var version = regexp.MustCompile(`(?m)^STRIPE_MOCK\s*:=\s*(\S+)`)

// find gives the path of the tool in the version that the Makefile names.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "Makefile"))
		if m := version.FindSubmatch(text); err == nil && m != nil {
			tool := filepath.Join(dir, string(m[1]))
			if _, err := os.Stat(tool); err != nil {
				return "", fmt.Errorf("it is not built: run make %s (make test does)", m[1])
			}
			return tool, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no Makefile above the test names STRIPE_MOCK")
		}
		dir = filepath.Dir(dir)
	}
}

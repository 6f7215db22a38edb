package isolation

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"
	"github.com/valyala/fasthttp/fasthttputil"
)

// Door leads into a web server of this process: real requests, parsed and
// answered by the server as any others, over no network. Each request comes from
// an address of its own, so that what slows single strangers down does not answer
// in place of what is tried.
type Door struct {
	server *fasthttp.Server
	base   *url.URL
}

// NewDoor makes a door into a server that people reach by the base address.
func NewDoor(server *fasthttp.Server, base string) (*Door, error) {
	u, err := url.Parse(base)
	return &Door{server: server, base: u}, err
}

// client is a browser of its own: it keeps cookies and follows no redirect.
func (d *Door) client() (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	dial := func(context.Context, string, string) (net.Conn, error) {
		pipe := fasthttputil.NewPipeConns()
		go func() { _ = d.server.ServeConn(visitor{pipe.Conn2(), address()}) }() // ends with the connection, which the client closes after each answer
		return pipe.Conn1(), nil
	}
	return &http.Client{
		Jar: jar, Timeout: time.Minute,
		Transport:     &http.Transport{DialContext: dial, DialTLSContext: dial, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// visitor is a connection from somewhere.
type visitor struct {
	net.Conn
	from net.Addr
}

// RemoteAddr is where the connection seems to come from.
func (v visitor) RemoteAddr() net.Addr { return v.from }

// address is one of those that nobody on the internet has (RFC 4193).
func address() net.Addr {
	ip := make(net.IP, net.IPv6len)
	_, _ = rand.Read(ip) // never fails
	ip[0] = 0xfd
	return &net.TCPAddr{IP: ip, Port: 1024}
}

package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// answerMax is the most that a provider may answer, in bytes: a set of keys is
// some kilobytes.
const answerMax = 1 << 20

// capped cuts answers off at answerMax.
type capped struct{ next http.RoundTripper }

// RoundTrip carries the request, and fails the reading of an answer that is too
// long.
func (t capped) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = http.MaxBytesReader(nil, res.Body, answerMax)
	return res, nil
}

// proving adds PKCE's verifier to the exchange of a code: goth's Google and
// Facebook have no place for it.
type proving struct {
	next     http.RoundTripper
	verifier string
}

// RoundTrip carries the request.
func (t proving) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || r.Body == nil {
		return t.next.RoundTrip(r)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, answerMax))
	if err != nil {
		return nil, errors.Join(err, r.Body.Close())
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("read the exchange of a code: %w", err)
	}
	if form.Get("grant_type") == "authorization_code" {
		form.Set("code_verifier", t.verifier)
		body = []byte(form.Encode())
	}
	out := r.Clone(r.Context())
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.GetBody = nil
	return t.next.RoundTrip(out)
}

// ErrPrivate is the fault of a request that would have left the public network.
var ErrPrivate = errors.New("identity: the provider's address is not a public one")

// PublicOnly carries requests to public addresses over TLS and refuses all
// others, wherever a name or a redirect leads: an organization's admin chooses
// the address, and must not reach what only this machine can. The check is on
// the address that is really dialled. With loopback, this machine may be reached
// too, without TLS: demo mode and tests have their stand-in there.
func PublicOnly(loopback bool) http.RoundTripper {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		host, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %q", ErrPrivate, address)
		}
		ip := host.Addr().Unmap()
		if loopback && ip.IsLoopback() {
			return nil
		}
		if !public(ip) {
			return fmt.Errorf("%w: %s", ErrPrivate, ip)
		}
		return nil
	}}
	return tlsOnly{loopback, &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 8 * time.Second, MaxIdleConns: 16, IdleConnTimeout: 30 * time.Second,
	}}
}

// tlsOnly refuses to speak in the clear.
type tlsOnly struct {
	loopback bool
	next     *http.Transport
}

// RoundTrip carries the request.
func (t tlsOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	here := t.loopback && onThisMachine(r.URL.Hostname())
	if r.URL.Scheme != "https" && !here {
		return nil, fmt.Errorf("%w: %s is not https", ErrPrivate, r.URL.Redacted())
	}
	return t.next.RoundTrip(r)
}

func onThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// shared are ranges that netip does not call private and nobody reaches from
// outside: carrier-grade NAT (RFC 6598), benchmarks (RFC 2544), protocol
// assignments (RFC 6890), documentation, 6to4 and NAT64 into any of these.
var shared = []netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001:db8::/32"),
}

func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range shared {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

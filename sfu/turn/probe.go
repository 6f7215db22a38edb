package turn

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/pion/stun/v3"
	pion "github.com/pion/turn/v4"
)

// CheckURL says what is wrong with the address of a TURN server (RFC 7065).
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

func parseURL(url string) (*stun.URI, error) {
	uri, err := stun.ParseURI(url)
	if err != nil {
		return nil, fmt.Errorf("TURN server %q: %w", url, err)
	}
	if uri.Scheme != stun.SchemeTypeTURN && uri.Scheme != stun.SchemeTypeTURNS {
		return nil, fmt.Errorf("TURN server %q is neither turn: nor turns: and an address", url)
	}
	return uri, nil
}

// Probe logs in to a TURN server as a client would, and opens and closes a
// relay there.
func Probe(ctx context.Context, url string, c Credential) error {
	uri, err := parseURL(url)
	if err != nil {
		return err
	}
	conn, server, err := reach(ctx, uri)
	if err != nil {
		return fmt.Errorf("reach TURN server %s: %w", url, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	client, err := pion.NewClient(&pion.ClientConfig{TURNServerAddr: server, Conn: conn, Username: c.Username, Password: c.Password})
	if err != nil {
		return fmt.Errorf("ask TURN server %s: %w", url, err)
	}
	defer client.Close()
	if err := client.Listen(); err != nil {
		return fmt.Errorf("ask TURN server %s: %w", url, err)
	}
	relayed, err := client.Allocate()
	if err != nil {
		return fmt.Errorf("open a relay at TURN server %s: %w", url, err)
	}
	return relayed.Close()
}

// reach opens the way to a server, and gives its address.
func reach(ctx context.Context, uri *stun.URI) (net.PacketConn, string, error) {
	at := net.JoinHostPort(uri.Host, strconv.Itoa(uri.Port))
	var dialer net.Dialer
	switch {
	case uri.Scheme == stun.SchemeTypeTURNS:
		secure := tls.Dialer{NetDialer: &dialer, Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: uri.Host}}
		conn, err := secure.DialContext(ctx, "tcp", at)
		if err != nil {
			return nil, "", err
		}
		return pion.NewSTUNConn(conn), conn.RemoteAddr().String(), nil
	case uri.Proto == stun.ProtoTypeTCP:
		conn, err := dialer.DialContext(ctx, "tcp", at)
		if err != nil {
			return nil, "", err
		}
		return pion.NewSTUNConn(conn), conn.RemoteAddr().String(), nil
	default:
		server, err := net.ResolveUDPAddr("udp", at)
		if err != nil {
			return nil, "", err
		}
		conn, err := net.ListenPacket("udp", ":0")
		if err != nil {
			return nil, "", err
		}
		return conn, server.String(), nil
	}
}

// AnswersTLS says whether a TURN server answers on TLS here. Its certificate is
// not looked at.
func AnswersTLS(ctx context.Context, at, name string) error {
	dialer := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name, InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", at)
	if err != nil {
		return fmt.Errorf("reach TURN server: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := ask(ctx, conn); err != nil {
		return fmt.Errorf("ask TURN server: %w", err)
	}
	return nil
}

// CheckCertificate says what is wrong with a certificate for this host now.
func CheckCertificate(f *Files, host string, now time.Time) error {
	pair, err := f.Get(nil)
	if err != nil {
		return err
	}
	leaf := pair.Leaf
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the certificate ran out on %s", leaf.NotAfter.Format(time.DateOnly))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate is not good before %s", leaf.NotBefore.Format(time.DateOnly))
	}
	return leaf.VerifyHostname(host)
}

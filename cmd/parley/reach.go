package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"parley/sfu"
	"parley/sfu/turn"
)

// ways makes the media node's other ways in of the configuration. In demo mode a missing certificate is made, which clients have to
// be told to trust.
func (c Config) ways() (sfu.TURN, error) {
	t := sfu.TURN{Port: c.TURNPort, TLSPort: c.TURNTLSPort, Host: c.TURNHost, Servers: split(c.TURNServers), Secret: []byte(c.TURNSecret)}
	if c.TURNTLSPort == 0 {
		return t, nil
	}
	cert, key := c.certificate()
	if c.Demo && c.TURNCert == "" {
		if err := turn.WriteSelfSigned(cert, key, time.Now(), "localhost", "127.0.0.1", "::1", c.TURNHost); err != nil {
			return t, err
		}
	}
	files, err := turn.LoadFiles(cert, key)
	if err != nil {
		return t, fmt.Errorf("%w; check --turn-cert and --turn-key", err)
	}
	t.Certificate = files.Get
	return t, nil
}

// doors tells what a network has to let through for meetings; nil where media nodes are apart, which tell it to every client themselves.
func (p *process) doors() func() sfu.Doors {
	if p.node == nil {
		return nil
	}
	return p.node.Doors
}

// reachFaults are about the ways that browsers come in by.
func (c Config) reachFaults() (all []error) {
	add := func(bad bool, text string, args ...any) {
		if bad {
			all = append(all, fmt.Errorf(text, args...))
		}
	}
	for _, ip := range split(c.NodeIPs) {
		public, own, pair := strings.Cut(ip, "/")
		add(net.ParseIP(public) == nil || (pair && net.ParseIP(own) == nil),
			"--node-ip %q is not an IP address, nor two as in 203.0.113.7/10.0.0.5; give the address that browsers reach this node on", ip)
	}
	if c.STUN != "" {
		_, _, err := net.SplitHostPort(c.STUN)
		add(err != nil, "--stun %q is not host:port; try stun.example.org:3478", c.STUN)
		add(c.NodeIPs != "", "--stun finds the address that --node-ip names; leave one of them out")
	}
	for name, port := range map[string]int{"--turn-port": c.TURNPort, "--turn-tls-port": c.TURNTLSPort} {
		add(port < 0 || port > 65535, "%s %d is not a port; use 1 to 65535, or 0 for none", name, port)
		add(port != 0 && port == c.MediaPort, "%s and --media-port are both %d; each needs its own", name, port)
	}
	add(c.TURNPort != 0 && c.TURNPort == c.TURNTLSPort, "--turn-port and --turn-tls-port are both %d; each needs its own", c.TURNPort)
	if c.TURNTLSPort != 0 {
		add((c.TURNCert == "") != (c.TURNKey == ""), "--turn-cert and --turn-key belong together; give both")
		add(!c.Demo && c.TURNCert == "", "--turn-tls-port needs a certificate; give --turn-cert and --turn-key")
		add(!c.Demo && c.TURNHost == "", "--turn-tls-port needs --turn-host, the name that the certificate is for")
	}
	for _, server := range split(c.TURNServers) {
		err := turn.CheckURL(server)
		add(err != nil, "--turn-servers: %v; write it like turns:turn.example.org:443?transport=tcp", err)
	}
	add(c.TURNServers != "" && c.TURNSecret == "", "--turn-servers needs --turn-secret, which those servers check credentials by (coturn: static-auth-secret)")
	add(c.TURNServers == "" && c.TURNSecret != "", "--turn-secret is for servers elsewhere, and --turn-servers names none")
	return all
}

// probeTime is how long the doctor waits for a server elsewhere.
const probeTime = 8 * time.Second

// examineReach looks at what stands between browsers and media.
func examineReach(ctx context.Context, cfg Config) (findings []finding) {
	if cfg.STUN != "" {
		what, err := askSTUN(ctx, cfg.STUN)
		findings = append(findings, finding{what, err, "check --stun and that the firewall lets UDP out, or give the address with --node-ip"})
	}
	if cfg.TURNPort != 0 {
		at := strconv.Itoa(cfg.TURNPort)
		findings = append(findings, finding{"TURN port " + at + " (UDP and TCP)", turnPortOK(ctx, cfg), "stop what uses the port, or choose another with --turn-port, and open it in the firewall"})
	}
	if cfg.TURNTLSPort != 0 {
		at := strconv.Itoa(cfg.TURNTLSPort)
		findings = append(findings,
			finding{"TURN port " + at + " (TLS)", turnTLSOK(ctx, cfg), "stop what uses the port, or choose another with --turn-tls-port, and open it in the firewall; ports below 1024 need root or CAP_NET_BIND_SERVICE"},
			finding{"TURN certificate", certificateOK(cfg), "give the chain and key of a certificate for --turn-host with --turn-cert and --turn-key"})
	}
	for _, server := range split(cfg.TURNServers) {
		ctx, cancel := context.WithTimeout(ctx, probeTime)
		err := turn.Probe(ctx, server, turn.NewCredential([]byte(cfg.TURNSecret), "doctor", time.Now().Add(time.Minute)))
		cancel()
		findings = append(findings, finding{"TURN server " + server, err, "check that the server runs, that the firewall lets this through, and that --turn-secret is the server's own"})
	}
	return findings
}

func askSTUN(ctx context.Context, server string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var found []string
	var failed error
	for _, network := range []string{"udp4", "udp6"} {
		m, err := turn.Mapped(ctx, network, server)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		found = append(found, m.Public.String())
	}
	if len(found) == 0 {
		return "address from outside", failed
	}
	return "address from outside: " + strings.Join(found, ", "), nil
}

// turnPortOK is content with a port that is free and with one that answers as a TURN server does.
func turnPortOK(ctx context.Context, cfg Config) error {
	err := mediaFree(cfg.TURNPort)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	if _, failed := turn.Mapped(ctx, "udp4", net.JoinHostPort(cfg.turnAt(), strconv.Itoa(cfg.TURNPort))); failed != nil {
		return fmt.Errorf("%w, and not by a TURN server: %w", err, failed)
	}
	return nil
}

func turnTLSOK(ctx context.Context, cfg Config) error {
	err := free("tcp", ":"+strconv.Itoa(cfg.TURNTLSPort))
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	if failed := turn.AnswersTLS(ctx, net.JoinHostPort(cfg.turnAt(), strconv.Itoa(cfg.TURNTLSPort)), cfg.TURNHost); failed != nil {
		return fmt.Errorf("%w, and not by a TURN server: %w", err, failed)
	}
	return nil
}

// certificate is where the TURN server's certificate and its key are; in demo mode they are made when nobody names any.
func (c Config) certificate() (cert, key string) {
	if c.Demo && c.TURNCert == "" {
		return c.dataPath("turn.crt"), c.dataPath("turn.key")
	}
	return c.TURNCert, c.TURNKey
}

// turnAt is where a TURN server of this machine can be asked from here.
func (c Config) turnAt() string {
	for _, ip := range split(c.NodeIPs) {
		public, own, pair := strings.Cut(ip, "/")
		if a, err := netip.ParseAddr(own); pair && err == nil && !a.IsUnspecified() {
			return own
		}
		if conn, err := net.ListenPacket("udp", net.JoinHostPort(public, "0")); err == nil {
			_ = conn.Close()
			return public
		}
	}
	return "127.0.0.1"
}

func certificateOK(cfg Config) error {
	if cfg.Demo && cfg.TURNCert == "" {
		return nil
	}
	files, err := turn.LoadFiles(cfg.TURNCert, cfg.TURNKey)
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%w; let this user read it", err)
	}
	if err != nil {
		return err
	}
	return turn.CheckCertificate(files, cfg.TURNHost, time.Now())
}

package main

import (
	"context"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/sfu/turn"
)

// relay is a TURN server on loopback.
func relay(t *testing.T) *turn.Server {
	t.Helper()
	server, err := turn.New(turn.Config{Bind: []net.IP{net.IPv4(127, 0, 0, 1)}, Port: turn.AnyPort})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func TestDoctorLooksAtTheWaysIn(t *testing.T) {
	running := strconv.Itoa(relay(t).Port())
	other := httptest.NewServer(nil) // no TURN server
	defer other.Close()
	_, taken, _ := net.SplitHostPort(other.Listener.Addr().String())
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	if err := turn.WriteSelfSigned(cert, key, time.Now(), "turn.example.org"); err != nil {
		t.Fatal(err)
	}
	tls := func(host string) []string {
		return []string{"--turn-tls-port", taken, "--turn-host", host, "--turn-cert", cert, "--turn-key", key}
	}
	for name, tt := range map[string]struct {
		args []string
		want map[string]bool // beginnings of findings, and whether they are well
	}{
		"nothing to look at":       {nil, map[string]bool{}},
		"the server runs":          {[]string{"--turn-port", running}, map[string]bool{"TURN port": true}},
		"something else runs":      {[]string{"--turn-port", taken}, map[string]bool{"TURN port": false}},
		"STUN answers":             {[]string{"--stun", "127.0.0.1:" + running}, map[string]bool{"address from outside: 127.0.0.1": true}},
		"STUN has no name":         {[]string{"--stun", "stun.invalid:3478"}, map[string]bool{"address from outside": false}},
		"the certificate is good":  {tls("turn.example.org"), map[string]bool{"TURN port": false, "TURN certificate": true}},
		"it is for another name":   {tls("turn.example.com"), map[string]bool{"TURN port": false, "TURN certificate": false}},
		"a server with our secret": {[]string{"--turn-servers", "turn:127.0.0.1:" + running + "?transport=tcp", "--turn-secret", "guess"}, map[string]bool{"TURN server": false}},
	} {
		t.Run(name, func(t *testing.T) {
			findings := examineReach(context.Background(), parse(t, tt.args...))
			if len(findings) != len(tt.want) {
				t.Errorf("%d findings, want %d: %v", len(findings), len(tt.want), findings)
			}
			for _, f := range findings {
				for what, well := range tt.want {
					if strings.HasPrefix(f.what, what) && well != (f.err == nil) {
						t.Errorf("%s: %v, want well = %v", f.what, f.err, well)
					}
				}
				if f.err != nil && f.mend == "" {
					t.Errorf("%s: no word of what to do", f.what)
				}
			}
		})
	}
}

func TestDemoMakesACertificateForTrying(t *testing.T) {
	cfg := parse(t, "--demo", "--turn-tls-port", "5349", "--data", t.TempDir())
	ways, err := cfg.ways()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ways.Certificate(nil)
	if err != nil || pair.Leaf.VerifyHostname("localhost") != nil || pair.Leaf.VerifyHostname("127.0.0.1") != nil {
		t.Errorf("certificate %v, %v", pair, err)
	}
	cfg.Demo = false
	if _, err := cfg.ways(); err == nil {
		t.Error("a service starts on a certificate that nobody trusts")
	}
}

// The operator sees how long the certificate is still good, in time to renew it.
func TestTheCertificatesEndIsShown(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	made := time.Now()
	if err := turn.WriteSelfSigned(cert, key, made, "turn.example.org"); err != nil {
		t.Fatal(err)
	}
	files := []string{"--turn-tls-port", "443", "--turn-cert", cert, "--turn-key", key, "--turn-host"}
	end := made.AddDate(0, 3, 0).UTC()
	for name, c := range map[string]struct {
		args   []string
		now    time.Time
		known  bool
		warn   bool
		failed bool
	}{
		"no TLS":           {nil, made, false, false, false},
		"fresh":            {append(files, "turn.example.org"), made, true, false, false},
		"nearly over":      {append(files, "turn.example.org"), end.AddDate(0, 0, -20), true, true, false},
		"for another name": {append(files, "turn.example.com"), made, true, false, true},
		"not there":        {[]string{"--turn-tls-port", "443", "--turn-host", "x.example", "--turn-cert", key + "x", "--turn-key", key}, made, true, false, true},
	} {
		line, known := certificateOf(parse(t, c.args...), c.now)
		if known != c.known || line.Warn != c.warn || (line.Err != nil) != c.failed {
			t.Errorf("%s: known %t, %+v", name, known, line)
		}
		if known && !c.failed && !strings.Contains(line.Detail, end.Format(time.DateOnly)) {
			t.Errorf("%s: it says %q", name, line.Detail)
		}
	}
}

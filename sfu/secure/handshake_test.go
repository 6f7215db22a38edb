package secure

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v2"
	"github.com/pion/dtls/v2/pkg/crypto/selfsign"
	"github.com/pion/srtp/v2"
)

// oldCertificate is of a server that has no other.
func oldCertificate() (tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return tls.Certificate{}, err
	}
	return selfsign.SelfSign(key)
}

// heard is one side's transport, whose handshake is listened to.
type heard struct {
	net.Conn
	handshake *Handshake
}

func (c heard) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.handshake.Received(b[:n])
	return n, err
}

func (c heard) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.handshake.Sent(b)
	return n, err
}

// side is how one end's keys are known: by listening, and by asking Pion.
type side struct {
	heard    Handshake
	exported *srtp.Config
}

func (s *side) export(t *testing.T, conn *dtls.Conn, client bool) {
	t.Helper()
	profile, ok := conn.SelectedSRTPProtectionProfile()
	if !ok {
		return
	}
	state := conn.ConnectionState()
	s.exported = &srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := s.exported.ExtractSessionKeysFromDTLS(&state, client); err != nil {
		t.Fatal(err)
	}
}

// meet shakes hands between a server and a client, both of which are listened to.
func meet(t *testing.T, suite dtls.CipherSuiteID, old bool, profiles ...dtls.SRTPProtectionProfile) (server, client *side) {
	t.Helper()
	certificate, err := selfsign.GenerateSelfSigned()
	if old {
		certificate, err = oldCertificate()
	}
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	server, client = &side{}, &side{}
	config := func(s *side) *dtls.Config {
		return &dtls.Config{
			Certificates: []tls.Certificate{certificate}, SRTPProtectionProfiles: profiles, InsecureSkipVerify: true,
			ClientAuth: dtls.RequireAnyClientCert, InsecureSkipVerifyHello: true, KeyLogWriter: &s.heard,
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var calling *dtls.Conn
	var failed error
	var sides sync.WaitGroup
	sides.Go(func() {
		c := config(client)
		c.CipherSuites = []dtls.CipherSuiteID{suite}
		calling, failed = dtls.ClientWithContext(ctx, heard{far, &client.heard}, c)
	})
	serving, err := dtls.ServerWithContext(ctx, heard{near, &server.heard}, config(server))
	sides.Wait()
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	server.export(t, serving, false)
	client.export(t, calling, true)
	sides.Go(func() { _ = calling.Close() })
	_ = serving.Close()
	sides.Wait()
	_, _ = near.Close(), far.Close()
	return server, client
}

func TestKeysAreWhatPionExports(t *testing.T) {
	for name, test := range map[string]struct {
		suite    dtls.CipherSuiteID
		old      bool
		profiles []dtls.SRTPProtectionProfile
	}{
		"what clients choose": {dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false, []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80}},
		"an old client":       {dtls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, false, []dtls.SRTPProtectionProfile{dtls.SRTP_AES128_CM_HMAC_SHA1_80}},
		"another hash":        {dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, false, []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM}},
		"longer keys":         {dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false, []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_256_GCM}},
		"an old server":       {dtls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true, []dtls.SRTPProtectionProfile{dtls.SRTP_AEAD_AES_128_GCM}},
	} {
		t.Run(name, func(t *testing.T) {
			server, client := meet(t, test.suite, test.old, test.profiles...)
			server.compare(t, test.profiles[0])
			client.compare(t, test.profiles[0])
		})
	}
}

func (s *side) compare(t *testing.T, profile dtls.SRTPProtectionProfile) {
	t.Helper()
	got, want := s.heard.Keys(), s.exported
	if got == nil {
		t.Fatal("no keys")
	}
	if got.Profile != want.Profile || got.Profile != srtp.ProtectionProfile(profile) {
		t.Errorf("profile %v, want %v", got.Profile, want.Profile)
	}
	for part, pair := range map[string][2][]byte{
		"local key": {got.Local.Key, want.Keys.LocalMasterKey}, "local salt": {got.Local.Salt, want.Keys.LocalMasterSalt},
		"remote key": {got.Remote.Key, want.Keys.RemoteMasterKey}, "remote salt": {got.Remote.Salt, want.Keys.RemoteMasterSalt},
	} {
		if string(pair[0]) != string(pair[1]) {
			t.Errorf("%s: %x, want %x", part, pair[0], pair[1])
		}
	}
	if s.heard.secret != nil || s.heard.random != nil {
		t.Error("the master secret is kept for longer than it is needed")
	}
}

// TestClientsThatPreferHMAC get AES-GCM if they have it; with hellos that fill
// several datagrams too.
func TestClientsThatPreferHMAC(t *testing.T) {
	const gcm, hmac = dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80
	for name, test := range map[string]struct {
		has   []dtls.SRTPProtectionProfile
		mtu   int
		wants dtls.SRTPProtectionProfile
	}{
		"as Chromium":          {[]dtls.SRTPProtectionProfile{hmac, dtls.SRTP_AEAD_AES_256_GCM, gcm}, 0, gcm},
		"as Firefox":           {[]dtls.SRTPProtectionProfile{gcm, hmac}, 0, gcm},
		"without GCM":          {[]dtls.SRTPProtectionProfile{hmac}, 0, hmac},
		"in several datagrams": {[]dtls.SRTPProtectionProfile{hmac, gcm}, 70, gcm},
	} {
		t.Run(name, func(t *testing.T) {
			certificate, err := selfsign.GenerateSelfSigned()
			if err != nil {
				t.Fatal(err)
			}
			near, far := net.Pipe()
			var h Handshake
			config := func(profiles []dtls.SRTPProtectionProfile) *dtls.Config {
				return &dtls.Config{
					Certificates: []tls.Certificate{certificate}, InsecureSkipVerify: true, InsecureSkipVerifyHello: true,
					SRTPProtectionProfiles: profiles, MTU: test.mtu,
				}
			}
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			var client *dtls.Conn
			var failed error
			var sides sync.WaitGroup
			sides.Go(func() {
				client, failed = dtls.ClientWithContext(ctx, far, config(test.has))
			})
			server, err := dtls.ServerWithContext(ctx, heard{near, &h}, config(h.Offers()))
			sides.Wait()
			if err != nil || failed != nil {
				t.Fatal(err, failed)
			}
			if got, _ := server.SelectedSRTPProtectionProfile(); got != test.wants {
				t.Errorf("profile %d, want %d", got, test.wants)
			}
			sides.Go(func() { _ = client.Close() })
			_ = server.Close()
			sides.Wait()
			_, _ = near.Close(), far.Close()
		})
	}
}

func TestNoKeysWithoutSRTP(t *testing.T) {
	if server, client := meet(t, dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false); server.heard.Keys() != nil || client.heard.Keys() != nil {
		t.Error("keys for a connection that has no media")
	}
}

func FuzzHandshake(f *testing.F) {
	f.Add([]byte("CLIENT_RANDOM 00ff 0102\n"), []byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 2, 0, 0, 1})
	f.Add([]byte("CLIENT_RANDOM zz 0102"), []byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 2})
	f.Fuzz(func(t *testing.T, line, datagram []byte) {
		var h Handshake
		if n, err := h.Write(line); n != len(line) || err != nil {
			t.Errorf("wrote %d of %d, %v", n, len(line), err)
		}
		h.Offers()
		h.Received(datagram)
		h.Sent(datagram)
		if keys := h.Keys(); keys != nil && len(keys.Local.Key) == 0 {
			t.Error("empty keys")
		}
	})
}

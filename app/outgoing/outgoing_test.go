package outgoing

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// The example of the Standard Webhooks specification's own libraries.
func TestSignatureIsThatOfStandardWebhooks(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	m := Message{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", At: time.Unix(1614265330, 0), Payload: []byte(`{"test": 2432232314}`), Secrets: [][]byte{secret}}
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	if got := Sign(m); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	m.Secrets = [][]byte{[]byte("another"), secret}
	if first, second, _ := strings.Cut(Sign(m), " "); second != want || first == want || !strings.HasPrefix(first, "v1,") {
		t.Errorf("by two secrets: %s %s", first, second)
	}
}

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.255.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"0.0.0.0", "0.1.2.3", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "fe80::1%eth0",
	} {
		if Public(netip.MustParseAddr(text)) {
			t.Errorf("%s would be called", text)
		}
	}
	for _, text := range []string{"1.1.1.1", "93.184.216.34", "100.128.0.1", "172.32.0.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"} {
		if !Public(netip.MustParseAddr(text)) {
			t.Errorf("%s would not be called", text)
		}
	}
}

// A name is judged by what it leads to when the connection is made.
func TestNamesThatLeadInsideAreNotCalled(t *testing.T) {
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "127.1"} {
		_, err := New(Options{}).Post(t.Context(), "http://"+host+port+"/", Message{Payload: []byte("{}")})
		if err == nil || called {
			t.Errorf("%s was called: %v", host, err)
		}
		if strings.Contains(err.Error(), "127") {
			t.Errorf("%s: the fault tells about our network: %v", host, err)
		}
	}
	if _, err := New(Options{}).Post(t.Context(), server.URL, Message{}); !errors.Is(err, ErrForbiddenAddress) {
		t.Errorf("loopback: %v", err)
	}
	if status, err := New(Options{Loopback: true}).Post(t.Context(), server.URL, Message{}); err != nil || status != 200 || !called {
		t.Errorf("with loopback allowed: %d, %v", status, err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/inside" {
			called = true
			return
		}
		http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	if status, err := New(Options{Loopback: true}).Post(t.Context(), server.URL, Message{}); err == nil || status != 307 || called {
		t.Errorf("%d, %v, followed %t", status, err, called)
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	if _, err := New(Options{Loopback: true, Timeout: 50 * time.Millisecond}).Post(t.Context(), server.URL, Message{}); err == nil || err.Error() != "no answer in time" {
		t.Errorf("said %v", err)
	}
}

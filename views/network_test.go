package views

import (
	"strings"
	"testing"
)

func TestTheNetworkPageNamesEveryDoor(t *testing.T) {
	p := englishPage(t)
	html := rendered(t, Network(p, NetworkModel{
		Base: "https://meet.example.org", Media: []string{"203.0.113.7:7882", "[2001:db8::7]:7882"}, Meeting: "k7dm-9q2x-h4tw",
		Relays: []string{"turn:203.0.113.7:3478?transport=udp", "turn:203.0.113.7:3478?transport=tcp", "turns:turn.example.org:443?transport=tcp", "turns:turn.example.org"},
	}))
	for _, want := range []string{
		"meet.example.org", "HTTPS, TCP 443, with WebSocket", "UDP 7882", "TCP 7882", "2001:db8::7", "UDP 3478", "TCP 3478", "TLS, TCP 443", "TLS, TCP 5349",
		`href="/m/k7dm-9q2x-h4tw"`, "has not checked its network yet",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(html, "style=") {
		t.Error("the page has a style attribute")
	}
	apart := rendered(t, Network(p, NetworkModel{Base: "http://localhost:8080"}))
	for _, want := range []string{"HTTP, TCP 8080", "are found by the check"} {
		if !strings.Contains(apart, want) {
			t.Errorf("with media nodes apart the page lacks %q", want)
		}
	}
}

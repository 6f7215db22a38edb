package views

import (
	"net"
	"net/url"
	"strings"
)

// NetworkModel is the page for who looks after a network: what has to be let through for meetings.
type NetworkModel struct {
	Base    string   // the address of the pages
	Media   []string // host:port of media, for UDP and TCP alike; none where media nodes are apart
	Relays  []string // addresses of relays (RFC 7065)
	Meeting string   // the code of the room that the reader comes from; empty for none
}

// networkDoor is one line of what to let through.
type networkDoor struct{ What, Address, Protocol, Note string }

// doors are all lines, the most needed first.
func (m NetworkModel) doors(p Page) []networkDoor {
	all := []networkDoor{m.pages(p)}
	for _, over := range []struct{ name, note string }{{"UDP", "network.udp_note"}, {"TCP", "network.tcp_note"}} {
		for _, at := range m.Media {
			host, port, _ := net.SplitHostPort(at)
			all = append(all, networkDoor{p.T("network.media"), host, over.name + " " + port, p.T(over.note)})
		}
	}
	for _, relay := range m.Relays {
		all = append(all, relayDoor(p, relay))
	}
	return all
}

func (m NetworkModel) pages(p Page) networkDoor {
	door := networkDoor{What: p.T("network.pages"), Address: m.Base, Note: p.T("network.pages_note")}
	at, err := url.Parse(m.Base)
	if err != nil {
		return door
	}
	protocol, port := "HTTPS", "443"
	if at.Scheme == "http" {
		protocol, port = "HTTP", "80"
	}
	if at.Port() != "" {
		port = at.Port()
	}
	door.Address, door.Protocol = at.Hostname(), p.T("network.pages_protocol", "Protocol", protocol, "Port", port)
	return door
}

// relayDoor reads an address such as turns:turn.example.org:443?transport=tcp.
func relayDoor(p Page, relay string) networkDoor {
	scheme, rest, _ := strings.Cut(relay, ":")
	at, query, _ := strings.Cut(rest, "?")
	door := networkDoor{What: p.T("network.relay"), Address: at, Note: p.T("network.relay_note")}
	port := "3478"
	if scheme == "turns" {
		port = "5349"
	}
	if host, given, err := net.SplitHostPort(at); err == nil {
		door.Address, port = host, given
	}
	switch {
	case scheme == "turns":
		door.Protocol, door.Note = "TLS, TCP "+port, p.T("network.relay_tls_note")
	case strings.Contains(query, "transport=tcp"):
		door.Protocol = "TCP " + port
	default:
		door.Protocol = "UDP " + port
	}
	return door
}

func networkDoc() Doc {
	return Doc{Class: "plain network", Styles: []string{"site.css"}, Scripts: []string{"site.js", "network.js"}}
}

package udp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/stun/v3"

	"parley/sfu/udp"
)

func TestBothWays(t *testing.T) {
	for _, network := range []string{"udp4", "udp6"} {
		t.Run(network, func(t *testing.T) {
			n := newNode(t, network)
			agent, ann := n.agent("ann"), n.client()
			ann.request("ann")
			n.validate(agent)
			if answer := ann.receive(); !stun.IsMessage(answer) {
				t.Errorf("the client got %x, not the answer", answer)
			}
			ann.send(media)
			b, from := n.got(agent)
			if !bytes.Equal(b, media) || from.String() != ann.conn.LocalAddr().String() {
				t.Errorf("the agent got %x from %v", b, from)
			}
			if _, err := agent.WriteTo(media, from); err != nil {
				t.Fatal(err)
			}
			if b := ann.receive(); !bytes.Equal(b, media) {
				t.Errorf("the client got %x", b)
			}
		})
	}
}

// TestStrangersGetNothing sends what an address may not send before ICE has
// validated it.
func TestStrangersGetNothing(t *testing.T) {
	n := newNode(t, "udp4")
	agent, stranger := n.agent("ann"), n.client()
	hello := []byte{22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0}
	indication := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodBinding, stun.ClassIndication), stun.NewUsername("ann:x")).Raw
	answer := stun.MustBuild(stun.TransactionID, stun.BindingSuccess, stun.NewUsername("ann:x")).Raw
	nameless := stun.MustBuild(stun.TransactionID, stun.BindingRequest).Raw
	half := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername("ann:x")).Raw[:24]
	for _, b := range [][]byte{hello, media, {}, {0}, indication, answer, nameless, half} {
		stranger.send(b)
	}
	stranger.request("nobody")
	stranger.request("") // a user name that starts with the colon
	eventually(t, "strangers", n.mux.Counters.Strangers.Load, 9)
	stranger.request("ann")
	n.validate(agent) // the first that comes through
	stranger.send(hello)
	if b, _ := n.got(agent); !bytes.Equal(b, hello) {
		t.Errorf("after validation the agent got %x", b)
	}
}

// TestARequestAloneValidatesNothing is somebody who knows a user name, but not
// the password: the agent does not answer.
func TestARequestAloneValidatesNothing(t *testing.T) {
	n := newNode(t, "udp4")
	agent, stranger := n.agent("ann"), n.client()
	stranger.request("ann")
	n.got(agent)
	stranger.send(media)
	eventually(t, "strangers", n.mux.Counters.Strangers.Load, 1)
}

// TestAddressMovesToANewConnection is an ICE restart, and a client that comes
// back from the same port before its old connection is gone.
func TestAddressMovesToANewConnection(t *testing.T) {
	n := newNode(t, "udp4")
	before, ann := n.agent("before"), n.client()
	ann.request("before")
	n.validate(before)
	after := n.agent("after")
	ann.request("after")
	n.validate(after)
	ann.send(media)
	if b, _ := n.got(after); !bytes.Equal(b, media) {
		t.Errorf("the new connection got %x", b)
	}
	// The old one ends late, and must not take the address with it.
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	n.mux.RemoveConnByUfrag("before")
	ann.send(media)
	if b, _ := n.got(after); !bytes.Equal(b, media) {
		t.Errorf("the new connection got %x", b)
	}
}

func TestRemovedConnectionGetsNothing(t *testing.T) {
	n := newNode(t, "udp4")
	agent, ann := n.agent("ann"), n.client()
	ann.request("ann")
	n.validate(agent)
	ann.receive()
	n.mux.RemoveConnByUfrag("ann")
	ann.send(media)
	ann.request("ann")
	eventually(t, "strangers", n.mux.Counters.Strangers.Load, 2)
	if again := n.agent("ann"); again == agent {
		t.Error("a name that was taken out of use leads to its old connection")
	}
}

// TestFloodIsCutOff sends requests as fast as it can. Whoever is behind the same
// address, as a whole office is, joins all the same.
func TestFloodIsCutOff(t *testing.T) {
	n := newNode(t, "udp4")
	ann, bob := n.agent("ann"), n.agent("bob")
	flood, colleague := n.client(), n.client()
	for end := time.Now().Add(patience); n.mux.Counters.Flooded.Load() < 3000; {
		for range 100 {
			flood.request("nobody")
			flood.request("ann")
		}
		if time.Now().After(end) {
			t.Fatal("the flood is let through")
		}
	}
	colleague.request("bob")
	n.validate(bob)
	if answer := colleague.receive(); !stun.IsMessage(answer) {
		t.Errorf("the colleague got %x, not the answer", answer)
	}
	n.validate(ann) // what came before the flood was one
}

// TestUnreadConnectionKeepsNoMoreThanItHolds sends from an address that is known.
func TestUnreadConnectionKeepsNoMoreThanItHolds(t *testing.T) {
	n := newNode(t, "udp4")
	agent, client := n.agent("ann"), n.client()
	client.request("ann")
	n.validate(agent)
	for end := time.Now().Add(patience); n.mux.Counters.Overflown.Load() == 0; {
		for range 100 {
			client.send(media)
		}
		if time.Now().After(end) {
			t.Fatal("a connection that is not read keeps everything")
		}
	}
	n.got(agent)
}

func TestCloseEndsReading(t *testing.T) {
	n := newNode(t, "udp4")
	agent := n.agent("ann")
	var reader sync.WaitGroup
	reader.Go(func() {
		if _, _, err := agent.ReadFrom(make([]byte, 10)); !errors.Is(err, io.EOF) {
			t.Errorf("reading from a closed connection: %v", err)
		}
	})
	if err := n.mux.Close(); err != nil {
		t.Fatal(err)
	}
	reader.Wait()
	if _, err := n.mux.GetConn("bob", n.addr); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a connection of a closed mux: %v", err)
	}
	if _, err := agent.WriteTo(media, n.addr); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("write to a closed connection: %v", err)
	}
	again, err := net.ListenUDP("udp4", n.addr)
	if err != nil {
		t.Fatalf("the port is not free: %v", err)
	}
	_ = again.Close()
}

func TestWritesToWhereItCannot(t *testing.T) {
	n := newNode(t, "udp4")
	agent := n.agent("ann")
	for _, addr := range []net.Addr{&net.TCPAddr{}, &net.UDPAddr{IP: net.IPv6loopback, Port: 9}, &net.UDPAddr{}} {
		if _, err := agent.WriteTo(media, addr); err == nil {
			t.Errorf("wrote to %v", addr)
		}
	}
	if _, err := n.mux.GetConn("ann", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 1}); err == nil {
		t.Error("a connection at an address that is not the mux's")
	}
}

// numbered is a packet of a length that shows its number.
func numbered(number uint32, size int) []byte {
	b := bytes.Repeat([]byte{0x80}, size)
	binary.BigEndian.PutUint32(b[4:], number)
	return b
}

// TestHeldPacketsLeaveTogetherAndInOrder writes frames to several clients from
// several goroutines at once, as tracks do, with others' packets in between.
func TestHeldPacketsLeaveTogetherAndInOrder(t *testing.T) {
	n := newNode(t, "udp4")
	const clients, writers, frames, frame = 4, 3, 40, 7
	agents, sockets := make([]net.PacketConn, clients), make([]*client, clients)
	for i := range sockets {
		agents[i], sockets[i] = n.agent(string(rune('a'+i))), n.client()
		_ = sockets[i].conn.SetReadBuffer(4 << 20)
	}
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for f := range frames {
				if w > 0 { // the first writes unheld
					n.mux.Hold()
				}
				for i, agent := range agents {
					for p := range frame {
						size := 1000
						if p == frame-1 {
							size = 300 + f
						}
						packet := numbered(uint32(f*frame+p), size)
						packet[1] = byte(w)
						if _, err := agent.WriteTo(packet, sockets[i].conn.LocalAddr()); err != nil {
							t.Error(err)
						}
					}
				}
				if w > 0 {
					n.mux.Release()
				}
			}
		})
	}
	writing.Wait()
	for _, socket := range sockets {
		var next [writers]uint32
		for range writers * frames * frame {
			b := socket.receive()
			w, number := b[1], binary.BigEndian.Uint32(b[4:])
			if number != next[w] {
				t.Fatalf("writer %d: packet %d came, want %d", w, number, next[w])
			}
			if size := len(b); number%frame != frame-1 && size != 1000 || number%frame == frame-1 && size != 300+int(number/frame) {
				t.Fatalf("packet %d has %d bytes", number, size)
			}
			next[w]++
		}
	}
}

func TestHeldPacketsWait(t *testing.T) {
	n := newNode(t, "udp4")
	agent, ann := n.agent("ann"), n.client()
	n.mux.Hold()
	n.mux.Hold()
	for i := range 3 {
		if _, err := agent.WriteTo(numbered(uint32(i), 100), ann.conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	_ = ann.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := ann.conn.Read(make([]byte, 200)); err == nil {
		t.Error("a packet left while the mux was held")
	}
	n.mux.Release() // who lets go sends, whoever else still holds
	for range 3 {
		ann.receive()
	}
	if _, err := agent.WriteTo(numbered(3, 100), ann.conn.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	n.mux.Release()
	ann.receive()
}

func TestRoomIsSentAsFarAsItIsFilled(t *testing.T) {
	for _, network := range []string{"udp4", "udp6"} {
		t.Run(network, func(t *testing.T) {
			n := newNode(t, network)
			agent, bob := n.agent("a"), n.client()
			road, err := udp.RoadTo(agent, bob.conn.LocalAddr())
			if err != nil {
				t.Fatal(err)
			}
			n.mux.Hold()
			for _, text := range []string{"one", "two", "", "three"} {
				room := road.Begin(100)
				if len(room) != 100 {
					t.Fatalf("room for %d", len(room))
				}
				road.End(copy(room, text))
			}
			if road.Begin(1<<20) != nil {
				t.Error("there is room for more than a datagram")
			}
			n.mux.Release()
			for _, want := range []string{"one", "two", "three"} {
				if got := string(bob.receive()); got != want {
					t.Errorf("%q came, want %q", got, want)
				}
			}
			if err := agent.Close(); err != nil {
				t.Fatal(err)
			}
			if road.Begin(1) != nil {
				t.Error("there is room on a closed connection")
			}
		})
	}
}

func TestRoadsThatAreNone(t *testing.T) {
	n := newNode(t, "udp4")
	other := listen(t, "udp4")
	defer other.Close()
	if _, err := udp.RoadTo(other, other.LocalAddr()); err == nil {
		t.Error("a road from a socket that is not the mux's")
	}
	for _, to := range []net.Addr{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}, &net.UDPAddr{IP: net.IPv6loopback, Port: 9}} {
		if _, err := udp.RoadTo(n.agent("a"), to); err == nil {
			t.Errorf("a road to %v", to)
		}
	}
}

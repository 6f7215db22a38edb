package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"parley/sfu"
	"parley/sfu/sfutest"
)

func TestFaultsOfTheCluster(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string // empty: none
	}{
		"nothing":                 {nil, ""},
		"a node of a cluster":     {[]string{"--nats", "nats://127.0.0.1", "--region", "eu-central-1", "--capacity", "400", "--nats-replicas", "3"}, ""},
		"a region in words":       {[]string{"--region", "over there"}, "try eu-central"},
		"a region without an end": {[]string{"--region", strings.Repeat("a", 65)}, "--region"},
		"fewer than nobody":       {[]string{"--capacity", "-1"}, "--capacity"},
		"no replica":              {[]string{"--nats-replicas", "0"}, "3 survives the loss of one"},
		"more than JetStream has": {[]string{"--nats", "nats://127.0.0.1", "--nats-replicas", "6"}, "from 1 to 5"},
		"three of one server":     {[]string{"--nats-replicas", "3"}, "--nats is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			err := parse(t, append([]string{"--billing", "off"}, tt.args...)...).faults()
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("faults = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestDoctorTriesWhetherNATSKeepsThings(t *testing.T) {
	forgetful, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	forgetful.Start()
	t.Cleanup(func() { forgetful.Shutdown(); forgetful.WaitForShutdown() })
	if !forgetful.ReadyForConnections(30 * time.Second) {
		t.Fatal("the NATS server does not come up")
	}
	single := natsServer(t)
	for name, tt := range map[string]struct {
		args []string
		well bool
	}{
		"a server inside":          {nil, true},
		"one server":               {[]string{"--nats", single}, true},
		"three, but there is one":  {[]string{"--nats", single, "--nats-replicas", "3"}, false},
		"a server without a store": {[]string{"--nats", forgetful.ClientURL()}, false},
		"nobody there":             {[]string{"--nats", "nats://127.0.0.1:1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := natsOK(t.Context(), parse(t, tt.args...)); (err == nil) != tt.well {
				t.Errorf("the doctor says %v, want well = %v", err, tt.well)
			}
		})
	}
	conn, err := nats.Connect(single)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for left := range js.StreamNames(t.Context()).Name() {
		t.Errorf("the doctor left the stream %s behind", left)
	}
}

// TestFullNodeGetsNoMoreRooms but goes on with those that it has.
func TestFullNodeGetsNoMoreRooms(t *testing.T) {
	natsURL, data := natsServer(t), t.TempDir()
	start(t, "media", "--nats", natsURL, "--media-port", "0", "--node-ip", "127.0.0.1", "--capacity", "1", "--region", "eu-test", "--data", t.TempDir())
	web := start(t, "web", "--billing", "off", "--nats", natsURL, "--data", data, "--listen", "127.0.0.1:0")
	base := web.base()
	web.until("a media node is found", func() bool { code, _ := get(t, base+"/readyz"); return code == 200 })
	if out, err := invoke(t, "", "admin", "org", "create", "--name", "Acme", "--plan", "business", "--data", data); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	one := joinWithKey(t, base, data, "acme", "standup")
	if region := one.Join().GetServerInfo().GetRegion(); region != "eu-test" {
		t.Errorf("the client is told that the node stands in %q", region)
	}
	key := makeKey(t, data, "acme")
	room := 0
	web.until("the node is full", func() bool {
		room++
		return !key.letsIn(t, base, fmt.Sprintf("another-%d", room))
	})
	joinWithKey(t, base, data, "acme", "standup")
}

// letsIn says whether somebody gets into a room; they leave at once.
func (k mediaKey) letsIn(t *testing.T, base, room string) bool {
	t.Helper()
	token, err := sfu.SignToken(k.Key, []byte(k.Secret), sfu.Grant{Room: room, Identity: "robot"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	p, err := sfutest.Dial(ctx, "ws"+strings.TrimPrefix(base, "http"), sfutest.Options{Token: token, SignalingOnly: true})
	if err != nil {
		return false
	}
	defer p.Leave()
	return p.Until(ctx, "an answer", func() bool { return p.Join() != nil }) == nil && p.Join() != nil
}

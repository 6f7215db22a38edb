package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

func TestErrorsKeepTheirMeaningOverTheWire(t *testing.T) {
	for _, row := range codes {
		sent := fmt.Errorf("doing a thing: %w", row.err)
		r, err := parseReply(replyOf(sent).encode())
		check(t, err)
		got := r.err()
		if !errors.Is(got, row.err) {
			t.Errorf("%v arrives as %v", row.err, got)
		}
		if !strings.Contains(got.Error(), "doing a thing") {
			t.Errorf("%v lost its words", got)
		}
	}
	if err := replyOf(nil).err(); err != nil {
		t.Errorf("no error arrives as %v", err)
	}
	if err := replyOf(errors.New("out of luck")).err(); err == nil || !strings.Contains(err.Error(), "out of luck") {
		t.Errorf("an error without a code arrives as %v", err)
	}
	if !errors.Is(replyOf(sfu.ErrTokenExpired).err(), sfu.ErrToken) {
		t.Error("an expired token is no token error any more")
	}
}

func TestHelloCrossesUnchanged(t *testing.T) {
	client := &livekit.ClientInfo{Sdk: livekit.ClientInfo_JS, Version: "2.23.0", ClientProtocol: 2}
	hello := sfu.Hello{
		Token: "a.b.c", SinglePC: true, AutoSubscribe: true, Adaptive: true, AllowPause: true, Pictures: 25, Reconnect: true, SID: "PA_x",
		Join:   &livekit.JoinRequest{ClientInfo: client, PublisherOffer: &livekit.SessionDescription{Sdp: strings.Repeat("a=x\r\n", 20_000)}},
		Client: client,
	}
	to := address{Tenant: "acme", Room: "Zimmer 7 – ünï", Session: newID()}
	j, err := newJoining(to, 42, hello)
	check(t, err)
	data, err := marshal(j)
	check(t, err)
	got, back, err := parseJoining(data)
	check(t, err)
	if got.address != to || got.Fence != 42 {
		t.Errorf("address %+v, fence %d", got.address, got.Fence)
	}
	if !proto.Equal(back.Join, hello.Join) || !proto.Equal(back.Client, client) {
		t.Error("the join request changed")
	}
	back.Join, back.Client, hello.Join, hello.Client = nil, nil, nil, nil
	if back != hello {
		t.Errorf("got %+v, want %+v", back, hello)
	}
}

func TestMessagesThatCannotBeUsedAreRefused(t *testing.T) {
	room := sfu.RoomKey{Tenant: "acme", Room: "r"}
	valid := control{address: addressOf(room), Op: opLimits, Fence: 3, Limits: sfu.Limits{Participants: 100, EndsAt: time.Unix(1_800_000_000, 0)}}
	data, err := marshal(valid)
	check(t, err)
	if _, err := parseControl(data); err != nil {
		t.Fatalf("a good request is refused: %v", err)
	}
	for name, change := range map[string]func(*control){
		"no tenant":       func(c *control) { c.Tenant = "" },
		"long tenant":     func(c *control) { c.Tenant = strings.Repeat("t", maxTenant+1) },
		"no room":         func(c *control) { c.Room = "" },
		"long room":       func(c *control) { c.Room = strings.Repeat("r", maxRoom+1) },
		"long identity":   func(c *control) { c.Identity = strings.Repeat("i", maxIdentity+1) },
		"long reason":     func(c *control) { c.Reason = sfu.Reason(strings.Repeat("r", maxWord+1)) },
		"larger than cap": func(c *control) { c.Limits.Plan = strings.Repeat("p", maxControl) },
		"session to spy":  func(c *control) { c.Session = "x.>" },
	} {
		t.Run(name, func(t *testing.T) {
			bad := valid
			change(&bad)
			data, err := marshal(bad)
			check(t, err)
			if _, err := parseControl(data); !errors.Is(err, errWire) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := parseJoining(data); !errors.Is(err, errWire) {
		t.Errorf("a join without a session: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"tenant":"a","room":"b","op":"limits","session":"s"}`))
	f.Add([]byte(`{"id":"n","state":"open"}`))
	f.Add([]byte(`{"ID":"e","Kind":"left","Room":{"Tenant":"a","Room":"b"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := parseControl(data); err == nil && c.check() != nil {
			t.Error("a request without a proper address passes")
		}
		if l, err := parseListing(data); err == nil && (l.Tenant == "" || len(l.Names) > maxNames) {
			t.Error("a listing of nobody's rooms passes")
		}
		if j, _, err := parseJoining(data); err == nil && !validToken(j.Session) {
			t.Error("a session without a proper id passes")
		}
		if n, err := parseBeat(data); err == nil && !validToken(n.ID) {
			t.Error("a node without a proper id passes")
		}
		if e, err := decodeEvent(data); err == nil && e.ID == "" {
			t.Error("an event without an id passes")
		}
		_, _ = parseReply(data)
	})
}

package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// Caps, checked before anything is parsed.
const (
	maxBeat     = 2 << 10
	maxQuestion = 192 << 10 // of the room API: data of 64,000 bytes and its envelope, metadata, lists
	maxControl  = 16<<10 + maxQuestion*4/3
	maxJoin     = 512 << 10 // a token, and a join request with a browser's first offer in it
	maxReply    = 960 << 10 // a page of a list, in base64; NATS takes a megabyte
	maxTenant   = 64
	maxRoom     = 128
	maxIdentity = 256
	maxWord     = 32 // reasons, operations, codes
	maxText     = 512
)

const (
	subjectBeat     = "parley.beat"
	subjectRollCall = "parley.rollcall"
	subjectKey      = "parley.key"
)

func subjectKnock(node string) string   { return "parley.node." + node + ".knock" }
func subjectRoom(node string) string    { return "parley.node." + node + ".room" }
func subjectRooms(node string) string   { return "parley.node." + node + ".rooms" }
func subjectJoin(node string) string    { return "parley.node." + node + ".join" }
func subjectUp(session string) string   { return "parley.session." + session + ".up" }
func subjectDown(session string) string { return "parley.session." + session + ".down" }

var errWire = errors.New("message between nodes cannot be used")

var tokenPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// validToken says whether s can be one part of a subject.
func validToken(s string) bool { return tokenPattern.MatchString(s) }

// newID makes an id that nobody can guess: whoever knows a session's id can
// speak on its subjects.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand
	return hex.EncodeToString(b[:])
}

// address stands in every message about a room.
type address struct {
	Tenant  string `json:"tenant"`
	Room    string `json:"room"`
	Session string `json:"session,omitempty"` // of one connection's signalling
}

func addressOf(key sfu.RoomKey) address { return address{Tenant: key.Tenant, Room: key.Room} }

func (a address) key() sfu.RoomKey { return sfu.RoomKey{Tenant: a.Tenant, Room: a.Room} }

func (a address) check() error {
	switch {
	case a.Tenant == "" || len(a.Tenant) > maxTenant || !utf8.ValidString(a.Tenant):
		return fmt.Errorf("%w: tenant", errWire)
	case a.Room == "" || len(a.Room) > maxRoom || !utf8.ValidString(a.Room):
		return fmt.Errorf("%w: room", errWire)
	case a.Session != "" && !validToken(a.Session):
		return fmt.Errorf("%w: session", errWire)
	}
	return nil
}

// op is what a control request asks for.
type op string

const (
	opLimits op = "limits"
	opRemove op = "remove"
	opEnd    op = "end"
)

// control asks a node something about one of its rooms.
type control struct {
	address
	Op       op         `json:"op"`
	Fence    uint64     `json:"fence"` // revision of the binding that the sender goes by
	Limits   sfu.Limits `json:"limits"`
	Identity string     `json:"identity,omitempty"`
	Reason   sfu.Reason `json:"reason,omitempty"`
	Question []byte     `json:"question,omitempty"` // of an operation of the room API
}

func parseControl(data []byte) (control, error) {
	var c control
	if err := unmarshal(data, maxControl, &c); err != nil {
		return c, err
	}
	if len(c.Identity) > maxIdentity || len(c.Reason) > maxWord || len(c.Limits.Plan) > maxText {
		return c, fmt.Errorf("%w: a field is too long", errWire)
	}
	return c, c.check()
}

// joining asks a node to start a session.
type joining struct {
	address
	Fence         uint64 `json:"fence"`
	Token         string `json:"token"`
	SinglePC      bool   `json:"singlePC,omitempty"`
	AutoSubscribe bool   `json:"autoSubscribe,omitempty"`
	Adaptive      bool   `json:"adaptive,omitempty"`
	AllowPause    bool   `json:"allowPause,omitempty"`
	Pictures      int    `json:"pictures,omitempty"`
	Reconnect     bool   `json:"reconnect,omitempty"`
	SID           string `json:"sid,omitempty"`
	Join          []byte `json:"join,omitempty"`   // livekit.JoinRequest
	Client        []byte `json:"client,omitempty"` // livekit.ClientInfo
}

func newJoining(to address, fence uint64, h sfu.Hello) (joining, error) {
	j := joining{
		address: to, Fence: fence,
		Token: h.Token, SinglePC: h.SinglePC, AutoSubscribe: h.AutoSubscribe, Reconnect: h.Reconnect, SID: h.SID,
		Adaptive: h.Adaptive, AllowPause: h.AllowPause, Pictures: h.Pictures,
	}
	var err error
	if h.Join != nil {
		if j.Join, err = proto.Marshal(h.Join); err != nil {
			return j, fmt.Errorf("join request: %w", err)
		}
	}
	if h.Client != nil {
		if j.Client, err = proto.Marshal(h.Client); err != nil {
			return j, fmt.Errorf("client info: %w", err)
		}
	}
	return j, nil
}

func parseJoining(data []byte) (joining, sfu.Hello, error) {
	var j joining
	if err := unmarshal(data, maxJoin, &j); err != nil {
		return j, sfu.Hello{}, err
	}
	if err := j.check(); err != nil {
		return j, sfu.Hello{}, err
	}
	if j.Session == "" {
		return j, sfu.Hello{}, fmt.Errorf("%w: no session", errWire)
	}
	h := sfu.Hello{
		Token: j.Token, SinglePC: j.SinglePC, AutoSubscribe: j.AutoSubscribe, Reconnect: j.Reconnect, SID: j.SID,
		Adaptive: j.Adaptive, AllowPause: j.AllowPause, Pictures: j.Pictures,
	}
	if j.Join != nil {
		h.Join = &livekit.JoinRequest{}
		if err := proto.Unmarshal(j.Join, h.Join); err != nil {
			return j, h, fmt.Errorf("%w: join request: %w", errWire, err)
		}
	}
	if j.Client != nil {
		h.Client = &livekit.ClientInfo{}
		if err := proto.Unmarshal(j.Client, h.Client); err != nil {
			return j, h, fmt.Errorf("%w: client info: %w", errWire, err)
		}
	}
	if h.Join != nil {
		h.Client = h.Join.ClientInfo // one object, as sfu.ParseHello makes it
	}
	return j, h, nil
}

func unmarshal(data []byte, most int, into any) error {
	if len(data) > most {
		return fmt.Errorf("%w: %d bytes", errWire, len(data))
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%w: %w", errWire, err)
	}
	return nil
}

func marshal(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errWire, err)
	}
	return data, nil
}

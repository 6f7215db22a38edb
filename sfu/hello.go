package sfu

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// Paths of the signalling socket: two peer connections, or one.
const (
	PathTwoConnections = "/rtc"
	PathOneConnection  = "/rtc/v1"
)

// Caps of a join request. A browser's first offer is some 8 kB of text, which
// gzip takes down to a third.
const (
	maxJoinRequest = 64 << 10
	maxInflated    = 256 << 10
	maxQueryValue  = 256
	maxPictures    = 1000
)

// Hello is what a client says when it opens its signalling socket.
type Hello struct {
	Token         string
	SinglePC      bool // one peer connection, which the client offers
	AutoSubscribe bool
	Adaptive      bool                 // will say how large it shows each picture
	AllowPause    bool                 // shows that a picture is paused for want of room
	Pictures      int                  // cameras that it is given unasked, see peer.givesUnasked; 0: all
	Reconnect     bool                 // wants to go on with the session SID
	SID           string               // of the participant, when Reconnect
	Join          *livekit.JoinRequest // /rtc/v1 only
	Client        *livekit.ClientInfo
}

// ParseHello reads the request of a signalling socket. Nothing in it is
// trusted beyond its size and shape; the token is verified by Join.
func ParseHello(path string, query url.Values, authorization string) (Hello, error) {
	token := query.Get("access_token")
	if token == "" {
		token = strings.TrimSpace(strings.TrimPrefix(authorization, "Bearer "))
	}
	if token == "" {
		return Hello{}, fmt.Errorf("%w: %w", ErrBadHello, ErrTokenMissing)
	}
	if len(token) > maxToken {
		return Hello{}, fmt.Errorf("%w: token: %w", ErrBadHello, ErrTooLarge)
	}
	switch strings.TrimSuffix(path, "/") {
	case PathTwoConnections:
		return parseQuery(token, query), nil
	case PathOneConnection:
		return parseJoinRequest(token, query.Get("join_request"))
	default:
		return Hello{}, ErrNoSuchPath
	}
}

func parseQuery(token string, query url.Values) Hello {
	short := func(name string) string { return clip(query.Get(name), maxQueryValue) }
	number := func(name string) int32 {
		n, err := strconv.ParseInt(short(name), 10, 32)
		if err != nil {
			return 0
		}
		return int32(n)
	}
	sdk := livekit.ClientInfo_SDK(livekit.ClientInfo_SDK_value[strings.ToUpper(short("sdk"))])
	return Hello{
		Token:         token,
		AutoSubscribe: short("auto_subscribe") != "0" && short("auto_subscribe") != "false",
		Adaptive:      short("adaptive_stream") == "1" || short("adaptive_stream") == "true",
		AllowPause:    short("subscriber_allow_pause") == "1" || short("subscriber_allow_pause") == "true",
		Pictures:      int(min(max(number("pictures"), 0), maxPictures)),
		Reconnect:     short("reconnect") == "1" || short("reconnect") == "true",
		SID:           short("sid"),
		Client: &livekit.ClientInfo{
			Sdk: sdk, Version: short("version"), Protocol: number("protocol"), ClientProtocol: number("client_protocol"),
			Os: short("os"), OsVersion: short("os_version"), DeviceModel: short("device_model"),
			Browser: short("browser"), BrowserVersion: short("browser_version"), Network: short("network"),
			Capabilities: parseCapabilities(short("capabilities")),
		},
	}
}

func parseCapabilities(list string) []livekit.ClientInfo_Capability {
	var capabilities []livekit.ClientInfo_Capability
	for name := range strings.SplitSeq(list, ",") {
		if value, known := livekit.ClientInfo_Capability_value[name]; known {
			capabilities = append(capabilities, livekit.ClientInfo_Capability(value))
		}
	}
	return capabilities
}

func parseJoinRequest(token, encoded string) (Hello, error) {
	if len(encoded) > maxJoinRequest {
		return Hello{}, fmt.Errorf("%w: %w", ErrBadHello, ErrTooLarge)
	}
	// The client pads; the padding is optional in the alphabet's RFC 4648.
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return Hello{}, fmt.Errorf("%w: base64: %w", ErrBadHello, err)
	}
	join, err := unwrapJoin(raw)
	if err != nil {
		return Hello{}, fmt.Errorf("%w: %w", ErrBadHello, err)
	}
	if join.ClientInfo == nil {
		join.ClientInfo = &livekit.ClientInfo{}
	}
	settings := join.GetConnectionSettings()
	return Hello{
		Token: token, SinglePC: true, Join: join, Client: join.ClientInfo,
		AutoSubscribe: settings == nil || settings.GetAutoSubscribe(),
		Adaptive:      settings.GetAdaptiveStream(),
		AllowPause:    settings.GetSubscriberAllowPause(),
		Reconnect:     join.GetReconnect(), SID: clip(join.GetParticipantSid(), maxQueryValue),
	}, nil
}

func unwrapJoin(raw []byte) (*livekit.JoinRequest, error) {
	var wrapped livekit.WrappedJoinRequest
	if err := proto.Unmarshal(raw, &wrapped); err != nil {
		return nil, fmt.Errorf("unmarshal wrapper: %w", err)
	}
	body := wrapped.GetJoinRequest()
	switch wrapped.GetCompression() {
	case livekit.WrappedJoinRequest_NONE:
	case livekit.WrappedJoinRequest_GZIP:
		var err error
		if body, err = inflate(body); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("compression %d is not known", wrapped.GetCompression())
	}
	var join livekit.JoinRequest
	if err := proto.Unmarshal(body, &join); err != nil {
		return nil, fmt.Errorf("unmarshal: %w", err)
	}
	return &join, nil
}

// inflate stops at the cap: a few kilobytes can unpack to gigabytes.
func inflate(packed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	defer reader.Close()
	body, err := io.ReadAll(io.LimitReader(reader, maxInflated+1))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if len(body) > maxInflated {
		return nil, fmt.Errorf("inflated: %w", ErrTooLarge)
	}
	return body, nil
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

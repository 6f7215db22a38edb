package sfutest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"net/url"
	"strconv"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

// address is the path and query of a join.
func address(o Options) (string, url.Values, error) {
	query := url.Values{"access_token": {o.Token}}
	if !o.SinglePC {
		query.Set("sdk", "go")
		query.Set("protocol", "16")
		query.Set("auto_subscribe", map[bool]string{true: "0", false: "1"}[o.NoSubscribe])
		if o.AllowPause {
			query.Set("subscriber_allow_pause", "1")
		}
		if o.Pictures > 0 {
			query.Set("pictures", strconv.Itoa(o.Pictures))
		}
		if o.reconnect {
			query.Set("reconnect", "1")
			query.Set("sid", o.sid)
		}
		return sfu.PathTwoConnections, query, nil
	}
	body, err := proto.Marshal(&livekit.JoinRequest{
		ClientInfo:         &livekit.ClientInfo{Sdk: livekit.ClientInfo_GO, Protocol: 16},
		ConnectionSettings: &livekit.ConnectionSettings{AutoSubscribe: !o.NoSubscribe, SubscriberAllowPause: &o.AllowPause},
		Reconnect:          o.reconnect, ParticipantSid: o.sid,
	})
	if err != nil {
		return "", nil, err
	}
	encoded, err := wrapJoin(body)
	if err != nil {
		return "", nil, err
	}
	query.Set("join_request", encoded)
	return sfu.PathOneConnection, query, nil
}

func wrapJoin(body []byte) (string, error) {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(body); err != nil {
		return "", err
	}
	if err := writer.Close(); err != nil {
		return "", err
	}
	wrapped, err := proto.Marshal(&livekit.WrappedJoinRequest{
		Compression: livekit.WrappedJoinRequest_GZIP, JoinRequest: packed.Bytes(),
	})
	if err != nil {
		return "", err
	}
	return base64.URLEncoding.EncodeToString(wrapped), nil
}

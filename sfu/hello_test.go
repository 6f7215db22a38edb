package sfu_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"

	"parley/sfu"
)

func wrapped(t testing.TB, body []byte, how livekit.WrappedJoinRequest_Compression) string {
	t.Helper()
	raw, err := proto.Marshal(&livekit.WrappedJoinRequest{Compression: how, JoinRequest: body})
	if err != nil {
		t.Fatal(err)
	}
	return base64.URLEncoding.EncodeToString(raw)
}

func zipped(t testing.TB, body []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write(body)
	if err := errors.Join(err, writer.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func joinRequest(t testing.TB) []byte {
	t.Helper()
	body, err := proto.Marshal(&livekit.JoinRequest{
		ClientInfo:         &livekit.ClientInfo{Sdk: livekit.ClientInfo_JS, Protocol: 17},
		ConnectionSettings: &livekit.ConnectionSettings{AutoSubscribe: true},
		PublisherOffer:     &livekit.SessionDescription{Type: "offer", Sdp: "v=0", Id: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestParseHelloOfTwoConnections(t *testing.T) {
	query := url.Values{
		"access_token": {"tok"}, "auto_subscribe": {"1"}, "sdk": {"js"}, "version": {"2.23.0"}, "protocol": {"17"}, "client_protocol": {"2"},
		"reconnect": {"1"}, "sid": {"PA_x"}, "browser": {"chrome"}, "pictures": {"25"},
	}
	hello, err := sfu.ParseHello("/rtc", query, "")
	if err != nil {
		t.Fatal(err)
	}
	if hello.Token != "tok" || hello.SinglePC || !hello.AutoSubscribe || !hello.Reconnect || hello.SID != "PA_x" || hello.Pictures != 25 ||
		hello.Client.GetSdk() != livekit.ClientInfo_JS || hello.Client.GetClientProtocol() != 2 || hello.Client.GetBrowser() != "chrome" {
		t.Errorf("hello %+v, client %v", hello, hello.Client)
	}
	for _, odd := range []string{"-3", "many", "99999999999999"} {
		if hello, err := sfu.ParseHello("/rtc", url.Values{"pictures": {odd}}, "Bearer tok"); err != nil || hello.Pictures < 0 || hello.Pictures > 1000 {
			t.Errorf("%s pictures: %+v, %v", odd, hello, err)
		}
	}
	if hello, err := sfu.ParseHello("/rtc", url.Values{"auto_subscribe": {"0"}, "protocol": {"99999999999999"}}, "Bearer tok"); err != nil || hello.Token != "tok" || hello.AutoSubscribe {
		t.Errorf("with a bearer token: %+v, %v", hello, err)
	}
}

func TestParseHelloOfOneConnection(t *testing.T) {
	for name, encoded := range map[string]string{
		"gzip":            wrapped(t, zipped(t, joinRequest(t)), livekit.WrappedJoinRequest_GZIP),
		"plain":           wrapped(t, joinRequest(t), livekit.WrappedJoinRequest_NONE),
		"without padding": strings.TrimRight(wrapped(t, joinRequest(t), livekit.WrappedJoinRequest_NONE), "="),
	} {
		hello, err := sfu.ParseHello("/rtc/v1", url.Values{"access_token": {"tok"}, "join_request": {encoded}}, "")
		if err != nil || !hello.SinglePC || !hello.AutoSubscribe || hello.Join.GetPublisherOffer().GetSdp() != "v=0" || hello.Client.GetProtocol() != 17 {
			t.Errorf("%s: %+v, %v", name, hello, err)
		}
	}
}

func TestParseHelloRefuses(t *testing.T) {
	token := url.Values{"access_token": {"tok"}}
	v1 := func(encoded string) url.Values { return url.Values{"access_token": {"tok"}, "join_request": {encoded}} }
	bomb := wrapped(t, zipped(t, make([]byte, 2<<20)), livekit.WrappedJoinRequest_GZIP)
	if len(bomb) > 64<<10 {
		t.Fatalf("the bomb of %d bytes would be refused for its own size", len(bomb))
	}
	for name, test := range map[string]struct {
		path  string
		query url.Values
		want  error
	}{
		"no token":            {"/rtc", nil, sfu.ErrTokenMissing},
		"a huge token":        {"/rtc", url.Values{"access_token": {strings.Repeat("x", 20_000)}}, sfu.ErrTooLarge},
		"another path":        {"/rtc/v9", token, sfu.ErrNoSuchPath},
		"a huge request":      {"/rtc/v1", v1(strings.Repeat("A", 70_000)), sfu.ErrTooLarge},
		"a zip bomb":          {"/rtc/v1", v1(bomb), sfu.ErrTooLarge},
		"not base64":          {"/rtc/v1", v1("!"), sfu.ErrBadHello},
		"not protobuf":        {"/rtc/v1", v1(base64.URLEncoding.EncodeToString([]byte{0xff})), sfu.ErrBadHello},
		"not gzip":            {"/rtc/v1", v1(wrapped(t, []byte("x"), livekit.WrappedJoinRequest_GZIP)), sfu.ErrBadHello},
		"unknown compression": {"/rtc/v1", v1(wrapped(t, nil, 9)), sfu.ErrBadHello},
	} {
		if _, err := sfu.ParseHello(test.path, test.query, ""); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
}

func FuzzHello(f *testing.F) {
	f.Add("/rtc", "access_token=x&protocol=17&sdk=js", "")
	f.Add("/rtc/v1", "access_token=x&join_request="+url.QueryEscape(wrapped(f, zipped(f, joinRequest(f)), livekit.WrappedJoinRequest_GZIP)), "")
	f.Fuzz(func(t *testing.T, path, query, authorization string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		hello, err := sfu.ParseHello(path, values, authorization)
		if err == nil && (hello.Token == "" || hello.Client == nil || (hello.SinglePC && hello.Join == nil)) {
			t.Errorf("hello %+v", hello)
		}
	})
}

func FuzzSignal(f *testing.F) {
	f.Add([]byte{0x0a, 0x00})
	f.Fuzz(func(t *testing.T, frame []byte) {
		if request, err := sfu.DecodeRequest(frame); (err == nil) == (request == nil) {
			t.Errorf("%v, %v", request, err)
		}
	})
}

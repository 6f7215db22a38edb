package cluster

import (
	"encoding/json"
	"errors"
	"fmt"

	"parley/sfu"
)

// Errors of the cluster itself. Errors of the node (sfu.ErrRoomFull and so on)
// come through as they are: compare with errors.Is.
var (
	ErrNoNode      = fmt.Errorf("%w: no media node can take the room", sfu.ErrUnavailable)
	ErrUnavailable = fmt.Errorf("%w: the media cluster does not answer", sfu.ErrUnavailable)
	ErrLost        = errors.New("lost the connection to the media node")

	errMoved   = errors.New("the room's node does not hold its binding")
	errLeaving = errors.New("the node gives its rooms away")
)

// code is an error's name on the wire.
type code string

// codes is the whole vocabulary. The first row that fits is sent, so the
// special ones stand before the general ones that they wrap.
var codes = []struct {
	code code
	err  error
}{
	{"moved", errMoved},
	{"leaving", errLeaving},
	{"unavailable", ErrUnavailable},
	{"full", sfu.ErrRoomFull},
	{"not_open", sfu.ErrRoomNotOpen},
	{"ended", sfu.ErrRoomEnded},
	{"removed", sfu.ErrRemoved},
	{"closed", sfu.ErrNodeClosed},
	{"nobody", sfu.ErrUnknownPeer},
	{"no_track", sfu.ErrUnknownTrack},
	{"unmute", sfu.ErrUnmute},
	{"bans", sfu.ErrTooManyBans},
	{"too_large", sfu.ErrTooLarge},
	{"token_format", sfu.ErrTokenFormat},
	{"token_key", sfu.ErrTokenKey},
	{"token_forged", sfu.ErrTokenForged},
	{"token_expired", sfu.ErrTokenExpired},
	{"token_early", sfu.ErrTokenEarly},
	{"token_grant", sfu.ErrTokenGrant},
	{"token", sfu.ErrToken},
	{codeUnknownKey, sfu.ErrUnknownKey},
	{"malformed", sfu.ErrMalformed},
	{"lost", ErrLost},
}

const (
	codeOK         code = "ok"
	codeFailed     code = "failed"
	codeUnknownKey code = "unknown_key"
)

// reply answers a request, and tells at a session's end how it ended.
type reply struct {
	Code code   `json:"code"`
	Text string `json:"text,omitempty"` // for logs
	// Answer is what was asked for, of an operation of the room API.
	Answer []byte `json:"answer,omitempty"`
}

func replyWith(answer []byte, err error) reply {
	r := replyOf(err)
	if err == nil {
		r.Answer = answer
	}
	return r
}

func replyOf(err error) reply {
	if err == nil {
		return reply{Code: codeOK}
	}
	text := err.Error()
	if len(text) > maxText {
		text = text[:maxText]
	}
	for _, row := range codes {
		if errors.Is(err, row.err) {
			return reply{Code: row.code, Text: text}
		}
	}
	return reply{Code: codeFailed, Text: text}
}

func (r reply) encode() []byte {
	data, err := json.Marshal(r)
	if err != nil { // two strings always marshal
		return []byte(`{"code":"failed"}`)
	}
	return data
}

func (r reply) err() error {
	if r.Code == codeOK {
		return nil
	}
	for _, row := range codes {
		if row.code == r.Code {
			return fmt.Errorf("media node: %w", remote{row.err, r.Text})
		}
	}
	return fmt.Errorf("media node: %s", r.Text)
}

func parseReply(data []byte) (reply, error) {
	var r reply
	err := unmarshal(data, maxReply, &r)
	return r, err
}

// remote is a known error with the words that the other side had for it.
type remote struct {
	kind error
	text string
}

func (r remote) Error() string {
	if r.text == "" {
		return r.kind.Error()
	}
	return r.text
}

func (r remote) Unwrap() error { return r.kind }

package outgoing

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Message is one signed message.
type Message struct {
	ID      string    // the same in each attempt, so that a receiver can ignore a repeat
	At      time.Time // of this attempt: receivers refuse old ones
	Payload []byte    // JSON
	Secrets [][]byte  // shared with the receiver; more than one while it takes up another
}

// Sign is the value of the header webhook-signature: version and HMAC-SHA256 of
// id, time and payload, by each secret, with a space between. A receiver takes
// the message when one of them is right
// (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme").
func Sign(m Message) string {
	all := make([]string, len(m.Secrets))
	for i, secret := range m.Secrets {
		mac := hmac.New(sha256.New, secret)
		fmt.Fprintf(mac, "%s.%d.", m.ID, m.At.Unix())
		mac.Write(m.Payload)
		all[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(all, " ")
}

// maxAnswer is how much of an answer is read: nothing in it matters.
const maxAnswer = 4 << 10

// Client posts messages. It is safe to share.
type Client struct{ http *http.Client }

// Options say how to call.
type Options struct {
	Timeout  time.Duration // of the whole exchange; 0 = 10 s
	Loopback bool          // this machine may be called too: for demonstrations and tests
}

// New makes a client.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: guard(o.Loopback)}
	return &Client{http: &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve the name itself
			DialContext:            dialer.DialContext,
			DisableKeepAlives:      true, // a connection is for one customer and one message
			TLSHandshakeTimeout:    o.Timeout,
			MaxResponseHeaderBytes: 16 << 10,
		},
	}}
}

// Post sends a message and gives the status of the answer. Only 2xx means that
// it arrived: a redirect is an answer like any other. The error says in plain
// words what went wrong, without addresses.
func (c *Client) Post(ctx context.Context, url string, m Message) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(m.Payload))
	if err != nil {
		return 0, errors.New("the address cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Parley-Webhooks/1")
	req.Header.Set("Webhook-Id", m.ID)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(m.At.Unix(), 10))
	req.Header.Set("Webhook-Signature", Sign(m))
	res, err := c.http.Do(req)
	if err != nil {
		return 0, plain(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return res.StatusCode, fmt.Errorf("answered %d", res.StatusCode)
	}
	return res.StatusCode, nil
}

// plain says what went wrong without telling a customer about our network.
func plain(err error) error {
	var timeout net.Error
	var name *net.DNSError
	switch {
	case errors.Is(err, ErrForbiddenAddress):
		return ErrForbiddenAddress
	case errors.As(err, &name):
		return errors.New("the name is not known")
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("no answer in time")
	}
	return errors.New("no connection")
}

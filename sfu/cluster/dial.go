package cluster

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Dial connects to the NATS server or servers at addr (nats://host:4222,
// several separated by commas). The first connection must succeed, so that a
// wrong address is noticed at the start; after that the connection comes back
// by itself, however long it takes. The caller closes it.
func Dial(addr string, log *slog.Logger) (*nats.Conn, error) {
	nc, err := nats.Connect(addr, dialOptions(log)...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS at %s: %w", withoutSecrets(addr), err)
	}
	return nc, nil
}

func dialOptions(log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name("parley"),
		nats.Timeout(5 * time.Second),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, 500*time.Millisecond), // a restarted server is not stormed
		nats.PingInterval(5 * time.Second),
		nats.MaxPingsOutstanding(2), // a peer that vanished without a word is noticed in 15 s
		nats.NoCallbacksAfterClientClose(),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			log.Warn("lost NATS, reconnecting", "err", err)
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("NATS is back", "server", nc.ConnectedServerName())
		}),
		nats.ErrorHandler(func(_ *nats.Conn, sub *nats.Subscription, err error) {
			subject := ""
			if sub != nil {
				subject = sub.Subject
			}
			log.Warn("NATS reports an error", "subject", subject, "err", err)
		}),
	}
}

// withoutSecrets makes a list of addresses fit for a log.
func withoutSecrets(addr string) string {
	parts := strings.Split(addr, ",")
	for i, part := range parts {
		u, err := url.Parse(strings.TrimSpace(part))
		if err != nil {
			parts[i] = "(unreadable address)"
			continue
		}
		parts[i] = u.Redacted()
	}
	return strings.Join(parts, ",")
}

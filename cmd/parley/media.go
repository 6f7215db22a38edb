package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"parley/app"
	"parley/sfu"
	"parley/sfu/cluster"
)

// openNode starts a media node inside this process, and sends its events to the stream.
func (p *process) openNode(context.Context) error {
	events, err := cluster.NewPublisher(p.nats, cluster.PublisherOptions{Logger: p.log, Clock: p.clock, Replicas: p.cfg.Replicas})
	if err != nil {
		return fmt.Errorf("open the stream of media events: %w", err)
	}
	p.later(events.Close)
	return p.startNode(app.Keys{Store: p.store}, events.Emit)
}

func (p *process) startNode(keys sfu.Keyring, emit func(sfu.Event)) error {
	ways, err := p.cfg.ways()
	if err != nil {
		return fmt.Errorf("start the media node: %w", err)
	}
	node, err := sfu.NewNode(sfu.Config{
		Logger: p.log, Clock: p.clock, Keyring: keys, MediaPort: p.cfg.MediaPort, NodeIPs: split(p.cfg.NodeIPs), STUN: p.cfg.STUN, TURN: ways, Emit: emit, Region: p.cfg.Region, Version: version,
		Loudest: p.cfg.Loudest, LoudestAbove: p.cfg.LoudestAbove,
	})
	if err != nil {
		return fmt.Errorf("start the media node: %w; choose another port with --media-port or --turn-port if one is taken", err)
	}
	p.later(node.Close)
	p.node, p.media, p.nodes = node, node, ownNode(node, p.cfg.Pool, p.cfg.Region, p.clock.Now)
	p.checks = append(p.checks, app.Check{Name: "media", Ok: func(context.Context) error { return node.Ready() }})
	p.metrics.Gauge("parley_rooms", "Open rooms on this media node.", func() float64 { return float64(node.Stats().Rooms) })
	p.metrics.Gauge("parley_participants", "People in meetings on this media node.", func() float64 { return float64(node.Stats().Participants) })
	p.metrics.Gauge("parley_turn_relays", "Relays that are open at this media node's TURN server.", func() float64 { return float64(node.Stats().Relays) })
	p.metrics.Counter("parley_media_paced_packets_total", "Packets that waited because a subscriber's network is tight.", func() float64 { return float64(node.Stats().Paced) })
	p.metrics.Counter("parley_media_shed_packets_total", "Packets of video that were dropped because a subscriber's network is tight.", func() float64 { return float64(node.Stats().Shed) })
	return nil
}

// openCluster finds media nodes over NATS, and answers their questions about keys.
func (p *process) openCluster(ctx context.Context) error {
	client, err := cluster.NewClient(ctx, p.nats, cluster.ClientOptions{Logger: p.log, Clock: p.clock, Keyring: app.Keys{Store: p.store}, Replicas: p.cfg.Replicas})
	if err != nil {
		return fmt.Errorf("join the media cluster: %w", err)
	}
	p.later(func(context.Context) error { client.Close(); return nil })
	keys, err := cluster.ServeKeys(p.nats, app.Keys{Store: p.store}, p.log)
	if err != nil {
		return fmt.Errorf("answer for media keys: %w", err)
	}
	p.later(func(context.Context) error { keys.Close(); return nil })
	p.media, p.nodes = client, clusterNodes(client)
	p.checks = append(p.checks, app.Check{Name: "media", Ok: func(context.Context) error { return client.Ready() }})
	return nil
}

// runMedia is a media node alone. It needs no database: keys come over NATS, limits with each room.
func runMedia(ctx context.Context, args []string, std stdio) error {
	args = append([]string{"--billing", "off"}, args...) // a node sells nothing
	p, err := newProcess("media", args, std)
	if err != nil {
		return err
	}
	if p.cfg.NATS == "" {
		return errors.New("--nats is empty; a media node alone needs a NATS server to hear from the web tier, or use `parley serve`")
	}
	defer p.stop()
	if err := p.openNATS(ctx); err != nil {
		return err
	}
	events, err := cluster.NewPublisher(p.nats, cluster.PublisherOptions{Logger: p.log, Clock: p.clock, Replicas: p.cfg.Replicas})
	if err != nil {
		return fmt.Errorf("open the stream of media events: %w", err)
	}
	p.later(events.Close)
	if err := p.startNode(cluster.NewKeys(p.nats, p.clock), events.Emit); err != nil {
		return err
	}
	server, err := cluster.NewNodeServer(ctx, p.nats, p.node, cluster.ServerOptions{
		Name: hostname(), Pool: p.cfg.Pool, Region: p.cfg.Region, Capacity: p.cfg.Capacity, Replicas: p.cfg.Replicas, Logger: p.log, Clock: p.clock,
		Version: version,
	})
	if err != nil {
		return fmt.Errorf("offer the node to the cluster: %w", err)
	}
	p.later(server.Drain)
	if err := p.serveMetrics(); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Media node of pool %q on port %d. Press Ctrl+C to stop.\n", p.cfg.Pool, p.node.Port())
	<-ctx.Done()
	return nil
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "unnamed"
	}
	return name
}

// runHealthcheck asks a running Parley on this machine whether it is ready. Container images have no curl.
func runHealthcheck(ctx context.Context, args []string, std stdio) error {
	cfg, _, err := parseConfig("healthcheck", args, std.err, nil)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(cfg.Listen)
	if err != nil {
		return fmt.Errorf("--listen %q is not host:port", cfg.Listen)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+port+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask for readiness: %w", err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no Parley answers on port %s: %w", port, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the Parley on port %s is not ready: %s", port, res.Status)
	}
	return nil
}

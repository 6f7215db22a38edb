package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"parley/sfu/cluster"
)

const (
	maxRegion   = 64 // bytes
	maxReplicas = 5  // JetStream keeps no more
)

// clusterFaults judges what one process says to the others.
func (c Config) clusterFaults() (all []error) {
	name := strings.Trim(strings.ToLower(c.Region), "abcdefghijklmnopqrstuvwxyz0123456789-_.")
	if name != "" || len(c.Region) > maxRegion {
		all = append(all, fmt.Errorf("--region %q is not a short name of letters, digits and dashes; try eu-central", c.Region))
	}
	if c.Capacity < 0 {
		all = append(all, fmt.Errorf("--capacity %d is a number of people; use 0 for no bound", c.Capacity))
	}
	switch {
	case c.Replicas < 1 || c.Replicas > maxReplicas:
		all = append(all, fmt.Errorf("--nats-replicas %d is a number of servers from 1 to %d; 3 survives the loss of one", c.Replicas, maxReplicas))
	case c.Replicas > 1 && c.NATS == "":
		all = append(all, fmt.Errorf("--nats-replicas %d needs a NATS cluster of that many servers, and --nats is empty; set it, or leave --nats-replicas out", c.Replicas))
	}
	return all
}

// natsOK tries whether the NATS server keeps what it is given, as often as it should.
func natsOK(ctx context.Context, cfg Config) error {
	if cfg.NATS == "" {
		return nil
	}
	if cfg.Replicas < 1 || cfg.Replicas > maxReplicas {
		return errors.New("not tried: --nats-replicas is wrong")
	}
	nc, err := cluster.Dial(cfg.NATS, cfg.logger(os.Stderr))
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return cluster.TryStore(ctx, nc, cfg.Replicas)
}

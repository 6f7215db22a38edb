package main

import (
	"context"
	"errors"
	"time"

	"parley/app"
	"parley/sfu"
	"parley/sfu/cluster"
)

// clusterNodes are the media nodes of a cluster, for the operator's page.
func clusterNodes(client *cluster.Client) app.MediaNodes {
	return app.MediaNodes{
		List: func() (out []app.MediaNode) {
			for _, n := range client.Nodes() {
				out = append(out, app.MediaNode{
					ID: n.ID, Name: n.Name, Pool: n.Pool, Region: n.Region, Version: n.Version, State: string(n.State), Ready: n.Ready,
					Rooms: n.Rooms, People: n.People, Tracks: n.Tracks, Capacity: n.Capacity, Load: n.Load, Seen: n.Seen,
				})
			}
			return out
		},
		Drain: func(ctx context.Context, id string, yes bool) error {
			err := client.SetDraining(ctx, id, yes)
			if errors.Is(err, cluster.ErrNoSuchNode) {
				return app.ErrNoMediaNode
			}
			return err
		},
	}
}

// ownNode is the one media node that runs in this process. There is none to drain it to.
func ownNode(node *sfu.Node, pool, region string, now func() time.Time) app.MediaNodes {
	return app.MediaNodes{List: func() []app.MediaNode {
		stats := node.Stats()
		return []app.MediaNode{{
			ID: "this", Name: hostname(), Pool: pool, Region: region, Version: version, State: string(cluster.StateOpen), Ready: node.Ready() == nil,
			Rooms: stats.Rooms, People: stats.Participants, Tracks: stats.Tracks, Seen: now(),
		}}
	}}
}

package server

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"parley/bench/load"
)

// parley makes an organization with a key, as an operator would, and says how
// to start the server. The plan is one that lets a hundred and more into a
// room.
func (s *Server) parley(ctx context.Context, c Config) (command []string, ready string, err error) {
	data := filepath.Join(s.folder, "data")
	var org struct{ Slug string }
	if err := admin(ctx, c.Parley, &org, "org", "create", "--data", data, "--name", "Bench", "--plan", "enterprise", "--json"); err != nil {
		return nil, "", err
	}
	var key struct{ Key, Secret string }
	if err := admin(ctx, c.Parley, &key, "key", "create", "--data", data, "--org", org.Slug, "--json"); err != nil {
		return nil, "", err
	}
	s.Key = load.Key{ID: key.Key, Secret: key.Secret}
	ports := [3]int{}
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, "", err
		}
	}
	listen, metrics := "127.0.0.1:"+strconv.Itoa(ports[0]), "127.0.0.1:"+strconv.Itoa(ports[1])
	s.URL, s.Metrics = "http://"+listen, "http://"+metrics
	return []string{
		c.Parley, "serve", "--data", data, "--listen", listen, "--metrics", metrics, "--billing", "off",
		"--media-port", strconv.Itoa(ports[2]), "--node-ip", "127.0.0.1",
	}, s.URL + "/readyz", nil
}

// Version is what Parley's binary says it is.
func (c Config) Version() string {
	out, err := exec.Command(c.Parley, "version").Output()
	if err != nil {
		return "of an unknown version"
	}
	return strings.TrimSpace(string(out))
}

func admin(ctx context.Context, program string, into any, args ...string) error {
	out, err := exec.CommandContext(ctx, program, append([]string{"admin"}, args...)...).Output()
	if err != nil {
		return fmt.Errorf("parley admin %s %s: %w", args[0], args[1], err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("read what parley admin %s %s says: %w", args[0], args[1], err)
	}
	return nil
}

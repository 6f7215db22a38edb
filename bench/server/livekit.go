package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"parley/bench/load"
)

// livekit writes the configuration, and says how to start the server.
func (s *Server) livekit(_ context.Context, c Config) (command []string, ready string, err error) {
	s.Key = load.Key{ID: "APIbench", Secret: "a secret for measurements, of enough bytes"}
	ports := [3]int{}
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return nil, "", err
		}
	}
	s.URL = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	config := fmt.Sprintf(`port: %d
bind_addresses: [127.0.0.1]
rtc:
  udp_port: %d
  tcp_port: %d
  node_ip: 127.0.0.1
  use_external_ip: false
  enable_loopback_candidate: true
  interfaces: {includes: [lo]}
`, ports[0], ports[1], ports[2])
	if s.Kind == LiveKitBatch {
		config += "  batch_io: {batch_size: 128, max_flush_interval: 2ms}\n"
	}
	config += fmt.Sprintf("logging: {level: error}\nkeys: {%s: %q}\n", s.Key.ID, s.Key.Secret)
	path := filepath.Join(s.folder, "livekit.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return nil, "", fmt.Errorf("write configuration: %w", err)
	}
	return []string{c.LiveKit, "--config", path}, s.URL, nil
}

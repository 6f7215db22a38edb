package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"parley/bench/server"
)

// profile has Parley sample itself while it is measured, if that is asked for.
// It costs a percent or two of what is measured.
func (s *stage) profile(ctx context.Context) <-chan error {
	done := make(chan error, 1)
	if s.settings.profile == "" || s.server.Kind != server.Parley {
		done <- nil
		return done
	}
	address := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", s.server.Metrics, max(1, int(s.settings.seconds.Seconds())))
	path := fmt.Sprintf("%s-%s.pprof", s.settings.profile, s.scene.name)
	go func() { done <- download(ctx, address, path) }()
	return done
}

func download(ctx context.Context, address, path string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("take profile: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("take profile: %s", response.Status)
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	if _, err := io.Copy(file, response.Body); err != nil {
		return fmt.Errorf("write profile: %w", err)
	}
	return file.Close()
}

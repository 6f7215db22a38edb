package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secret gives the installation's secret: the configured one, or the one in the data folder, which is made at the first start.
func (c Config) secret() ([32]byte, error) {
	if c.Secret != "" {
		return decodeSecret(c.Secret)
	}
	path := filepath.Join(c.Data, "secret")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c.makeSecret(path)
	}
	if err != nil {
		return [32]byte{}, fmt.Errorf("read installation secret: %w", err)
	}
	return decodeSecret(strings.TrimSpace(string(raw)))
}

// makeSecret writes a new secret. Two processes that start at once agree on the first one's: the file is linked into place whole.
func (c Config) makeSecret(path string) ([32]byte, error) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // crypto/rand.Read never fails since Go 1.24
	tmp := fmt.Sprintf("%s.%x", path, key[:4])
	if err := os.WriteFile(tmp, []byte(hex.EncodeToString(key[:])+"\n"), 0o600); err != nil {
		return key, fmt.Errorf("write installation secret: %w", err)
	}
	defer os.Remove(tmp)
	err := os.Link(tmp, path)
	if errors.Is(err, fs.ErrExist) {
		return c.secret()
	}
	if err != nil {
		return key, fmt.Errorf("keep installation secret: %w", err)
	}
	return key, nil
}

func decodeSecret(s string) (key [32]byte, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(key) {
		return key, errors.New("the installation's secret is not 64 hex digits; restore DATA/secret from a backup or give --secret")
	}
	copy(key[:], raw)
	return key, nil
}

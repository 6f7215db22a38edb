//go:build unix

package main

import "golang.org/x/sys/unix"

// diskSpace says how many bytes of the disk that a folder lies on this user may still write, and how many there are.
func diskSpace(dir string) (free, all uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	block := uint64(s.Bsize)                                       //nolint:gosec // a size, whose type differs by system
	return uint64(s.Bavail) * block, uint64(s.Blocks) * block, nil //nolint:gosec,unconvert // the same
}

package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Drops counts the datagrams that the kernel threw away because the server did
// not take them out of its sockets in time.
func (s *Server) Drops() (uint64, error) { return Drops(s.cmd.Process.Pid) }

// Drops counts them for any process.
func Drops(pid int) (total uint64, err error) {
	own, err := sockets(pid)
	if err != nil {
		return 0, err
	}
	for _, table := range []string{"udp", "udp6"} {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			return 0, fmt.Errorf("read sockets: %w", err)
		}
		for line := range strings.SplitSeq(string(raw), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 13 || !own[fields[9]] { // inode; the last field is drops
				continue
			}
			n, err := strconv.ParseUint(fields[12], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read drops: %w", err)
			}
			total += n
		}
	}
	return total, nil
}

// sockets are the inodes of a process's open sockets.
func sockets(pid int) (map[string]bool, error) {
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil {
		return nil, fmt.Errorf("list descriptors: %w", err)
	}
	inodes := map[string]bool{}
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil {
			continue // closed meanwhile
		}
		if inode, found := strings.CutPrefix(target, "socket:["); found {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes, nil
}

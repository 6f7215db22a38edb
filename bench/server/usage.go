package server

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// CPU is what the server has used of processors, user and system, since its
// start: the kernel's own clock of the process, exact to the nanosecond.
func (s *Server) CPU() (time.Duration, error) { return CPU(s.cmd.Process.Pid) }

// CPU is what a process has used of processors since its start.
func CPU(pid int) (time.Duration, error) {
	const schedClock = 2 // CPUCLOCK_SCHED of <linux/posix-timers_types.h>
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|schedClock), &t); err != nil {
		return 0, fmt.Errorf("read processor clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// Resident is the server's memory, in bytes.
func (s *Server) Resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read memory: %w", err)
			}
			return n << 10, nil
		}
	}
	return 0, errors.New("read memory: there is no VmRSS")
}

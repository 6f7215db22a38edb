package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sys/unix"
)

// pinSelf starts this program anew on one core, unless it is there: Go plans
// its threads by the cores that it finds at its start.
func pinSelf(core int) error {
	if core < 0 {
		return nil
	}
	var now, want unix.CPUSet
	if err := unix.SchedGetaffinity(0, &now); err != nil {
		return fmt.Errorf("ask for own cores: %w", err)
	}
	want.Set(core)
	if now == want {
		return nil
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return fmt.Errorf("find taskset (package util-linux): %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find own program: %w", err)
	}
	return unix.Exec(taskset, append([]string{"taskset", "-c", strconv.Itoa(core), self}, os.Args[1:]...), os.Environ())
}

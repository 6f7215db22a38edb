package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// entitlementBar is what the question whether somebody may use something takes at
// most, when it was asked before in the same request.
const entitlementBar = 50 * time.Microsecond

// asked is one line of Go's benchmark.
type asked struct {
	database, how string // sqlite or postgres; warm or cold
	each          time.Duration
}

var askedLine = regexp.MustCompile(`(?m)^BenchmarkEntitlement/(\w+)/(\w+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

// entitlements runs the benchmark beside the code, which has no other door.
func entitlements(ctx context.Context) (out []asked, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkEntitlement$", "-count", "1", "./app")
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	for _, m := range askedLine.FindAllStringSubmatch(string(text), -1) {
		ns, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, err
		}
		out = append(out, asked{m[1], m[2], time.Duration(ns)})
	}
	if len(out) == 0 {
		return nil, errors.New("BenchmarkEntitlement said nothing")
	}
	return out, nil
}

// askedPart is what the measurement of entitlements owns of the file.
var askedPart = regexp.MustCompile(`(?s)<!-- entitlements -->.*<!-- /entitlements -->\n?`)

func askedReport(all []asked) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- entitlements -->\n## Whether somebody may\n\nWritten by `make bench-web` on %s, load average %s: the one question whether an organization may use something (`BenchmarkEntitlement`). "+
		"Cold reads plan and quotas from the database, warm is each further question of a request. Bar: %d µs warm.\n\n| on | | a question | |\n| --- | --- | ---: | --- |\n",
		time.Now().Format(time.DateOnly), loadAverage(), entitlementBar.Microseconds())
	for _, a := range all {
		verdict := ""
		if a.how == "warm" && a.each > entitlementBar {
			verdict = "**over the bar**"
		}
		fmt.Fprintf(&b, "| %s | %s | %.1f µs | %s |\n", a.database, a.how, float64(a.each.Nanoseconds())/1000, verdict)
	}
	b.WriteString("<!-- /entitlements -->\n")
	return b.String()
}

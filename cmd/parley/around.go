package main

import (
	"context"
	"errors"
	"fmt"

	"parley/app"
)

const (
	diskLow  = 10      // per cent that are free: time to look
	diskNone = 1 << 30 // bytes
)

// surroundings look at what is around the running process, as `parley doctor` does, but for what the process itself holds: its ports.
func (p *process) surroundings(context.Context) []app.Surrounding {
	out := []app.Surrounding{diskOf(p.cfg.Data)}
	for _, f := range []finding{
		{"Configuration", p.cfg.faults(), ""},
		{"Data folder " + p.cfg.Data, writable(p.cfg.Data), "Give this user the right to write in it"},
		{"Address for media", reachable(p.cfg), "Give the address that browsers reach this node on with --node-ip"},
		{"Google and Facebook", identityOK(p.cfg), "Give the https address that people use with --base-url"},
		{"Stripe’s webhook address and secret", webhookOK(p.cfg), "Stripe delivers events to --base-url + /webhooks/stripe over https only"},
	} {
		out = append(out, app.Surrounding{Name: f.what, Err: f.err, Mend: f.mend})
	}
	return append(out, app.Surrounding{Name: "Version", Detail: version})
}

// diskOf says how much room is left where the data lies.
func diskOf(dir string) app.Surrounding {
	line := app.Surrounding{Name: "Disk", Mend: "Make room, or move the data to a larger disk"}
	free, all, err := diskSpace(dir)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		line.Detail = "not known on this system"
	case err != nil:
		line.Err = err
	case free < diskNone:
		line.Err = fmt.Errorf("%d MB are free", free>>20)
	default:
		line.Detail = fmt.Sprintf("%d of %d GB are free", free>>30, all>>30)
		line.Warn = free*100 < all*diskLow
	}
	return line
}

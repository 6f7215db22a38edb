package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/app"
	"parley/sfu/turn"
)

const (
	diskLow  = 10      // per cent that are free: time to look
	diskNone = 1 << 30 // bytes

	certificateSoon = 21 // days before its end: time to see why nobody has renewed it
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
	if line, known := certificateOf(p.cfg, time.Now()); known {
		out = append(out, line)
	}
	return append(out, app.Surrounding{Name: "Version", Detail: version})
}

// certificateOf says how long the TURN server's certificate is still good. It is the only one that this process holds: pages and signals
// come through whatever stands in front of it.
func certificateOf(cfg Config, now time.Time) (line app.Surrounding, known bool) {
	if cfg.TURNTLSPort == 0 {
		return line, false
	}
	line = app.Surrounding{Name: "TURN certificate", Mend: "Renew it: put the new chain and key where --turn-cert and --turn-key point; they are read again by themselves"}
	files, err := turn.LoadFiles(cfg.certificate())
	if err == nil {
		err = certificateOK(cfg)
	}
	var end time.Time
	if err == nil {
		end, err = files.End()
	}
	if err != nil {
		line.Err = err
		return line, true
	}
	days := int(end.Sub(now) / (24 * time.Hour))
	line.Detail, line.Warn = fmt.Sprintf("good until %s, for %d days", end.Format(time.DateOnly), days), days < certificateSoon
	return line, true
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

package sfu

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// BanRule says who is kept out of a room. A person is meant by their identity,
// by a device that they came from (see Grant.Devices), or both.
type BanRule struct {
	Identity string    `json:"identity,omitempty"`
	Devices  []string  `json:"devices,omitempty"`
	Before   time.Time `json:"before"` // only tokens made until then are refused; zero bans for good
}

// Caps of what a room remembers of those who were sent away.
const (
	maxBans   = 4096 // identities or devices, each
	maxDevice = 64   // bytes of a device's digest
)

// forever is when a token must have been made to pass a ban for good.
var forever = time.Unix(1<<40, 0)

// Ban sends away everybody whom the rule means, and keeps them out as long as
// the room is open on this node. A ban for good of somebody who is there holds
// for their devices too, so that another name does not help. It gives
// ErrTooManyBans when the room remembers too many already.
func (n *Node) Ban(_ context.Context, key RoomKey, rule BanRule) error {
	r := n.room(key)
	if r == nil {
		return ErrRoomNotOpen
	}
	out, err := r.ban(rule)
	for _, p := range out {
		p.leave(ReasonRemoved)
	}
	return err
}

// Unban lets people in again. Devices that were banned with the identity are
// free again too.
func (n *Node) Unban(_ context.Context, key RoomKey, rule BanRule) error {
	r := n.room(key)
	if r == nil {
		return ErrRoomNotOpen
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.removed, rule.Identity)
	for device, identity := range r.devices {
		if slices.Contains(rule.Devices, device) || (identity != "" && identity == rule.Identity) {
			delete(r.devices, device)
		}
	}
	return nil
}

// ban notes the rule and gives the people whom it means.
func (r *room) ban(rule BanRule) ([]*peer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	devices := slices.Clone(rule.Devices)
	if p := r.peers[rule.Identity]; p != nil && rule.Before.IsZero() {
		devices = append(devices, p.claims.Devices...)
	}
	if len(r.removed) >= maxBans || len(r.devices)+len(devices) > maxBans {
		return nil, fmt.Errorf("%w: %d", ErrTooManyBans, maxBans)
	}
	until := rule.Before
	if until.IsZero() {
		until = forever
	}
	if rule.Identity != "" && r.removed[rule.Identity].Before(until) {
		r.removed[rule.Identity] = until
	}
	for _, device := range devices {
		if len(device) <= maxDevice && device != "" {
			r.devices[device] = rule.Identity
		}
	}
	var out []*peer
	for _, p := range r.peers {
		if p.identity == rule.Identity || r.banned(p.claims) {
			out = append(out, p)
		}
	}
	return out, nil
}

// banned says whether a token does not open the room (any more). Call with mu.
func (r *room) banned(c Claims) bool {
	// One that does not say when it was made may be as old as can be.
	if until, was := r.removed[c.Identity]; was && !c.Issued.After(until) {
		return true
	}
	return slices.ContainsFunc(c.Devices, func(device string) bool {
		_, out := r.devices[device]
		return out
	})
}

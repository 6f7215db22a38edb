package sfu

import (
	"encoding/json"
	"time"

	"github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/proto"
)

// Topics of the packets that the node itself sends.
const (
	TopicClock = "parley.clock" // {"left": seconds, "endsAt": ms, "now": ms}, or what stands in the room's metadata
	TopicEnded = "parley.ended" // {"reason": "limit" or "host"}
)

// setLimits changes the limits live and tells everybody. It says whether the
// meeting is over by them.
func (r *room) setLimits(limits Limits) (over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if limits.Revision < r.limits.Revision || limits.Check != r.check {
		return false
	}
	now := r.node.clock.Now()
	if !limits.EndsAt.Equal(r.limits.EndsAt) {
		r.life = arm(limits.EndsAt, now)
	}
	same := limits == r.limits
	r.limits = limits
	r.encrypted.Store(limits.Encrypted)
	if !same {
		r.tellOfRoom(now)
		r.withdrawPlain()
	}
	_, due := r.life.at(now)
	return due.End
}

// tick runs once a second. It says why the room is over, if it is.
func (r *room) tick(now time.Time) (over Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.peers {
		p.post(p.tick)
	}
	var due verdict
	r.life, due = r.life.at(now)
	switch {
	case r.ended:
		return ""
	case due.End:
		return ReasonLimit
	case r.abandoned(now):
		return ReasonEmpty
	}
	if due.Warn > 0 {
		r.announce(TopicClock, clockNotice{
			Left: int64(due.Warn / time.Second), EndsAt: unixMilli(r.limits.EndsAt), Now: now.UnixMilli(),
		})
	}
	if len(r.peers) > 0 && now.Sub(r.rostered) >= RosterEvery {
		r.rostered = now
		r.emit(Event{Kind: EventRoster, Room: r.key, SID: r.sid, Roster: r.identities(), At: now})
	}
	if now.Sub(r.told) >= RosterEvery {
		r.tellQuality(now)
	}
	return ""
}

func (r *room) identities() []string {
	var identities []string
	for identity := range r.peers {
		identities = append(identities, identity)
	}
	return identities
}

type clockNotice struct {
	Left   int64 `json:"left"` // seconds
	EndsAt int64 `json:"endsAt"`
	Now    int64 `json:"now"`
}

type endNotice struct {
	Reason Reason `json:"reason"`
}

// announce sends a data packet of the node's own to everybody. Call with mu.
func (r *room) announce(topic string, body any) {
	packet := r.packet(topic, body)
	if packet == nil {
		return
	}
	for _, p := range r.peers {
		p.post(func() { p.data.send(livekit.DataPacket_RELIABLE, packet) })
	}
}

// packet is a data packet of the node's own. It is nil when it cannot be made.
func (r *room) packet(topic string, body any) []byte {
	payload, err := json.Marshal(body)
	if err != nil {
		r.log.Error("node's own packet", "topic", topic, "err", err)
		return nil
	}
	packet, err := proto.Marshal(&livekit.DataPacket{
		Value: &livekit.DataPacket_User{User: &livekit.UserPacket{Payload: payload, Topic: &topic}},
	})
	if err != nil {
		r.log.Error("node's own packet", "topic", topic, "err", err)
		return nil
	}
	return packet
}

// end sends everybody home and closes the room for good. It says false when
// the room was over already.
func (r *room) end(reason Reason) bool {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return false
	}
	r.ended = true
	if reason == ReasonLimit || reason == ReasonHost {
		r.announce(TopicEnded, endNotice{Reason: reason})
	}
	everybody := r.people()
	r.mu.Unlock()
	for _, p := range everybody {
		p.leave(reason)
	}
	r.mu.Lock()
	r.tellQuality(r.node.clock.Now())
	r.mu.Unlock()
	r.emit(Event{Kind: EventEnded, Room: r.key, SID: r.sid, Reason: reason, At: r.node.clock.Now()})
	return true
}

// banish sends one person away, and keeps the tokens they have from working.
func (r *room) banish(identity string, why Reason) bool {
	r.mu.Lock()
	p := r.peers[identity]
	if now := r.node.clock.Now(); why == ReasonRemoved && r.removed[identity].Before(now) && len(r.removed) < maxBans {
		r.removed[identity] = now
	}
	r.mu.Unlock()
	if p == nil {
		return false
	}
	p.leave(why)
	return true
}

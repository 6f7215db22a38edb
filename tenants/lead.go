package tenants

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// ActKind says what somebody does to a meeting or to the people in it.
type ActKind string

// What can be done. Those of which nothing is kept are decided here too, so that
// one table says who may do what.
const (
	ActHand     ActKind = "hand"     // raise one's hand (On), or lower it
	ActLower    ActKind = "lower"    // lower somebody's hand, or with Who "" all
	ActLock     ActKind = "lock"     // On: nobody new comes in
	ActRules    ActKind = "rules"    // what the others may
	ActSpot     ActKind = "spot"     // show somebody large to all; Who "" ends it
	ActCoHost   ActKind = "cohost"   // On: lead beside the host
	ActHandOver ActKind = "handover" // have somebody lead in one's place
	ActRename   ActKind = "rename"   // oneself or another
	ActMute     ActKind = "mute"     // somebody's microphone, or with Who "" everybody else's
	ActStop     ActKind = "stop"     // somebody's picture or screen
	ActAsk      ActKind = "ask"      // somebody to unmute: they answer themselves
	ActRemove   ActKind = "remove"   // out of this meeting; who comes again has to be let in
	ActBan      ActKind = "ban"      // out of the room until a host says otherwise
	ActEnd      ActKind = "end"      // the meeting for all
)

// Act is what somebody wants to do.
type Act struct {
	Kind  ActKind
	Who   string // identity of whom it is about
	On    bool
	Name  string          // ActRename
	Rules map[string]bool // ActRules: share, chat, unmute, rename; those that change
}

// Led is what came of an act.
type Led struct {
	Hosting Hosting
	Who     []Participant // whom it is about, with what they are known by
	Marks   []string      // of the only one of them
	By      Participant
}

// actRule says who may do something, and to whom.
type actRule struct {
	least rank                     // of who acts
	over  func(me, them rank) bool // whom it may be about; nil = it is about nobody
	own   bool                     // and about oneself, whatever one's rank
	all   bool                     // with nobody named it is about all others whom it may be about
	do    func(*gorm.DB, *house, seatRow, []seatRow, Act) error
}

func notAbove(me, them rank) bool { return them <= me }
func below(me, them rank) bool    { return them < me }
func whoever(rank, rank) bool     { return true }

// acts is the one table of who may do what.
var acts = map[ActKind]actRule{
	ActHand:     {least: anybody, do: raiseHand},
	ActLower:    {least: coHost, over: notAbove, own: true, all: true, do: seatsTo(map[string]any{"hand_at": nil})},
	ActLock:     {least: coHost, do: func(_ *gorm.DB, h *house, _ seatRow, _ []seatRow, a Act) error { h.lead.Locked = a.On; return nil }},
	ActRules:    {least: coHost, do: setRules},
	ActSpot:     {least: coHost, over: whoever, do: func(_ *gorm.DB, h *house, _ seatRow, _ []seatRow, a Act) error { h.lead.Spotlight = a.Who; return nil }},
	ActCoHost:   {least: leader, over: below, do: setCoHost},
	ActHandOver: {least: leader, over: whoever, do: handOver},
	ActRename:   {least: coHost, over: notAbove, own: true, do: renameSeat},
	ActMute:     {least: coHost, over: notAbove, all: true, do: seatsTo(map[string]any{"may_speak": false})},
	ActStop:     {least: coHost, over: notAbove},
	ActAsk:      {least: coHost, over: whoever, do: seatsTo(map[string]any{"may_speak": true})},
	ActRemove:   {least: coHost, over: below, do: sendOut},
	ActBan:      {least: coHost, over: below, do: ban},
	ActEnd:      {least: coHost},
}

// Lead does something to the meeting that runs in a room, in the name of somebody
// who is in it. Faults: [CodeForbidden] for who is not in the meeting
// ([KeyNotInside]), does not lead it ([KeyNotLeading]), or wants to decide about
// somebody with as much to say as they have ([KeyAboveOneself]); [CodeNotFound]
// when whom it is about is not there.
func (o *Scoped) Lead(ctx context.Context, id RoomID, by string, act Act) (Led, error) {
	rule, ok := acts[act.Kind]
	if !ok {
		return Led{}, notFound("act")
	}
	var out Led
	err := o.write(ctx, "lead a meeting", func(tx *gorm.DB) error {
		room, err := findRoom(forUpdate(tx), id)
		if err != nil {
			return err
		}
		h, err := houseOf(tx, room, o.store.now())
		if err != nil {
			return err
		}
		me, err := h.inside(by)
		if err != nil {
			return err
		}
		about, err := h.about(rule, me, act)
		if err != nil {
			return err
		}
		if rule.do != nil {
			if err := h.act(tx, rule, me, about, act); err != nil {
				return err
			}
		}
		out = ledBy(h, me, about)
		return nil
	})
	return out, err
}

// act does it, settles who leads after it, and notes it in the audit log.
func (h *house) act(tx *gorm.DB, rule actRule, me seatRow, about []seatRow, act Act) error {
	done, noted := h.deedOf(about, act)
	if err := rule.do(tx, h, me, about, act); err != nil {
		return err
	}
	after, err := houseOf(tx, h.room, h.now)
	if err != nil {
		return err
	}
	after.lead = h.lead
	next := after.settled()
	next.Revision = h.lead.Revision + 1
	after.lead = next
	*h = after
	if err := saveLead(tx, h.meeting.ID, next); err != nil || !noted {
		return err
	}
	return recordSeat(tx, h, me, done.action, done.target, done.detail)
}

// about finds whom an act is about, and holds whether it may be.
func (h *house) about(rule actRule, me seatRow, act Act) ([]seatRow, error) {
	mine := h.rank(me)
	own := rule.own && act.Who == me.Identity
	switch {
	case mine < rule.least && !own:
		return nil, &Error{Code: CodeForbidden, Key: KeyNotLeading}
	case rule.over == nil, act.Kind == ActSpot && act.Who == "":
		return nil, nil
	case act.Who == "" && rule.all:
		var out []seatRow
		for _, r := range h.seats {
			if h.present(r) && rule.over(mine, h.rank(r)) && (r.Identity != me.Identity || rule.own) {
				out = append(out, r)
			}
		}
		return out, nil
	}
	r, ok := h.seat(act.Who)
	if !ok || !h.present(r) {
		return nil, &Error{Code: CodeNotFound, Key: KeyTargetGone}
	}
	if !own && (!rule.over(mine, h.rank(r)) || r.Identity == me.Identity && act.Kind != ActSpot) {
		return nil, &Error{Code: CodeForbidden, Key: KeyAboveOneself}
	}
	return []seatRow{r}, nil
}

func ledBy(h house, me seatRow, about []seatRow) Led {
	out := Led{Hosting: h.hosting(), By: me.participant()}
	for _, r := range about {
		now, _ := h.seat(r.Identity) // as it is after the act
		out.Who = append(out.Who, now.participant())
	}
	if len(about) == 1 {
		out.Marks = strings.Fields(about[0].Marks)
	}
	return out
}

// seatsTo changes the seats of those it is about.
func seatsTo(to map[string]any) func(*gorm.DB, *house, seatRow, []seatRow, Act) error {
	return func(tx *gorm.DB, h *house, _ seatRow, about []seatRow, _ Act) error {
		ids := make([]string, len(about))
		for i, r := range about {
			ids[i] = r.Identity
		}
		if len(ids) == 0 {
			return nil
		}
		return tx.Model(&seatRow{}).Where("meeting_id = ? AND identity IN ?", string(h.meeting.ID), ids).Updates(to).Error
	}
}

// raiseHand keeps the time of the first time: pressing twice wins no place.
func raiseHand(tx *gorm.DB, h *house, me seatRow, _ []seatRow, act Act) error {
	switch {
	case !act.On:
		return h.change(tx, me.Identity, map[string]any{"hand_at": nil})
	case me.HandAt != nil:
		return nil
	}
	return h.change(tx, me.Identity, map[string]any{"hand_at": h.now})
}

func setRules(tx *gorm.DB, h *house, _ seatRow, _ []seatRow, act Act) error {
	for name, may := range act.Rules {
		switch name {
		case "share":
			h.lead.NoShare = !may
		case "chat":
			h.lead.NoChat = !may
		case "unmute":
			h.lead.NoUnmute = !may
		case "rename":
			h.lead.NoRename = !may
		default:
			return invalid(name, KeyPolicyInvalid)
		}
	}
	if _, changed := act.Rules["unmute"]; !changed {
		return nil
	}
	return tx.Model(&seatRow{}).Where("meeting_id = ? AND may_speak", string(h.meeting.ID)).Update("may_speak", false).Error
}

func setCoHost(tx *gorm.DB, h *house, _ seatRow, about []seatRow, act Act) error {
	if act.On {
		return h.nameCoHost(tx, about[0])
	}
	return h.change(tx, about[0].Identity, map[string]any{"cohost_at": nil})
}

// handOver has somebody lead; who led until now stays beside them.
func handOver(tx *gorm.DB, h *house, _ seatRow, about []seatRow, _ Act) error {
	old, ok := h.seat(h.lead.Acting)
	h.lead.Host = about[0].Identity
	if !ok || old.Identity == h.lead.Host {
		return nil
	}
	return h.nameCoHost(tx, old)
}

func renameSeat(tx *gorm.DB, h *house, me seatRow, about []seatRow, act Act) error {
	name := truncate(cleanName(act.Name), nameMax)
	switch {
	case name == "":
		return invalid("name", KeyNameEmpty)
	case h.lead.NoRename && h.rank(me) < coHost:
		return &Error{Code: CodeForbidden, Key: KeyRenaming}
	}
	return h.change(tx, about[0].Identity, map[string]any{"name": name, "renamed": true})
}

// sendOut takes somebody's seat. The seat's row stays: who comes again is known.
func sendOut(tx *gorm.DB, h *house, _ seatRow, about []seatRow, _ Act) error {
	r := about[0]
	if h.lead.Spotlight == r.Identity {
		h.lead.Spotlight = ""
	}
	if err := dropWaiter(tx, h.room.ID, r.Identity); err != nil { // what was answered before counts no more
		return err
	}
	gone := map[string]any{"removed_at": h.now, "left_at": h.now, "cohost_at": nil, "hand_at": nil, "may_speak": false}
	if err := h.change(tx, r.Identity, gone); err != nil {
		return err
	}
	return publish(tx, EventParticipantLeft, h.now, participantEvent(h.meeting, r.Identity, r.Name, r.Member))
}

func ban(tx *gorm.DB, h *house, me seatRow, about []seatRow, act Act) error {
	var n int64
	if err := tx.Model(&banRow{}).Where("room_id = ?", string(h.room.ID)).Count(&n).Error; err != nil {
		return err
	}
	if n >= bansMost {
		return &Error{Code: CodeLimited, Key: KeyBansMany}
	}
	id, err := newID()
	if err != nil {
		return err
	}
	r := about[0]
	row := banRow{ID: id, RoomID: h.room.ID, MeetingID: h.meeting.ID, Identity: r.Identity, Marks: r.Marks, BannedBy: me.Identity, BannedAt: h.now}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return sendOut(tx, h, me, slices.Clone(about), act)
}

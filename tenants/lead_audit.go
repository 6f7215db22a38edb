package tenants

import (
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// seatMark begins what the audit log writes for somebody who does not belong to
// the organization: "seat:MEETING/IDENTITY". The log is never changed, so it
// holds no name of theirs; they are called as in the meeting for as long as the
// meeting's seats know that.
const seatMark = "seat:"

// auditRef is how the audit log names whose seat this is.
func (r seatRow) auditRef() string {
	if belongs(r) {
		return string(*r.UserID)
	}
	return seatMark + string(r.MeetingID) + "/" + r.Identity
}

// seatOfRef reads what auditRef wrote of somebody who does not belong.
func seatOfRef(ref string) (id MeetingID, identity string, ok bool) {
	rest, marked := strings.CutPrefix(ref, seatMark)
	meeting, identity, cut := strings.Cut(rest, "/")
	return MeetingID(meeting), identity, marked && cut && parseID(MeetingID(meeting)) == nil
}

// recordSeat notes in the audit log what somebody did from their seat in a
// meeting. Of who does not belong to the organization, the seat stands where
// else the way stands by which a deed came.
func recordSeat(tx *gorm.DB, h *house, me seatRow, action, target, detail string) error {
	if belongs(me) {
		return record(tx, h.now, *me.UserID, action, target, detail)
	}
	ctx := tx.Statement.Context
	origin := originOf(ctx)
	origin.Via = me.auditRef()
	return record(tx.WithContext(WithOrigin(ctx, origin)), h.now, "", action, target, detail)
}

// deed is a line of the audit log that an act is going to leave.
type deed struct{ action, target, detail string }

// deedOf is what the organization's log is to have of an act: who was sent out,
// kept out or given the lead, and who may come in. What passes, a muted
// microphone or a raised hand, is not kept, nor what changes nothing.
func (h *house) deedOf(about []seatRow, act Act) (deed, bool) {
	onRoom := func(action string) (deed, bool) {
		return deed{action, string(h.room.ID), string(h.meeting.ID)}, true
	}
	onPerson := func(action string) (deed, bool) {
		return deed{action, about[0].auditRef(), inMeeting(h.room, h.meeting.ID)}, true
	}
	switch act.Kind {
	case ActLock:
		switch {
		case act.On && !h.lead.Locked:
			return onRoom("meeting.lock")
		case !act.On && h.lead.Locked:
			return onRoom("meeting.unlock")
		}
	case ActCoHost:
		switch named := about[0].CoHostAt != nil; {
		case act.On && !named:
			return onPerson("meeting.cohost")
		case !act.On && named:
			return onPerson("meeting.cohost_end")
		}
	case ActHandOver:
		if about[0].Identity != h.lead.Host {
			return onPerson("meeting.handover")
		}
	case ActRemove:
		return onPerson("meeting.remove")
	case ActBan:
		return onPerson("meeting.ban")
	}
	return deed{}, false
}

// inMeeting is the detail of what is done to a person in a meeting.
func inMeeting(room roomRow, id MeetingID) string {
	return fmt.Sprintf("in %s, meeting %s", room.Name, id)
}

// seatNames finds what those are called whom the log names by their seats. The
// name of a person who has been deleted is empty.
func seatNames(tx *gorm.DB, refs map[string]bool) (map[string]string, error) {
	names := make(map[string]string, len(refs))
	var meetings, identities []string
	for ref := range refs {
		if meeting, identity, ok := seatOfRef(ref); ok {
			meetings, identities = append(meetings, string(meeting)), append(identities, identity)
		}
	}
	if len(meetings) == 0 {
		return names, nil
	}
	var seats []seatRow
	err := tx.Select("tenant_id, meeting_id, identity, name").Where("meeting_id IN ? AND identity IN ?", meetings, identities).Find(&seats).Error
	for _, r := range seats {
		names[seatMark+string(r.MeetingID)+"/"+r.Identity] = r.Name
	}
	return names, err
}

// actedAs limits a statement on the log to what people did whose name in a
// meeting is like this: guests who were made co-hosts. It finds the seats that the
// log names first, which are few, and looks up each by its key.
func actedAs(tx *gorm.DB, like string) (string, []any) {
	at := len(seatMark) + 1 // where the meeting's id begins, which has 36 characters
	meeting := fmt.Sprintf("substr(s.via, %d, 36)", at)
	if tx.Dialector.Name() != "sqlite" {
		meeting = "CAST(" + meeting + " AS uuid)"
	}
	org := string(scopeOf(tx.Statement.Context).tenant)
	return fmt.Sprintf(`via IN (SELECT s.via FROM (SELECT DISTINCT a.via FROM audit a WHERE a.tenant_id = ? AND a.via LIKE '%s%%') s
		JOIN participants p ON p.tenant_id = ? AND p.meeting_id = %s AND p.identity = substr(s.via, %d) WHERE lower(p.name) LIKE ? ESCAPE '\')`, seatMark, meeting, at+37),
		[]any{org, org, like}
}

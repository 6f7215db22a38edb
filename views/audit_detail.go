package views

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The log holds its details in English, for good: each is part of a chain of hashes. Here they are put into the reader's words. What is
// not of a known form, a name or an address or an older way to write it, is shown as it stands.

// auditDetail is what a line of the log says beside what was done.
func auditDetail(t *Texts, l AuditLine) string {
	if l.Detail == "" {
		return ""
	}
	reads := map[string]func(*Texts, string) (string, bool){
		"member.role": fromTo(roleName), "member.handover": fromTo(roleName),
		"member.create": roleName, "member.leave": roleName, "member.remove": roleName, "member.join": joined,
		"apikey.rotate": replaced, "key.rotate": replaced,
		"organization.delete": dueOn, "organization.colour": fromTo(orNone),
		"policy.set": policies, "quota.set": fromTo(quotas), "quota.person": quotas,
		"quota.exception": exception, "quota.exception_end": exception, "quota.exception_over": exception,
		"meeting.remove": inRoom, "meeting.ban": inRoom, "meeting.unban": inRoom, "meeting.cohost": inRoom, "meeting.cohost_end": inRoom, "meeting.handover": inRoom,
		"meeting.lock": itsMeeting, "meeting.unlock": itsMeeting, "meeting.end": itsMeeting,
		"chat.file.remove": removedFile,
		"sso.set":          enforced, "signin.password": byMail, "signin.in": byPassword, "isolation.finish": isolationFound,
	}
	read, known := reads[l.Action]
	if !known {
		return l.Detail
	}
	if text, ok := read(t, l.Detail); ok {
		return text
	}
	return l.Detail
}

// fromTo reads "before → after". Where before is missing, so it is in what is read.
func fromTo(read func(*Texts, string) (string, bool)) func(*Texts, string) (string, bool) {
	return func(t *Texts, detail string) (string, bool) {
		before, after, two := strings.Cut(detail, " → ")
		if !two {
			return "", false
		}
		from, ok1 := read(t, before)
		to, ok2 := read(t, after)
		return from + " → " + to, ok1 && ok2
	}
}

// inWords is a message of the catalogue, if there is one.
func inWords(t *Texts, id string) (string, bool) { return t.T(id), t.Has(id) }

func roleName(t *Texts, role string) (string, bool) { return inWords(t, "role."+role) }

func joined(t *Texts, detail string) (string, bool) {
	if detail == "by address" {
		return t.T("audit.detail.by_address"), true
	}
	return roleName(t, detail)
}

func orNone(t *Texts, value string) (string, bool) {
	if value == "none" {
		return t.T("audit.detail.none"), true
	}
	return value, true
}

// replaced reads "replaced by KEY, valid until TIME".
func replaced(t *Texts, detail string) (string, bool) {
	rest, ok1 := strings.CutPrefix(detail, "replaced by ")
	key, until, ok2 := strings.Cut(rest, ", valid until ")
	at, err := time.Parse(time.RFC3339, until)
	return t.T("audit.detail.replaced", "Key", key, "Until", moment(at, "moment")), ok1 && ok2 && err == nil
}

// inRoom reads "in ROOM, meeting ID". Which meeting it was, those ask who take the log away.
func inRoom(t *Texts, detail string) (string, bool) {
	rest, ok1 := strings.CutPrefix(detail, "in ")
	at := strings.LastIndex(rest, ", meeting ")
	if !ok1 || at < 0 {
		return "", false
	}
	return t.T("audit.detail.in_room", "Room", rest[:at]), true
}

// itsMeeting reads the id of a meeting of the room that the line is about: the line says enough without it.
func itsMeeting(_ *Texts, id string) (string, bool) { return "", uuid.Validate(id) == nil }

// removedFile reads "WHICH, N bytes, meeting ID": which is a file's name in quotes, or what kind of one it was where no name is told.
func removedFile(t *Texts, detail string) (string, bool) {
	at := strings.LastIndex(detail, " bytes, meeting ")
	if at < 0 {
		return "", false
	}
	comma := strings.LastIndex(detail[:at], ", ")
	if comma < 0 {
		return "", false
	}
	size, err := strconv.ParseInt(detail[comma+2:at], 10, 64)
	if err != nil {
		return "", false
	}
	switch which := detail[:comma]; which {
	case "two":
		return t.T("audit.detail.file_two", "Size", t.Size(size)), true
	case "sealed":
		return t.T("audit.detail.file_sealed", "Size", t.Size(size)), true
	default:
		name, err := strconv.Unquote(which)
		return t.T("audit.detail.file_named", "Name", name, "Size", t.Size(size)), err == nil
	}
}

// dueOn reads "on TIME".
func dueOn(t *Texts, detail string) (string, bool) {
	text, ok := strings.CutPrefix(detail, "on ")
	at, err := time.Parse(time.RFC3339, text)
	return t.T("audit.detail.on", "When", moment(at, "moment")), ok && err == nil
}

func byMail(t *Texts, detail string) (string, bool) {
	return t.T("audit.detail.by_mail"), detail == "by mail"
}

// byPassword reads how somebody signed in; an identity's issuer is an address.
func byPassword(t *Texts, detail string) (string, bool) {
	return t.T("audit.detail.by_password"), detail == "password"
}

// enforced reads "ISSUER, DOMAINS, enforced".
func enforced(t *Texts, detail string) (string, bool) {
	rest, ok := strings.CutSuffix(detail, ", enforced")
	return rest + ", " + t.T("audit.detail.enforced"), ok
}

// isolationFound reads "N requests, M leaks".
func isolationFound(t *Texts, detail string) (string, bool) {
	if detail == "not finished" {
		return t.T("audit.detail.not_finished"), true
	}
	asked, found, ok := strings.Cut(strings.TrimSuffix(detail, " leaks"), " requests, ")
	requests, err1 := strconv.Atoi(asked)
	leaks, err2 := strconv.Atoi(found)
	return t.N("audit.detail.requests", requests) + ", " + t.N("audit.detail.leaks", leaks), ok && err1 == nil && err2 == nil
}

// policies reads "guests …, waiting …, …" before and after, and says what is another than before.
func policies(t *Texts, detail string) (string, bool) {
	before, after, two := strings.Cut(detail, " → ")
	old, fresh := strings.Split(before, ", "), strings.Split(after, ", ")
	if !two || len(old) != len(fresh) {
		return "", false
	}
	var changes []string
	for i := range fresh {
		name, from, ok1 := strings.Cut(old[i], " ")
		same, to, ok2 := strings.Cut(fresh[i], " ")
		if !ok1 || !ok2 || name != same {
			return "", false
		}
		if from == to {
			continue
		}
		what, ok1 := inWords(t, "audit.detail.policy_"+name)
		was, ok2 := policyWord(t, name, from)
		is, ok3 := policyWord(t, name, to)
		if !ok1 || !ok2 || !ok3 {
			return "", false
		}
		changes = append(changes, what+": "+was+" → "+is)
	}
	return strings.Join(changes, "; "), len(changes) > 0
}

func policyWord(t *Texts, policy, word string) (string, bool) {
	switch policy + " " + word {
	case "guests allowed":
		return inWords(t, "policies.guests_yes")
	case "guests forbidden":
		return inWords(t, "policies.guests_no")
	case "history all", "history since":
		return inWords(t, "policies.history_"+word)
	case "encryption required", "encryption optional":
		return inWords(t, "audit.detail."+word)
	}
	if policy == "waiting" {
		return inWords(t, "policies.waiting_"+word)
	}
	return inWords(t, "policies."+word)
}

// quotaNames are the quotas as the log writes them, and their messages.
var quotaNames = []struct{ written, id string }{
	{"meeting length ", "quotas.length"}, {"participants ", "quotas.people"}, {"meetings at once ", "quotas.at_once"},
	{"minutes a month ", "quotas.month_minutes"}, {"bytes stored ", "audit.detail.stored"},
}

// quotas reads "meeting length 40m0s, participants as planned, …" and says what is not as planned.
func quotas(t *Texts, detail string) (string, bool) {
	var set []string
	for part := range strings.SplitSeq(detail, ", ") {
		said := false
		for _, q := range quotaNames {
			value, is := strings.CutPrefix(part, q.written)
			if !is {
				continue
			}
			said = true
			if value == "as planned" {
				break
			}
			text, ok := quotaValue(t, q.id, value)
			if !ok {
				return "", false
			}
			set = append(set, t.T(q.id)+": "+text)
		}
		if !said {
			return "", false
		}
	}
	if len(set) == 0 {
		return t.T("audit.detail.as_planned"), true
	}
	return strings.Join(set, ", "), true
}

func quotaValue(t *Texts, id, value string) (string, bool) {
	if id == "quotas.length" {
		d, err := time.ParseDuration(value)
		return t.Length(d), err == nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if id == "audit.detail.stored" {
		return t.Size(n), err == nil
	}
	return t.Number(n), err == nil
}

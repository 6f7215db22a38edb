package app_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAnOrganizationIsTakenAway(t *testing.T) { onBoth(t, anOrganizationIsTakenAway) }

func anOrganizationIsTakenAway(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	eve, eveOrg := w.owner("Eve")
	ada, bob := w.member(org, "Ada", tenants.RoleAdmin), w.member(org, "Bob", tenants.RoleMember)
	found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	secrets := fillOrg(t, w, found.ID, ann.room(org))

	data := org + "/settings/data"
	bob.get(data).status(403)
	ann.get(data).status(200).has("Make an export", "Members and invitations")
	ann.post(data+"/export", form()).status(303).location(data)
	var link string
	eventually(t, "the export is there", func() bool {
		link = regexp.MustCompile(data + `/exports/[0-9a-f-]+`).FindString(ann.get(data).status(200).body)
		return link != ""
	})
	res := ann.get(link).status(200)
	if kind, as := res.header.Get("Content-Type"), res.header.Get("Content-Disposition"); kind != "application/zip" || !strings.Contains(as, found.Slug) {
		t.Errorf("%s, %s", kind, as)
	}
	files := unzip(t, res.body)
	for name, want := range map[string][]string{
		"README.txt": {"Ann and friends", "parley audit 1"}, "organization.json": {string(found.ID), `"Ann and friends"`}, "plan.csv": {"plan,plan_name", "free,Free"},
		"members.csv": {"ann@parley.example,owner", "Bob", "member"}, "invitations.json": {"new@parley.example"}, "rooms.csv": {"Kitchen refit", "The key is under the mat"},
		"meetings.json": {`"room_name":"Kitchen refit"`, `"people":1`}, "participants.csv": {"Gus"}, "usage.csv": {"day,meetings"}, "policies.json": {`"guests":true`},
		"quotas.json": {`"people_a_meeting":5`, `"minutes_a_meeting":30`}, "api-keys.json": {`"name":"reports"`}, "media-keys.csv": {"lamp"}, "webhooks.json": {"https://hooks.example/in"},
		"audit.json": {"quota.set"}, "audit-chain.json": {`"holds": true`},
	} {
		for _, part := range want {
			if !strings.Contains(files[name], part) {
				t.Errorf("%s lacks %q:\n%s", name, part, files[name][:min(len(files[name]), 800)])
			}
		}
	}
	for name, text := range files {
		for what, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s", name, what)
			}
		}
		if strings.Contains(text, "argon2") || strings.Contains(text, "eve@parley.example") {
			t.Errorf("%s holds a password, or somebody else's", name)
		}
		if table, is := strings.CutSuffix(name, ".csv"); is {
			sameRows(t, table, text, files[table+".json"])
		}
	}
	if quality := strings.Count(files["quality.csv"], "\r\n"); quality != 601 {
		t.Errorf("%d lines of quality", quality)
	}
	followChain(t, files)
	for who, b := range map[string]*browser{"a member": bob, "a stranger": eve, "nobody": w.browser()} {
		if res := b.get(link); res.code == 200 || strings.HasPrefix(res.body, "PK") {
			t.Errorf("%s got the file: %d", who, res.code)
		}
	}
	if code := eve.get(strings.Replace(link, org, eveOrg, 1)).code; code != 404 {
		t.Errorf("under another organization's address it is %d", code)
	}
	ada.get(link).status(200)
	ada.get(data)
	ada.post(data+"/export", form()).status(429).has("just now")
	eventually(t, "a mail says so", func() bool {
		mails, err := w.mails.List()
		must(t, err)
		for _, m := range mails {
			if strings.HasPrefix(m.To, "ann@") && strings.Contains(m.Subject, "export of Ann and friends") && strings.Contains(m.Text, data) && !strings.Contains(m.Text, "/exports/") {
				return true
			}
		}
		return false
	})
}

// fillOrg puts something into every part of an export and gives what must not be in it.
func fillOrg(t *testing.T, w *world, id tenants.OrgID, code string) map[string]string {
	t.Helper()
	ctx, org := t.Context(), w.store.Org(id)
	found, err := w.store.UserByEmail(ctx, "ann@parley.example")
	must(t, err)
	ann := found.ID
	_, at, err := w.store.RoomByCode(ctx, code)
	must(t, err)
	_, err = org.Enter(ctx, tenants.EnterInput{Room: at.ID, Identity: "g-1", Name: "Gus", Limits: tenantstest.Free(), Plan: "Free"})
	must(t, err)
	must(t, org.SetRoomWaitingText(ctx, ann, at.ID, "The key is under the mat"))
	five, half := 5, 30*time.Minute
	must(t, org.SetQuota(ctx, ann, tenants.Quota{Participants: &five, MeetingLength: &half}))
	api, err := org.CreateAPIKey(ctx, ann, "reports", tenants.APIScopes())
	must(t, err)
	media, err := org.MakeKey(ctx, ann, "lamp")
	must(t, err)
	hook, err := org.CreateWebhook(ctx, ann, "https://hooks.example/in?token=sesame-of-the-hook", tenants.WebhookEvents(), false)
	must(t, err)
	_, err = org.Invite(ctx, ann, tenants.Inviting{People: []tenants.InviteInput{{Email: "new@parley.example", Name: "=New"}}, Base: w.base, Lang: "en"})
	must(t, err)
	linked, err := org.CreateInviteLink(ctx, ann, 7, 5)
	must(t, err)
	now := time.Now().UTC().Truncate(time.Minute)
	for from := 0; from < 600; from += 300 { // more than are read at once
		var minutes []tenants.QualityMinute
		for i := range 300 {
			minutes = append(minutes, tenants.QualityMinute{Identity: fmt.Sprintf("q-%04d", from+i), Minute: now, Score: 40})
		}
		must(t, org.NoteQuality(ctx, at.MediaName, time.Now(), minutes))
	}
	return map[string]string{
		"an API key": api.Token, "a media key": media.Secret, "a webhook's secret": hook.Secret, "a webhook's token": "sesame-of-the-hook", "an invitation link": linked.Token,
	}
}

// sameRows holds that a table has as many rows as CSV as it has as JSON, under the same names.
func sameRows(t *testing.T, table, asCSV, asJSON string) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(asCSV)).ReadAll()
	must(t, err)
	var rows []map[string]any
	must(t, json.Unmarshal([]byte(asJSON), &rows))
	if len(rows) != len(lines)-1 {
		t.Errorf("%s: %d rows as JSON, %d as CSV", table, len(rows), len(lines)-1)
	}
	for _, row := range rows {
		for _, name := range lines[0] {
			if _, is := row[name]; !is {
				t.Fatalf("%s: a row without %s: %v", table, name, row)
			}
		}
	}
}

// followChain checks the audit log as README.txt tells who has nothing but the file.
func followChain(t *testing.T, files map[string]string) {
	t.Helper()
	var end struct {
		Org  string `json:"organization_id"`
		Last string `json:"last_hash"`
	}
	must(t, json.Unmarshal([]byte(files["audit-chain.json"]), &end))
	var entries []struct {
		Number                                             int64
		ID, At, Action, Target, Detail, Address, Via, Hash string
		Person                                             string `json:"person_id"`
	}
	must(t, json.Unmarshal([]byte(files["audit.json"]), &entries))
	hash := func(before []byte, texts ...string) []byte {
		all := append([]byte(nil), before...)
		for _, text := range texts {
			all = append(binary.BigEndian.AppendUint32(all, uint32(len(text))), text...)
		}
		sum := sha256.Sum256(all)
		return sum[:]
	}
	at, last := hash(nil, "parley audit 1", end.Org), ""
	for _, e := range entries {
		at = hash(at, end.Org, fmt.Sprint(e.Number), e.ID, e.At, e.Person, e.Action, e.Target, e.Detail, e.Address, e.Via)
		if last = hex.EncodeToString(at); last != e.Hash {
			t.Fatalf("entry %d does not hang on the one before", e.Number)
		}
	}
	if len(entries) < 5 || last != end.Last {
		t.Errorf("%d entries end in %s, want %s", len(entries), last, end.Last)
	}
}

package app_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/sfu"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestWhoWasDeletedHasNoNameAnywhere has Bob meet, do something and have something done to him, and be deleted.
func TestWhoWasDeletedHasNoNameAnywhere(t *testing.T) { onBoth(t, whoWasDeletedHasNoNameAnywhere) }

func whoWasDeletedHasNoNameAnywhere(t *testing.T, w *world) {
	ann, path := w.owner("Ann")
	org := w.business(path)
	scoped := w.store.Org(org.ID)
	owner, err := w.store.UserByEmail(t.Context(), "ann@parley.example")
	must(t, err)
	w.member(path, "Bob", tenants.RoleMember)
	bob, err := w.store.UserByEmail(t.Context(), "bob@"+org.Slug+".example")
	must(t, err)

	yesterday := time.Now().UTC().Add(-24 * time.Hour).Truncate(time.Minute).Format(time.RFC3339)
	room, err := scoped.CreateRoom(t.Context(), bob.ID, "Standup")
	must(t, err)
	must(t, scoped.ChangeRole(t.Context(), owner.ID, bob.ID, tenants.RoleBilling))
	w.sat(org.ID, room, yesterday, 5, map[string]tenants.UserID{"Bob": bob.ID, "Gil": ""})
	past, err := scoped.LastMeeting(t.Context(), room.ID)
	must(t, err)
	must(t, w.web.MediaEvent(t.Context(), sfu.Event{
		ID: "q", Kind: sfu.EventQuality, Room: sfu.RoomKey{Tenant: string(org.ID), Room: room.MediaName}, At: *past.EndedAt,
		Quality: []sfu.QualityMinute{{Identity: yesterday + "Bob", Minute: past.StartedAt, Score: 17, LossUp: 180, Layer: -1, Cause: sfu.CauseUplink}},
	}))
	for _, in := range []tenants.EnterInput{
		{Identity: "now", Name: "Bob", User: bob.ID}, {Identity: "gus", Name: "Gus"}, {Identity: "host", Name: "Bob", User: bob.ID, Member: true},
	} {
		in.Room, in.Limits, in.Plan = room.ID, tenantstest.Pro(), "Pro"
		_, err = scoped.Enter(t.Context(), in)
		must(t, err)
	}
	for _, who := range []string{"gus", "now"} {
		_, err = scoped.Lead(t.Context(), room.ID, "host", tenants.Act{Kind: tenants.ActBan, Who: who})
		must(t, err)
	}
	meeting := path + "/meetings/" + string(past.ID)
	ann.get(meeting).status(200).has("Bob", "Up to 18% of what Bob sent").lacks("Deleted person")

	long, _ := w.at(time.Now().Add(-15 * 24 * time.Hour).Format(time.RFC3339))
	_, err = long.LeaveForGood(t.Context(), tenants.LeaveForGoodInput{User: bob.ID, Password: password, When: func(time.Time) string { return "" }})
	must(t, err)
	eventually(t, "Bob is deleted", func() bool { // the server looks for who is due by itself, too
		_, err := w.store.EraseDue(t.Context(), 10)
		must(t, err)
		_, err = w.store.User(t.Context(), bob.ID)
		return err != nil
	})

	key := w.apiKey(org.ID, "Ann", tenants.ScopeMeetingsRead)
	people := w.program(key.Token, w.description()).call("GET", "/api/v1/meetings/"+string(past.ID)+"/participants", "").status(200)
	var list struct{ Data []map[string]any }
	must(t, json.Unmarshal([]byte(people.body), &list))
	for _, one := range list.Data {
		name, there := one["name"]
		if want := map[string]any{yesterday + "Bob": nil, yesterday + "Gil": "Gil"}[one["identity"].(string)]; !there || name != want {
			t.Errorf("the API says %v, want %v: %v", name, want, one)
		}
	}

	for lang, word := range map[string]string{"en": "Deleted person", "de": "Gelöschte Person"} {
		ann.get("/me").status(200)
		ann.post("/me/profile", form("name", "Ann", "language", lang)).status(303)
		ann.get(path + "/meetings").status(200).has(`<span class="badge">` + word + `</span>`)
		ann.get(meeting).status(200).has(`<span class="who-name">`+word+`</span>`, "18", word).lacks("Bob")
		if rows := ann.get(meeting + "/quality.csv").status(200).rows(); len(rows) != 2 || rows[1][1] != word {
			t.Errorf("%s: the file of minutes says %v", lang, rows)
		}
		log := ann.get(path + "/audit").status(200).lacks(string(bob.ID) + "</span>")
		did, done, byBob := 0, 0, 0
		for _, line := range strings.Split(log.body, `data-testid="audit-line"`)[1:] {
			if strings.Contains(line, ">"+word+"</td>") {
				did++
			}
			if strings.Contains(line, `title="`+string(bob.ID)+`">`+word) {
				done++
			}
		}
		for _, row := range ann.get(path + "/audit.csv").status(200).rows()[1:] {
			if row[3] == string(bob.ID) && row[2] != word || row[7] == string(bob.ID) && row[8] != word || row[3] == "" && row[2] != "" {
				t.Errorf("%s: the log's file says %v", lang, row)
			}
			if row[3] == string(bob.ID) {
				byBob++
			}
		}
		if did == 0 || did != byBob || done < 2 {
			t.Errorf("%s: the log says %d times that a deleted person did something (its file %d times), and %d times that something was done to one", lang, did, byBob, done)
		}
		ann.get(path+"/people").status(200).lacks(word, "Bob")
		together, guests := map[string]string{"en": "Deleted people, all together", "de": "Gelöschte Personen, alle zusammen"}[lang], map[string]string{"en": "Guests, all together", "de": "Gäste, alle zusammen"}[lang]
		ann.get(path+"/usage").status(200).has(together, guests)
		var lines []string
		for _, row := range ann.get(path + "/usage/people.csv").status(200).rows()[1:] {
			if row[0] == "" {
				lines = append(lines, row[1])
			}
		}
		slices.Sort(lines)
		if want := []string{"", together}; !slices.Equal(lines, want) {
			t.Errorf("%s: without an id are %q, want %q", lang, lines, want)
		}
	}
	ann.get("/me").status(200)
	ann.post("/me/profile", form("name", "Ann", "language", "de")).status(303)
	ann.get(path + "/settings/data").status(200)
	ann.post(path+"/settings/data/export", form()).status(303)
	var file string
	eventually(t, "the export is there", func() bool {
		file = regexp.MustCompile(path + `/settings/data/exports/[0-9a-f-]+`).FindString(ann.get(path + "/settings/data").status(200).body)
		return file != ""
	})
	files := unzip(t, ann.get(file).status(200).body)
	for _, name := range []string{"participants.csv", "participants.json"} {
		if text := files[name]; !strings.Contains(text, "Gelöschte Person") || !strings.Contains(text, "Gil") {
			t.Errorf("%s of the export: %s", name, text)
		}
	}
	var bans []map[string]string
	must(t, json.Unmarshal([]byte(strings.ReplaceAll(files["bans.json"], "null", `""`)), &bans))
	for _, ban := range bans {
		if want := map[string]string{"gus": "Gus", "now": "Gelöschte Person"}[ban["identity"]]; ban["name"] != want || ban["banned_by_name"] != "Gelöschte Person" {
			t.Errorf("a ban in the export: %v", ban)
		}
	}
	if len(bans) != 2 {
		t.Errorf("%d bans in the export: %s", len(bans), files["bans.json"])
	}
	ann.get(meeting).has(`data-testid="seat"`)
}

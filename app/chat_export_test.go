package app_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// Who takes their data away has the files that they sent and that were for them alone; the organization, those that were sent to everyone.
func TestTheFilesOfTheChatAreTakenAway(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
		must(t, err)
		home := w.store.Org(found.ID)
		_, at, err := w.store.RoomByCode(t.Context(), ann.room(org))
		must(t, err)
		seat := func(identity string, user tenants.UserID) {
			t.Helper()
			_, err := home.Enter(t.Context(), tenants.EnterInput{Room: at.ID, Identity: identity, Name: identity, Member: user != "", User: user, Limits: tenantstest.Free(), Plan: "Free"})
			must(t, err)
		}
		seat("ann", tenants.UserID(w.id(org, "Ann")))
		seat("gil", "")
		plan := strings.Repeat("a line of a plan\n", 40_000) // more than a part
		send := func(from, to, name, content string) {
			t.Helper()
			up, err := tenants.NewChatUpload(name, strings.NewReader(content), int64(len(content)), false, tenants.StorageLimit{})
			must(t, err)
			_, err = home.PostChat(t.Context(), tenants.ChatPost{Room: at.ID, Identity: from, To: to, ClientID: "file-of-" + strings.TrimSuffix(name, ".txt"), File: up})
			must(t, err)
		}
		send("ann", "", "plan.txt", plan)
		send("gil", "", "gils.txt", "to all, from Gil")
		send("gil", "ann", "secret.txt", "for Ann")

		ann.get("/me/data")
		mine := unzip(t, ann.post("/me/export", form()).status(200).body)
		filesIn(t, "Ann's", mine, map[string]string{"plan.txt": plan, "secret.txt": "for Ann"})

		data := org + "/settings/data"
		ann.get(data).status(200)
		ann.post(data+"/export", form()).status(303)
		var link string
		eventually(t, "the export is there", func() bool {
			link = regexp.MustCompile(data + `/exports/[0-9a-f-]+`).FindString(ann.get(data).status(200).body)
			return link != ""
		})
		filesIn(t, "the organization's", unzip(t, ann.get(link).status(200).body), map[string]string{"plan.txt": plan, "gils.txt": "to all, from Gil"})
	})
}

// filesIn holds that an export has these files and no other, each where the list of messages says.
func filesIn(t *testing.T, whose string, files, want map[string]string) {
	t.Helper()
	var lines []struct {
		File string
		At   string `json:"file_at"`
	}
	must(t, json.Unmarshal([]byte(files["chat.json"]), &lines))
	for _, l := range lines {
		if content, is := want[l.File]; !is || files[l.At] != content || !strings.HasPrefix(l.At, "chat-files/") {
			t.Errorf("%s export has %q at %q: %d bytes", whose, l.File, l.At, len(files[l.At]))
		}
	}
	there := 0
	for name := range files {
		if strings.HasPrefix(name, "chat-files/") {
			there++
		}
	}
	if there != len(want) || len(lines) != len(want) {
		t.Errorf("%s export has %d files and %d lines, want %d", whose, there, len(lines), len(want))
	}
}

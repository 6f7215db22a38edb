package app_test

import (
	"encoding/csv"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// Who manages the organization takes what was written to everyone in a meeting, during and after it; nobody gets what two wrote to each other.
func TestTheChatOfAMeetingIsTakenAsAFile(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ben, benOrg := w.owner("Ben")
		mia := w.member(org, "Mia", tenants.RoleMember)
		code := ann.room(org)
		gil := w.browser()
		host := connected(t, ann, code, "Ann")
		connected(t, gil, code, "Gil")
		meeting := regexp.MustCompile(`href="` + org + `(/meetings/[0-9a-f-]{36})`).FindStringSubmatch(ann.get(org + "/meetings").status(200).body)[1]
		ann.get(org + meeting).status(200).lacks("chat.csv")

		gil.says(code, "message-1", "Only for Ann", "to", host.identity()).status(200)
		ann.get(org + meeting).status(200).lacks("chat.csv")
		first := ann.says(code, "message-1", "=cmd()\nand more", "to", "").message()
		gil.says(code, "message-2", "Für alle", "reply", "0").status(200)
		for _, when := range []string{"while it runs", "after it"} {
			path := org + meeting + "/chat.csv"
			ann.get(org + meeting).status(200).has(`href="` + path + `"`)
			file := ann.get(path).status(200)
			if !strings.Contains(file.header.Get("Content-Disposition"), "-chat.csv") || strings.Contains(file.body, "Only for Ann") {
				t.Errorf("%s: %s", when, file.body)
			}
			rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
			must(t, err)
			if len(rows) != 3 || rows[1][2] != first.From || rows[1][3] != "Ann" || rows[1][4] != "'=cmd()\nand more" || rows[2][3] != "Gil" || rows[2][4] != "Für alle" {
				t.Errorf("%s: %q", when, rows)
			}
			mia.get(path).status(403)
			ben.get(path).status(404)
			ben.get(benOrg + meeting + "/chat.csv").status(404)
			w.browser().get(path).status(303)
			ann.get(org + "/meetings").status(200)
			ann.post(org+meeting+"/end", form()) // the second time it is over already
		}
	})
}

// A long chat is read some hundred messages at a time; the file has each of them once, in their order.
func TestALongChatIsInTheFileWhole(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		host := connected(t, ann, code, "Ann")
		found, at, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		const many = 501 // a page and one
		for i := range many {
			_, err := w.store.Org(found.ID).PostChat(t.Context(), tenants.ChatPost{
				Room: at.ID, Identity: host.identity(), ClientID: fmt.Sprintf("message-%04d", i), Text: fmt.Sprintf("%d of them", i),
			})
			must(t, err)
		}
		last, err := w.store.Org(found.ID).LastMeeting(t.Context(), at.ID)
		must(t, err)
		rows := ann.get(org + "/meetings/" + string(last.ID) + "/chat.csv").status(200).rows()[1:]
		for i, row := range rows {
			if want := fmt.Sprintf("%d of them", i); row[4] != want {
				t.Fatalf("line %d of the file is %q, want %q", i, row[4], want)
			}
		}
		if len(rows) != many {
			t.Errorf("%d of %d messages are in the file", len(rows), many)
		}
	})
}

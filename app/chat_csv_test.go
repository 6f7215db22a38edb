package app_test

import (
	"encoding/csv"
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

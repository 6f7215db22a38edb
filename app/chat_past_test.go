package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

var linkToMeeting = regexp.MustCompile(`/meetings/([0-9a-f-]{36})`)

// What is left of the files of a meeting that is over, those see who manage the organization: they take what was sent to everyone, delete
// any, and have the storage back at once.
func TestFilesOfAPastMeetingAreTakenAndDeleted(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ben, benOrg := w.owner("Ben")
		ada, mia := w.member(org, "Ada", tenants.RoleAdmin), w.member(org, "Mia", tenants.RoleMember)
		code := ann.room(org)
		gil := w.browser()
		host := connected(t, ann, code, "Ann")
		connected(t, gil, code, "Gil")
		page := org + linkToMeeting.FindString(ann.get(org+"/meetings").status(200).body)
		plan := gil.sends(code, "file-one-1", "plan.html", strings.Repeat("<script>1</script>\n", 1000)).message() // 19,000 bytes
		note := gil.sends(code, "file-two-2", "note.txt", strings.Repeat("n", 300), "text", "The words stay").message()
		secret := gil.sends(code, "file-six-6", "secret.txt", strings.Repeat("s", 2000), "to", host.identity()).message()
		at := func(m wrote) string { return page + "/files/" + m.File.ID }
		used := func() int64 {
			t.Helper()
			_, room, err := w.store.RoomByCode(t.Context(), code)
			must(t, err)
			stored, err := w.store.Org(room.Org).StorageUsed(t.Context())
			must(t, err)
			return stored.Files
		}

		// While it runs, nothing can be done to them here.
		ann.get(page).status(200).lacks("past-file", "plan.html", at(plan))
		ann.get(at(plan)).status(409).has("This meeting is not over").lacks("<script>1")
		ann.post(at(plan)+"/delete", form()).status(409)
		ann.get(org + "/meetings").status(200)
		ann.post(page+"/end", form()).status(303)
		if used() != 21_300 {
			t.Fatalf("%d bytes are kept", used())
		}

		listed := ann.get(page).status(200).has("3 files, 21 KB in all", "plan.html", "note.txt", "A file between two people", "Gil").lacks("secret.txt", at(secret)+`"`)
		if big, mid, small := strings.Index(listed.body, "plan.html"), strings.Index(listed.body, "A file between two people"), strings.Index(listed.body, "note.txt"); big > mid || mid > small {
			t.Error("the largest is not first")
		}
		got := ada.get(at(plan)).status(200)
		if got.body != strings.Repeat("<script>1</script>\n", 1000) || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") ||
			got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
			got.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%d bytes came with %v", len(got.body), got.header)
		}
		ann.get(at(secret)).status(404).lacks("sss", "secret.txt")

		// Nobody else gets at them.
		for who, b := range map[string]*browser{"member": mia, "owner elsewhere": ben, "guest": gil, "stranger": w.browser()} {
			status := map[string]int{"member": 403, "owner elsewhere": 404, "guest": 303, "stranger": 303}[who]
			b.get(page)
			for _, m := range []wrote{plan, secret} {
				if res := b.get(at(m)); res.code != status || strings.Contains(res.body, "<script>1") {
					t.Errorf("%s takes a file: %d", who, res.code)
				}
				if res := b.post(at(m)+"/delete", form()); res.code < 300 || res.code == 303 && strings.Contains(res.header.Get("Location"), "done=") {
					t.Errorf("%s deletes a file: %d", who, res.code)
				}
			}
		}
		ben.get(benOrg + strings.TrimPrefix(at(plan), org)).status(404)
		ben.post(benOrg+strings.TrimPrefix(at(plan), org)+"/delete", form()).status(404)
		token := ann.csrf
		ann.csrf = ""
		ann.post(at(plan)+"/delete", form()).status(403)
		ann.csrf = token
		if used() != 21_300 {
			t.Fatalf("%d bytes are kept after others tried", used())
		}

		ann.post(at(secret)+"/delete", form("from", "person=x&sort=oldest")).status(303).location(page + "?from=person%3Dx%26sort%3Doldest&done=file_deleted")
		ann.get(page+"?done=file_deleted").status(200).has("The file is deleted, and its storage is free again", "2 files").lacks("A file between two people")
		if used() != 19_300 {
			t.Errorf("%d bytes are kept", used())
		}
		ann.post(at(secret)+"/delete", form()).status(404)
		ada.post(at(plan)+"/delete", form()).status(303)
		ada.post(at(note)+"/delete", form()).status(303)
		ann.get(at(plan)).status(404)
		ann.get(page).status(200).lacks("past-file", `id="files"`)
		if used() != 0 {
			t.Errorf("%d bytes are kept after all were deleted", used())
		}

		rows := ann.get(page + "/chat.csv").status(200).rows()[1:]
		if len(rows) != 2 || rows[0][10] == "" || rows[0][7] != "" || rows[1][4] != "The words stay" || rows[1][10] != "" || rows[1][7] != "" {
			t.Errorf("of the chat is left %q", rows)
		}
		w.business(org)
		ann.get(org+"/audit").status(200).has("Deleted a file of a meeting", "plan.html, 19 KB", "a file between two people, 2 KB", "note.txt, 1 KB").lacks("secret.txt")
		ann.get(org + "/audit?family=chat").status(200).has("plan.html")
	})
}

// A sealed file is no more than its size to the console: it cannot be taken, and its name is nothing to anybody.
func TestASealedFileOfAPastMeetingIsOnlyDeleted(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "everyone", "encryption", "required")).status(303)
		code := ann.room(org)
		connected(t, ann, code, "Ann")
		m := ann.sends(code, "file-one-1", "1.0.c2VhbGVk", "parleyF1"+strings.Repeat("x", 3000), "text", "1.0.d29yZHM", "sealed", "yes").message()
		page := org + linkToMeeting.FindString(ann.get(org+"/meetings").status(200).body)
		ann.post(page+"/end", form()).status(303)

		// A later meeting without files comes first, but for who looks where the storage goes.
		later := ann.room(org)
		connected(t, ann, later, "Ann")
		last := org + linkToMeeting.FindString(ann.get(org+"/meetings").status(200).body)
		ann.post(last+"/end", form()).status(303)
		first := func(list string) string { return org + linkToMeeting.FindString(ann.get(list).status(200).body) }
		ann.get(org + "/quotas").status(200).has(`href="` + org + `/meetings?sort=files"`)
		if latest, largest := first(org+"/meetings"), first(org+"/meetings?sort=files"); latest != last || largest != page {
			t.Errorf("the latest meeting is %s, the one with the largest files %s; want %s, %s", latest, largest, last, page)
		}

		ann.get(page).status(200).has("An encrypted file", "only the browsers of those in the meeting had its key").lacks("c2VhbGVk", page+"/files/"+m.File.ID+`"`)
		ann.get(page + "/files/" + m.File.ID).status(404).lacks("parleyF1")
		ann.post(page+"/files/"+m.File.ID+"/delete", form()).status(303)
		ann.get(page).status(200).lacks("An encrypted file")
		w.business(org)
		ann.get(org + "/audit").status(200).has("an encrypted file, 3 KB").lacks("c2VhbGVk")
	})
}

// Many files are listed a page at a time.
func TestFilesOfAPastMeetingComeInPages(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	host := connected(t, ann, code, "Ann")
	_, room, err := w.store.RoomByCode(t.Context(), code)
	must(t, err)
	for i := range tenants.PageSize + 1 {
		content := strings.Repeat("x", 200-i)
		file, err := tenants.NewChatUpload(fmt.Sprintf("part-%03d.txt", i), strings.NewReader(content), int64(len(content)), false, tenants.StorageLimit{})
		must(t, err)
		_, err = w.store.Org(room.Org).PostChat(t.Context(), tenants.ChatPost{Room: room.ID, Identity: host.identity(), ClientID: fmt.Sprintf("file-number-%d", i), File: file})
		must(t, err)
	}
	page := org + linkToMeeting.FindString(ann.get(org+"/meetings").status(200).body)
	ann.post(page+"/end", form()).status(303)
	ann.get(page).status(200).has("part-000.txt", "part-049.txt", "files=2").lacks("part-050.txt")
	ann.get(page+"?files=2&from=sort%3Doldest").status(200).has("part-050.txt", "files=1").lacks("part-049.txt")
	ann.get(page + "?files=99").status(200).has("part-050.txt")
}

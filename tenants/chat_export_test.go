package tenants_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

// exportedChat is what an organization's export has of its chats: who wrote what.
func exportedChat(t *testing.T, org *tenants.Scoped) (lines []string) {
	t.Helper()
	for _, list := range tenants.ExportLists() {
		if list.Name != "chat" {
			continue
		}
		name, text := slices.Index(list.Columns, "name"), slices.Index(list.Columns, "text")
		for at := tenants.ExportPlace(nil); ; {
			rows, next, err := org.ExportPage(t.Context(), list, at)
			must(t, err)
			for _, row := range rows {
				if len(row) != len(list.Columns) {
					t.Fatalf("%d cells under %d columns", len(row), len(list.Columns))
				}
				lines = append(lines, fmt.Sprint(row[name], ": ", row[text]))
			}
			if at = next; at == nil {
				return lines
			}
		}
	}
	t.Fatal("there is no chat in the export")
	return nil
}

// An organization takes away what was written to everyone; a person, what they wrote
// and what was written to them alone. What two wrote to each other is theirs.
func TestChatIsExportedToThoseWhoseItIs(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		k.post("amy", "", "to all")
		k.post("amy", "bob", "amy to bob")
		k.post("bob", "gil", "bob to gil")
		k.post("gil", "hal", "gil to hal")
		gone := k.post("bob", "", "taken back")
		_, err := k.DeleteChat(t.Context(), tenants.ChatChange{Room: k.room.ID, Identity: "bob", N: gone.N})
		must(t, err)
		for i := range 600 { // more than are read at once, and none of the organization's
			k.post("gil", "hal", fmt.Sprint("psst ", i))
		}
		k.post("hal", "", "=last")
		if got := strings.Join(exportedChat(t, k.Scoped), "; "); got != "amy: to all; bob: ; hal: =last" {
			t.Errorf("the organization gets %q", got)
		}

		meeting, _, err := k.Current(t.Context(), k.room.ID)
		must(t, err)
		own := func(who tenants.UserID, identity string) string {
			t.Helper()
			var out []string
			for after := int64(0); ; {
				some, err := k.ChatOf(t.Context(), who, meeting.ID, identity, after)
				must(t, err)
				if len(some) == 0 {
					return strings.Join(out, "; ")
				}
				for _, m := range some {
					out, after = append(out, fmt.Sprint(m.Mine, " ", m.Names[m.Sender], "→", m.Names[m.Recipient], ": ", m.Text)), m.N
				}
			}
		}
		if got := own(k.User("bob").ID, "bob"); got != "false amy→bob: amy to bob; true bob→gil: bob to gil; true bob→: " {
			t.Errorf("Bob gets %q", got)
		}
		if got := own(k.User("amy").ID, "bob") + own(k.User("bob").ID, "gil") + own(k.User("bob").ID, "nobody"); got != "" {
			t.Errorf("under another's identity one gets %q", got)
		}
	})
}

// The organization takes the files that were sent to everyone; a person, those that they sent and those that were for them alone. A sealed
// one is named, and nothing more.
func TestChatFilesAreExportedToThoseWhoseTheyAre(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		k := talking(t, db, clock)
		content := strings.Repeat("0123456789abcdef", 40_000) // three parts
		sent := func(from, to, name, content string) tenants.ChatMessage {
			t.Helper()
			m, err := k.send(from, to, "file-"+strings.TrimSuffix(name, ".txt"), upload(t, name, content, tenants.StorageLimit{}))
			must(t, err)
			return m
		}
		plan, secret, other := sent("amy", "", "plan.txt", content), sent("amy", "bob", "secret.txt", "psst"), sent("gil", "hal", "other.txt", "theirs")
		note := sent("gil", "", "note.txt", "a note")
		meeting, _, err := k.Current(t.Context(), k.room.ID)
		must(t, err)
		whole := func(part func(n int) ([]byte, error)) string {
			t.Helper()
			var all strings.Builder
			for n := 0; ; n++ {
				some, err := part(n)
				must(t, err)
				if len(some) == 0 {
					return all.String()
				}
				all.Write(some)
			}
		}

		ofOrg := func(f tenants.ChatExportFile) string {
			return whole(func(n int) ([]byte, error) { return k.ChatExportPart(t.Context(), f, n) })
		}
		files, err := k.ChatExportFiles(t.Context(), tenants.ChatExportFile{})
		must(t, err)
		if len(files) != 2 || files[0].At != fmt.Sprintf("chat-files/%s/%d plan.txt", meeting.ID, plan.N) || files[0].Size != int64(len(content)) || files[1].N != note.N {
			t.Fatalf("the organization gets %+v", files)
		}
		if ofOrg(files[0]) != content || ofOrg(files[1]) != "a note" {
			t.Errorf("%d and %d bytes came", len(ofOrg(files[0])), len(ofOrg(files[1])))
		}
		if rest, err := k.ChatExportFiles(t.Context(), files[0]); err != nil || len(rest) != 1 || rest[0] != files[1] {
			t.Errorf("after the first: %+v, %v", rest, err)
		}
		for _, m := range []tenants.ChatMessage{secret, other} {
			if got := ofOrg(tenants.ChatExportFile{Meeting: meeting.ID, N: m.N}); got != "" {
				t.Errorf("the organization gets what two sent to each other: %q", got)
			}
		}

		own := func(who, identity string, m tenants.ChatMessage) string {
			t.Helper()
			return whole(func(n int) ([]byte, error) {
				return k.ChatPartOf(t.Context(), k.User(who).ID, meeting.ID, identity, m.N, n)
			})
		}
		if own("amy", "amy", plan) != content || own("amy", "amy", secret) != "psst" || own("bob", "bob", secret) != "psst" {
			t.Error("somebody lacks a file of theirs")
		}
		for what, got := range map[string]string{
			"another's to everyone": own("bob", "bob", plan), "one between two others": own("bob", "bob", other), "one under another's identity": own("bob", "amy", plan),
			"one of a guest's": own("bob", "gil", note), "one of nobody's": own("bob", "nobody", note),
		} {
			if got != "" {
				t.Errorf("Bob gets %s: %d bytes", what, len(got))
			}
		}

		must(t, byHand(t, db, k.ID, "UPDATE chat_files SET sealed = TRUE"))
		if files, err := k.ChatExportFiles(t.Context(), tenants.ChatExportFile{}); err != nil || len(files) != 0 || own("amy", "amy", plan) != "" {
			t.Errorf("of sealed files came %+v, %v", files, err)
		}
		if at := tenants.ExportedAs(meeting.ID, plan.N, tenants.ChatFile{Name: "x", Sealed: true}); at != "" {
			t.Errorf("a sealed one lies at %q", at)
		}
	})
}

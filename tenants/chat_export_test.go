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

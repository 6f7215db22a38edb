package views

import (
	"net/url"
	"strings"
	"testing"
)

// Whoever opens a line of a long list comes back to the same page of it, under the same filter.
func TestAListKeepsItsPlace(t *testing.T) {
	list := ListPage{Path: "/o/acme", Page: 3, Size: 24, Total: 1200, Query: url.Values{"q": {"a&b"}, "sort": {"name"}}}
	m := DashboardModel{Rooms: []RoomCard{{ID: "1", Name: "Kitchen", Code: "abcd-efgh-ijkl"}}, List: list, Search: "a&b", Sort: "name"}
	member := Page{Texts: words(t), Org: &OrgBar{OrgLink: OrgLink{Slug: "acme"}}, User: &UserBar{Name: "Ann"}}
	shown := render(t, Dashboard(member, m))
	for _, want := range []string{
		`/o/acme/rooms/1?from=page%3D3%26q%3Da%2526b%26sort%3Dname`, `page=2&amp;q=a%26b&amp;sort=name`, `page=4&amp;q=a%26b`, "49 to 72 of 1,200", `value="a&amp;b"`,
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("the list does not have %s:\n%s", want, shown)
		}
	}
	room := render(t, RoomEdit(member, RoomEditModel{Room: RoomCard{ID: "1", CanManage: true}, From: list.place(), CanArchive: true}))
	if back := `href="/o/acme?page=3&amp;q=a%26b&amp;sort=name"`; strings.Count(room, back) != 2 || strings.Count(room, `name="from" value="page=3&amp;q=a%26b&amp;sort=name"`) != 3 {
		t.Errorf("the way back is lost:\n%s", room)
	}
}

// Few rooms need no filter and no pager.
func TestAFewRoomsNeedNoFilter(t *testing.T) {
	m := DashboardModel{Rooms: []RoomCard{{ID: "1", Name: "Kitchen"}}, List: ListPage{Path: "/o/acme", Page: 1, Size: 24, Total: 1}}
	shown := render(t, Dashboard(Page{Texts: words(t), Org: &OrgBar{OrgLink: OrgLink{Slug: "acme"}}, User: &UserBar{Name: "Ann"}}, m))
	if strings.Contains(shown, `class="filters"`) || strings.Contains(shown, "list-foot") {
		t.Error("a list of one room has a filter")
	}
}

func TestNumbersFollowTheLanguage(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string]string{"en": "1 to 50 of 12,345", "de-AT, fr;q=0.5": "1 bis 50 von 12.345"} {
		if got := catalogue.For(language).T("list.range", "From", 1, "To", 50, "Total", 12345); got != want {
			t.Errorf("%s: %s, want %s", language, got, want)
		}
	}
	if got := catalogue.For("de").N("people.count", 12345); !strings.Contains(got, "12.345") {
		t.Errorf("a count: %s", got)
	}
}

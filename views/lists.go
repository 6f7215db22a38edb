package views

import (
	"cmp"
	"net/url"
	"strconv"
)

// ListPage is where one is in a list of thousands.
type ListPage struct {
	Path              string
	Query             url.Values // filter and order
	Param             string     // what the number of the page is called in the address, where it is not "page"
	Page, Size, Total int
}

// From and to are the numbers of the first and the last line that are shown.
func (l ListPage) from() int { return min((l.Page-1)*l.Size+1, l.Total) }
func (l ListPage) to() int   { return min(l.Page*l.Size, l.Total) }

// at is the address of another page of the list; empty when there is none.
func (l ListPage) at(page int) string {
	if page < 1 || (page-1)*l.Size >= l.Total {
		return ""
	}
	q := l.query()
	q.Set(cmp.Or(l.Param, "page"), strconv.Itoa(page))
	return l.Path + "?" + q.Encode()
}

func (l ListPage) query() url.Values {
	q := url.Values{}
	for name, v := range l.Query {
		q[name] = v
	}
	return q
}

// place is what a page behind a line has to know to lead back here.
func (l ListPage) place() string {
	q := l.query()
	if l.Page > 1 {
		q.Set("page", strconv.Itoa(l.Page))
	}
	return q.Encode()
}

// any reports whether a filter hides something.
func (l ListPage) any() bool {
	for name, values := range l.Query {
		if name != "sort" && values[0] != "" {
			return true
		}
	}
	return false
}

// withPlace is the address of a page behind a line of a list, which leads back to the same place.
func withPlace(path, place string) string {
	if place == "" {
		return path
	}
	return path + "?from=" + url.QueryEscape(place)
}

// query is a place in a list as the end of the list's address.
func query(place string) string {
	if place == "" {
		return ""
	}
	return "?" + place
}

// Choice is one way to filter or to order a list.
type Choice struct {
	Value string // in the address; "" is what one gets without asking
	Word  string
}

// roomsToShow are the choices of which rooms are listed.
func roomsToShow(p Page) []Choice {
	return []Choice{{RoomsAll, p.T("rooms.which_all")}, {RoomsLive, p.T("rooms.which_live")}, {RoomsMine, p.T("rooms.which_mine")}}
}

// roomOrders are the orders of the list of rooms.
func roomOrders(p Page) []Choice {
	return []Choice{{"", p.T("people.sort_newest")}, {"used", p.T("rooms.sort_used")}, {"name", p.T("people.sort_name")}}
}

// memberOrders are the orders of the list of members.
func memberOrders(p Page) []Choice {
	return []Choice{{"", p.T("people.sort_name")}, {"role", p.T("people.sort_role")}, {"newest", p.T("people.sort_newest")}}
}

// anyRole are the roles that a list can be limited to.
func anyRole(p Page) []Choice {
	out := []Choice{{"", p.T("people.any_role")}}
	for _, role := range (MemberModel{MayOwn: true}).roles() {
		out = append(out, Choice{role, p.T(roleWord(role))})
	}
	return out
}

// inviteStates are the states that the list of invitations can be limited to.
func inviteStates(p Page) []Choice {
	out := []Choice{{"", p.T("invites.state_waiting")}}
	for _, state := range []string{"open", "expired", "accepted", "withdrawn"} {
		out = append(out, Choice{state, p.T(inviteState(state))})
	}
	return out
}

// fewRooms is how many rooms one finds without a filter.
const fewRooms = 8

// filtered reports whether the list of rooms needs a filter, or has one.
func (m DashboardModel) filtered() bool { return m.List.Total > fewRooms || m.List.any() }

// none reports whether the organization has no room at all.
func (m DashboardModel) none() bool { return len(m.Rooms) == 0 && !m.List.any() }

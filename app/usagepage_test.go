package app_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/tenants"
)

var (
	usageDay    = regexp.MustCompile(`<time datetime="(\d{4}-\d\d-\d\d)">[^<]*</time></th>((?:<td class="num right">\d+</td>)+)`)
	usagePerson = regexp.MustCompile(`(?s)<tr data-testid="usage-person">(.*?)</tr>`)
	tags        = regexp.MustCompile(`<[^>]*>|\s+`)
)

// usageDays are the days of the usage page's table on which something was used: "2025-04-06: meetings minutes people peak".
func (a *answer) usageDays() (out []string) {
	for _, m := range usageDay.FindAllStringSubmatch(a.body, -1) {
		figures := strings.Fields(strings.ReplaceAll(tags.ReplaceAllString(strings.ReplaceAll(m[2], "</td>", "~"), ""), "~", " "))
		if line := m[1] + ": " + strings.Join(figures, " "); !strings.HasSuffix(line, ": 0 0 0 0") {
			out = append(out, line)
		}
	}
	return out
}

// usagePeople are the people of the usage page, with the figures of each: "Bob 2 70".
func (a *answer) usagePeople() (out []string) {
	for _, m := range usagePerson.FindAllStringSubmatch(a.body, -1) {
		out = append(out, strings.TrimSpace(tags.ReplaceAllString(m[1], " ")))
	}
	return squeeze(out)
}

func squeeze(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return lines
}

func TestUsageOnThePageIsWhatWasUsed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, path := w.owner("Ann")
		bob := w.member(path, "Bob", tenants.RoleMember)
		org, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(path, "/o/"))
		must(t, err)
		member, err := w.store.UserByEmail(t.Context(), "bob@"+org.Slug+".example")
		must(t, err)
		owner, err := w.store.UserByEmail(t.Context(), "ann@parley.example")
		must(t, err)
		room, err := w.store.Org(org.ID).CreateRoom(t.Context(), owner.ID, "Standup")
		must(t, err)
		// In Auckland the first begins at half past eleven in the night when summer has ended, and ends in the next day.
		w.sat(org.ID, room, "2025-04-06T11:30:00Z", 60, map[string]tenants.UserID{"Bob": member.ID, "Gil": ""})
		w.sat(org.ID, room, "2025-04-07T20:00:00Z", 10, map[string]tenants.UserID{"Bob": member.ID, "Ann": owner.ID, "Hal": ""})

		for _, c := range []struct {
			zone         string
			days, people string
		}{
			{"", "2025-04-06: 1 120 2 2|2025-04-07: 1 30 3 3", "Guests, all together 2 70|Bob 2 70|Ann 1 10"},
			{"Pacific/Auckland", "2025-04-06: 1 60 2 2|2025-04-07: 0 60 0 2", "Guests, all together 1 60|Bob 1 60"},
			{"America/Los_Angeles", "2025-04-06: 1 120 2 2|2025-04-07: 1 30 3 3", "Guests, all together 2 70|Bob 2 70|Ann 1 10"},
		} {
			ann.living(c.zone, true)
			query := "?from=2025-04-01&until=2025-04-07"
			page := ann.get(path + "/usage" + query).status(200)
			if got := strings.Join(page.usageDays(), "|"); got != c.days {
				t.Errorf("days in %q: %s, want %s", c.zone, got, c.days)
			}
			if got := strings.Join(page.usagePeople(), "|"); got != c.people {
				t.Errorf("people in %q: %s, want %s", c.zone, got, c.people)
			}
			var days, people []string
			for _, row := range ann.get(path + "/usage.csv" + query).status(200).rows()[1:] { // date, meetings, people, minutes, peak
				if line := row[0] + ": " + row[1] + " " + strings.TrimSuffix(row[3], ".0") + " " + row[2] + " " + row[4]; !strings.HasSuffix(line, ": 0 0 0 0") {
					days = append(days, line)
				}
			}
			for _, row := range ann.get(path + "/usage/people.csv" + query).status(200).rows()[1:] { // id, name, meetings, minutes
				if row[0] == "" {
					row[1] = "Guests, all together"
				}
				people = append(people, row[1]+" "+row[2]+" "+strings.TrimSuffix(row[3], ".0"))
			}
			if strings.Join(days, "|") != c.days || strings.Join(people, "|") != c.people {
				t.Errorf("the files in %q say %v and %v, the page %s and %s", c.zone, days, people, c.days, c.people)
			}
		}

		zoe, kim := w.member(path, "Zoe", tenants.RoleAdmin), w.member(path, "Kim", tenants.RoleBilling)
		for _, file := range []string{"/usage", "/usage.csv", "/usage/people.csv"} {
			zoe.get(path + file).status(200)
			kim.get(path + file).status(200)
			bob.get(path + file).status(403)
			w.browser().get(path + file).status(303)
		}
		bob.get(path).status(200).lacks(path + "/usage")
		eve, _ := w.owner("Eve")
		eve.get(path + "/usage").status(404)
	})
}

func TestTheUsagePageTakesAnyDates(t *testing.T) {
	w := newWorld(t)
	ann, path := w.owner("Ann")
	ann.get(path + "/usage").status(200).has("Nothing was used in these days").lacks("These dates cannot be shown")
	for _, query := range []string{"from=2025-04-07&until=2025-04-01", "from=2025-01-01&until=2025-04-03", "from=x&until=2025-04-03", "from=2025-04-03"} {
		ann.get(path+"/usage?"+query).status(200).has("These dates cannot be shown", "Here are the last 30 days instead")
	}
	ann.living("Pacific/Auckland", true)
	ann.get(path + "/usage?from=2025-02-01&until=2025-05-03").status(200).lacks("These dates cannot be shown") // 92 days and an hour
	ann.get(path + "/usage?from=2025-02-01&until=2025-05-04").status(200).has("These dates cannot be shown")

	zone, err := time.LoadLocation("Pacific/Auckland")
	must(t, err)
	before := time.Now().In(zone).Format(time.DateOnly)
	rows := ann.get(path + "/usage.csv?days=7").status(200).rows()
	after := time.Now().In(zone).Format(time.DateOnly) // midnight may pass meanwhile
	if last := rows[len(rows)-1][0]; len(rows) != 8 || last != before && last != after {
		t.Errorf("%d days up to %s, want 7 up to %s", len(rows)-1, last, fmt.Sprint(before, " or ", after))
	}
}

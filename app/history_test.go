package app_test

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/sfu"
	"parley/tenants"
)

func TestAnAdminSeesWhoIsInAndEndsAMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.get(org+"/meetings").status(200).has("No room is in use", "No meeting has ended yet")
		code := ann.room(org)
		guest := w.browser()
		inside := dial(t, guest.join(code, `Zoë <b>"`))
		eventually(t, "the guest is listed", func() bool { return strings.Contains(ann.get(org+"/meetings").body, "Zoë &lt;b&gt;&#34;") })
		page := ann.get(org+"/meetings?person=x&sort=oldest").status(200).has("One person", "End Kitchen refit for all", "No meeting fits")
		one := regexp.MustCompile(`href="(` + org + `/meetings/[0-9a-f-]{36})\?from=person%3Dx%26sort%3Doldest"`).FindStringSubmatch(page.body)
		if one == nil {
			t.Fatalf("no way to the meeting that keeps the place:\n%s", excerpt(page.body))
		}
		ann.get(one[1]+"?from=person%3Dx%26sort%3Doldest").status(200).has("On now", "Is in it", `href="`+org+`/meetings?person=x&amp;sort=oldest"`)
		w.browser().join(code, "Yan") // has a seat, and no media whose quality a node would tell of
		ann.get(one[1]).status(200).has("Yan")
		ann.post(one[1]+"/end", form("from", "person=x&sort=oldest")).status(303).location(org + "/meetings?person=x&sort=oldest&done=meeting_ended")
		inside.sentAway()
		ann.get("/m/" + code + "/after?why=own").status(200).has("You ended it for everyone.")
		guest.get("/m/" + code + "/after?why=left").status(200).has("The host ended it for everyone.")
		ann.get(org+"/meetings").status(200).has("A host ended it", "No room is in use").lacks(`data-testid="live-meeting"`)
		ann.get(one[1]).status(200).has("Guest", "A host ended it").lacks("End Kitchen refit for all")
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		ended, err := w.store.Org(room.Org).LastMeeting(t.Context(), room.ID)
		must(t, err)
		people, err := w.store.Org(room.Org).People(t.Context(), ended.ID)
		must(t, err)
		yan := slices.IndexFunc(people, func(p tenants.Participant) bool { return p.Name == "Yan" })
		told := sfu.Event{ID: "q", Kind: sfu.EventQuality, Room: sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}, At: *ended.EndedAt, Quality: []sfu.QualityMinute{
			{Identity: people[yan].Identity, Minute: ended.StartedAt, Score: 17, LossUp: 180, Layer: 1, Size: 360, Held: sfu.HeldSmaller, Cause: sfu.CauseUplink},
		}}
		must(t, w.web.MediaEvent(t.Context(), told))
		must(t, w.web.MediaEvent(t.Context(), told))
		ann.get(one[1]).status(200).has("Bad for 1 minute", "Their network", "Up to 18% of what Yan sent was lost", `data-testid="strip"`, "360p for 1 minute, less than asked for")
		minutes, err := csv.NewReader(strings.NewReader(ann.get(one[1] + "/quality.csv").status(200).body)).ReadAll()
		must(t, err)
		at := slices.IndexFunc(minutes, func(row []string) bool { return row[1] == "Yan" })
		if at < 1 || minutes[at][3] != "1.7" || minutes[at][4] != "18.0" || minutes[at][9] != "uplink" || minutes[at][10] != "360" || minutes[at][11] != "smaller" {
			t.Errorf("%v", minutes)
		}
		if err := w.node.End(t.Context(), sfu.RoomKey{Tenant: string(room.Org), Room: room.MediaName}, sfu.ReasonHost); err == nil {
			t.Error("the room is still open on the node")
		}
		file := ann.get(org + "/meetings.csv").status(200)
		rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		must(t, err)
		if len(rows) != 2 || rows[1][2] != "Kitchen refit" || rows[1][7] != tenants.EndHost || !strings.Contains(file.header.Get("Content-Disposition"), "-meetings.csv") {
			t.Errorf("%v", rows)
		}
	})
}

func TestMembersDoNotSeeTheMeetingsOfOthers(t *testing.T) {
	w := newWorld(t)
	_, org := w.owner("Ann")
	mia := w.member(org, "Mia", tenants.RoleMember)
	mia.get(org).status(200).lacks(org + "/meetings")
	for _, path := range []string{"/meetings", "/meetings.csv", "/meetings/0190b7a4-0000-7000-8000-000000000000"} {
		mia.get(org + path).status(403)
	}
}

func TestTheFilterOfMeetingsTakesAnything(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org + "/meetings?room=%00&person=%FF%00&from=x&until=9999-99-99&sort=%27&page=-4").status(200)
	ann.get(org + "/meetings/x").status(404)
}

// Who looks at the list right after a meeting does not read that it is on with nobody in it.
func TestAMeetingThatEverybodyHasLeftIsNotShownAsOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		guest, code := w.browser(), ann.room(org)
		inside := dial(t, guest.join(code, "Gil"))
		eventually(t, "the guest is listed", func() bool { return strings.Contains(ann.get(org+"/meetings").body, "One person") })
		inside.Leave()
		eventually(t, "the page says that everybody has left", func() bool {
			return strings.Contains(ann.get(org+"/meetings").body, "Everybody has left. It closes at")
		})
		page := ann.get(org+"/meetings").status(200).has("is-over", "unless somebody comes back").lacks("0 people")
		one := regexp.MustCompile(`href="(` + org + `/meetings/[0-9a-f-]{36})`).FindStringSubmatch(page.body)
		if one == nil {
			t.Fatalf("no way to the meeting:\n%s", excerpt(page.body))
		}
		ann.get(one[1]).status(200).has("Everybody left").lacks("On now")
	})
}

package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
	"parley/tenants"
)

// id finds a member's id by their name in the list of people.
func (w *world) id(org, name string) string {
	w.t.Helper()
	found, err := w.store.OrgBySlug(w.t.Context(), strings.TrimPrefix(org, "/o/"))
	must(w.t, err)
	people, _, err := w.store.Org(found.ID).Members(w.t.Context(), tenants.MemberQuery{Search: name})
	must(w.t, err)
	for _, one := range people {
		if one.Name == name {
			return string(one.UserID)
		}
	}
	w.t.Fatalf("nobody is called %s", name)
	return ""
}

func TestRolesAreCheckedOnThePageAndHoldAtTheNextRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		bob.get(org + "/people").status(403)
		ann.get(org+"/people?q=bob&sort=newest").status(200).has("Bob", "from=q%3Dbob%26sort%3Dnewest")
		at := org + "/people/" + w.id(org, "Bob")
		ann.get(at + "?from=q%3Dbob%26evil%3Dx").status(200).has(`href="/o/ann-and-friends/people?q=bob"`)
		ann.post(at+"/role", form("role", "king", "from", "q=bob")).status(400).has("role")
		ann.post(at+"/role", form("role", "admin", "from", "q=bob")).status(303).location(org + "/people?q=bob&done=role_saved")
		bob.get(org + "/people").status(200)
		bob.post(org+"/people/"+w.id(org, "Ann")+"/role", form("role", "member")).status(403)
		bob.post(org+"/people/"+w.id(org, "Ann")+"/remove", form()).status(403)
		ann.get(org + "/leave").status(200)
		ann.post(org+"/leave", form()).status(409).has("Somebody has to own")
		ann.post(at+"/handover", form()).status(303)
		ann.post(org+"/leave", form()).status(303).location("/organizations")
		ann.get(org).status(404)
		ann.get("/home").status(303).location("/organizations")
		ann.get("/organizations").status(200).has("You belong to no organization")
	})
}

func TestARemovedMembersMeetingEnds(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	bob := w.member(org, "Bob", tenants.RoleMember)
	bob.get("/m/" + code).status(200)
	session := bob.join(code, "Bob")
	there := dial(t, session)
	stays := dial(t, ann.join(code, "Ann"))
	eventually(t, "they see each other", func() bool { return stays.others() == 1 })
	ann.get(org + "/people").status(200)
	ann.post(org+"/people/"+w.id(org, "Bob")+"/remove", form()).status(303)
	there.sentAway()
	if why := there.LeaveRequest().GetReason(); why != livekit.DisconnectReason_PARTICIPANT_REMOVED {
		t.Errorf("sent out with %s", why)
	}
	if p, err := sfutest.Dial(t.Context(), session.ServerURL, sfutest.Options{Token: session.Token}); !sfutest.ErrRefused(err) {
		p.Leave()
		t.Errorf("the old token opens the door: %v", err)
	}
	bob.get(org).status(404)
	if stays.gone() {
		t.Error("somebody else was sent out too")
	}
}

var inviteLink = regexp.MustCompile(`/invite/[A-Za-z0-9_-]+`)

// mailedInvite waits for the mail to an address and gives the link in it.
// A list with faults is corrected on the page that shows them; what was right is not lost.
func TestAListOfPeopleIsCorrectedOnItsPreview(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org + "/invitations")
	page := ann.post(org+"/invitations", form("addresses", "bea@x.example\n\nnonsense\nbea@x.example")).status(200).
		has("One invitation will go out.", "2 lines are left out.", `class="num">3</td>`, `class="num">4</td>`, "nonsense,,")
	csv := "email,name,role\nbea@x.example,,member\n"
	if !strings.Contains(page.body, csv) {
		t.Errorf("the good line does not go along: %s", excerpt(page.body))
	}
	ann.post(org+"/invitations", form("csv", csv, "fix", "cem@x.example,Cem,member\nstill nonsense")).status(200).
		has("2 invitations will go out.", "One line is left out.", `class="num">2</td>`)
	ann.post(org+"/invitations", form("csv", csv, "fix", "")).status(200).has("One invitation will go out.").lacks("left out")
}

func (w *world) mailedInvite(to string) string {
	w.t.Helper()
	link := ""
	eventually(w.t, "a mail to "+to, func() bool {
		mails, err := w.mails.List()
		must(w.t, err)
		for _, m := range mails {
			if m.To == to && inviteLink.MatchString(m.Text) {
				link = inviteLink.FindString(m.Text)
				return true
			}
		}
		return false
	})
	return link
}

func TestInvitationsFromACSV(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.get(org + "/invitations").status(200)
		ann.send(org+"/invitations", "", "", nil, "addresses", " ", "role", "member").status(400).has("Write at least one address")
		ann.send(org+"/invitations", "file", "x.csv", []byte("name,age\nAl,4")).status(400).has("names no column")
		ann.send(org+"/invitations", "file", "x.csv", make([]byte, 300<<10)).status(400).has("Split the list")
		var csv strings.Builder
		csv.WriteString("name;email;role\n")
		for i := range 300 {
			fmt.Fprintf(&csv, "Person %d;p%d@acme.example;member\n", i, i)
		}
		csv.WriteString("Nobody;nobody at acme;member\nAnn;ann@parley.example;\n")
		preview := ann.send(org+"/invitations", "file", "people.csv", []byte(csv.String())).status(200)
		preview.has("300 invitations will go out.", "2 lines are left out.", "Send 300 invitations", "nobody at acme", "Belongs already.")
		hidden := regexp.MustCompile(`name="csv" value="([^"]+)"`).FindStringSubmatch(preview.body)
		if hidden == nil {
			t.Fatal("the preview has nothing to send")
		}
		list := strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(hidden[1])
		ann.post(org+"/invitations/send", form("csv", list)).status(303).location(org + "/invitations?n=300&done=invites_sent")
		ann.get(org+"/invitations?n=300&done=invites_sent").status(200).has("300 invitations are on their way.", "1 to 50 of 300")
		ann.get(org + "/invitations?page=6").status(200).has("251 to 300 of 300")

		// The last two: the folder lists its newest 200 mails.
		newcomer := w.browser()
		link := w.mailedInvite("p299@acme.example")
		newcomer.get(link).status(200).has("Join Ann and friends", "p299@acme.example", "Person 299")
		newcomer.post(link+"/signup", form("name", "Per Son", "password", "short")).status(400).has("aria-invalid", "Per Son")
		newcomer.post(link+"/signup", form("name", "Per Son", "password", password)).status(303).location(org + "?done=joined")
		newcomer.get(org).status(200).lacks("Please confirm")
		newcomer.get(link).status(404)

		// Somebody else's eyes on the mail do not make them p8.
		spy, _ := w.owner("Spy")
		spy.get(w.mailedInvite("p298@acme.example")).status(200).has("This invitation went to p298@acme.example")
		spy.post(w.mailedInvite("p298@acme.example"), form()).status(403)
	})
}

func TestInvitationsAreSentAgainAndWithdrawn(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org + "/invitations").status(200)
	ann.post(org+"/invitations/send", form("csv", "email\nlea@acme.example\n")).status(303)
	old := w.mailedInvite("lea@acme.example")
	act := regexp.MustCompile(`/o/[^"]*/(?:resend|withdraw)\?from=[^"]*`)
	page := ann.get(org + "/invitations?q=lea").status(200)
	acts := act.FindAllString(page.body, -1)
	if len(acts) != 2 {
		t.Fatalf("%v", acts)
	}
	ann.post(strings.ReplaceAll(acts[0], "&amp;", "&"), form()).status(303).location(org + "/invitations?q=lea&done=invite_resent")
	w.browser().get(old).status(404)
	ann.post(strings.ReplaceAll(acts[1], "&amp;", "&"), form()).status(303)
	ann.get(org + "/invitations?state=withdrawn").status(200).has("lea@acme.example")
	ann.post(strings.ReplaceAll(acts[1], "&amp;", "&"), form()).status(404)
}

func TestALinkLetsAnybodyJoinAsAMember(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ann.get(org + "/invitations").status(200)
	ann.post(org+"/invitations/links", form("days", "no", "uses", "5000")).status(400).has("from 1 to 90", "from 1 to 1,000", `value="5000"`)
	ann.post(org+"/invitations/links", form("days", "7", "uses", "1")).status(303)
	link := inviteLink.FindString(ann.get(org + "/invitations").status(200).body)
	one := w.browser()
	one.get(link).status(200).has("E-mail", "Password")
	one.post(link+"/signup", form("name", "Uma", "email", "uma@else.example", "password", password)).status(303)
	one.get(org).status(200).has("Please confirm")
	w.browser().get(link).status(404)

	ben, _ := w.owner("Ben")
	ann.post(org+"/invitations/links", form("days", "7", "uses", "3")).status(303)
	link = inviteLink.FindString(ann.get(org + "/invitations").status(200).body)
	ben.get(link).status(200).has("You are signed in as ben@parley.example")
	ben.post(link, form()).status(303).location(org + "?done=joined")
	ben.get(org).status(200)
	if a := w.browser().do(http.MethodPost, link, "text/html", url.Values{}); a.code != 403 && a.code != 303 {
		t.Errorf("without a form token: %d", a.code)
	}
}

package views

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
)

func englishPage(t *testing.T) Page {
	t.Helper()
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return Page{Texts: catalogue.For("en"), CSRF: "csrf-token", Nonce: "n"}
}

func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A key that the client asks for and nobody wrote would be read out to people.
func TestEveryMessageOfTheClientIsWritten(t *testing.T) {
	p := englishPage(t)
	known := lobbyTexts(p)
	for id, text := range p.Texts.Under("meeting.") {
		known[id] = text
	}
	for _, key := range clientKeys(t) {
		if known[key] == "" && known[key+".other"] == "" {
			t.Errorf("the client asks for %q, which no message file has", key)
		}
	}
}

// clientKeys finds the ids in the client's sources; those that are put together there are put together here in the same way.
func clientKeys(t *testing.T) []string {
	t.Helper()
	var keys []string
	literal, counted := regexp.MustCompile(`"(meeting\.[a-z_.]+)"`), regexp.MustCompile(`count\("(meeting\.[a-z_.]+)"`)
	err := filepath.WalkDir("../static/src/meeting", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".test.ts") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, found := range literal.FindAllStringSubmatch(string(source), -1) {
			keys = append(keys, found[1])
		}
		for _, found := range counted.FindAllStringSubmatch(string(source), -1) {
			keys = append(keys, found[1]+".other")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) < 50 {
		t.Fatalf("found only %d ids in the client's sources", len(keys))
	}
	every := func(prefix string, ends ...string) {
		for _, end := range ends {
			keys = append(keys, prefix+end)
		}
	}
	faults := []string{"denied", "dismissed", "system", "missing", "busy", "unplugged", "insecure", "unknown"}
	every("meeting.fault.camera.", faults...)
	every("meeting.fault.microphone.", faults...)
	every("meeting.fault.camera.", "unsent")
	every("meeting.fault.microphone.", "unsent")
	every("meeting.lobby.both.", faults...)
	every("meeting.allow.", "chrome", "edge", "firefox", "safari", "ios", "android", "any")
	every("meeting.kind.", "microphone", "camera", "speaker")
	every("meeting.none.", "microphone", "camera", "speaker")
	every("meeting.menu.", "microphone", "camera", "share", "view", "more")
	every("meeting.choose.", "microphone", "camera", "share")
	every("meeting.view.", "grid", "speaker", "sidebar", "screen")
	every("meeting.share.", "text", "motion", "text_means", "motion_means", "failed", "system", "unsent", "taken")
	for _, how := range []string{"on.", "with_sound."} {
		every("meeting.share."+how, "screen", "window", "tab", "unknown")
	}
	every("meeting.share.forbidden.", "everyone", "members", "managers")
	every("meeting.hosting.may.", "share", "chat", "unmute", "rename")
	every("meeting.hosting.you.", "host", "cohost", "others")
	every("meeting.hosting.silenced.", "microphone", "camera")
	every("meeting.hosting.person.", "mute", "ask", "stop_video", "stop_share", "spot", "unspot", "rename", "cohost", "no_cohost", "host", "remove", "ban")
	for _, what := range []string{"remove.", "ban."} {
		every("meeting.hosting."+what, "title", "text", "yes")
	}
	for _, rule := range []string{"share", "chat", "unmute", "rename"} {
		every("meeting.hosting.news."+rule, "_on", "_off")
	}
	every("meeting.hosting.news.", "hand", "host", "cohost", "led", "leads", "locked", "unlocked", "spotlight")
	every("meeting.news.", "joined", "left", "joined.many", "left.many")
	return keys
}

func TestTheLobbySaysWhoIsThere(t *testing.T) {
	for _, c := range []struct {
		here []string
		want string
	}{
		{nil, "Nobody is here yet."},
		{[]string{"Amara Okafor"}, "Amara is here"},
		{[]string{"Amara Okafor", "Mateo"}, "Amara and Mateo are here"},
		{[]string{"Amara", "Mateo", "Leila"}, "Amara, Mateo and 1 other are here"},
		{[]string{"Amara", "Mateo", "Leila", "Ben", "Cleo", "Dele"}, "Amara, Mateo and 4 others are here"},
	} {
		html := rendered(t, Lobby(englishPage(t), LobbyModel{Room: "Kitchen", Code: "k7dm-9q2x-h4tw", Here: c.here}))
		if !strings.Contains(html, c.want) {
			t.Errorf("with %v the lobby does not say %q", c.here, c.want)
		}
	}
}

func TestTheLobbyHasAWayInForEverybody(t *testing.T) {
	p := englishPage(t)
	m := LobbyModel{Room: `<b>Kitchen</b>`, Code: "k7dm-9q2x-h4tw", Live: true, Running: 8*time.Minute + 40*time.Second}
	html := rendered(t, Lobby(p, m))
	for _, want := range []string{
		`action="/m/k7dm-9q2x-h4tw/join"`, `name="csrf" value="csrf-token"`, "Your name", "Microphone", "Camera", "Speaker",
		"Joining as a guest.", `/login?next=/m/k7dm-9q2x-h4tw`, "In progress for 8 minutes", "&lt;b&gt;Kitchen", `id="texts"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the lobby lacks %q", want)
		}
	}
	if strings.Contains(html, "style=") || strings.Contains(html, "<b>Kitchen") {
		t.Error("the lobby has a style attribute, or a room's name became markup")
	}
}

func TestTheMeetingPageCarriesItsSession(t *testing.T) {
	m := MeetingModel{Session: MeetingSession{Room: "Kitchen </script><script>x", Token: "t0ken", URLs: MeetingURLs{After: "/m/k/after"}}}
	html := rendered(t, Meeting(englishPage(t), m))
	for _, want := range []string{`data-theme="dark"`, `"token":"t0ken"`, `"offers":[]`, `"after":"/m/k/after"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the meeting page lacks %q", want)
		}
	}
	if strings.Contains(html, "</script><script>x") {
		t.Error("a room's name broke out of the data block")
	}
}

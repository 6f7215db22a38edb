package app_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"parley/tenants"
)

// receiver is a customer's server: it checks signatures as Standard Webhooks says, and answers as told.
type receiver struct {
	mu     sync.Mutex
	secret []byte
	answer int // 0 = 204
	heard  []string
	ids    []string
	forged int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(req.Header.Get("webhook-id") + "." + req.Header.Get("webhook-timestamp") + "."))
	mac.Write(body)
	if !slices.Contains(strings.Fields(req.Header.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))) {
		r.forged++
	}
	var event struct{ Type string }
	_ = json.Unmarshal(body, &event)
	r.heard = append(r.heard, event.Type)
	r.ids = append(r.ids, req.Header.Get("webhook-id"))
	switch r.answer {
	case 0:
		w.WriteHeader(http.StatusNoContent)
	case http.StatusFound:
		http.Redirect(w, req, "/elsewhere", http.StatusFound)
	default:
		w.WriteHeader(r.answer)
	}
}

func (r *receiver) set(answer int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// know is given the secret as a page shows it.
func (r *receiver) know(t *testing.T, shown string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	r.secret, err = base64.StdEncoding.DecodeString(strings.TrimPrefix(html.UnescapeString(shown), "whsec_"))
	must(t, err)
}

func (r *receiver) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.heard)
}

// deliver makes one attempt at everything that is due.
func (w *world) deliver() {
	w.t.Helper()
	for {
		n, err := w.web.DeliverWebhooks(w.t.Context())
		must(w.t, err)
		if n == 0 {
			return
		}
	}
}

func TestAServerHearsSignedMessagesOfAMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		hears := &receiver{}
		server := httptest.NewServer(hears)
		defer server.Close()
		page := org + "/developers"
		ann.get(page).status(200).has("No webhooks yet")
		ann.post(page+"/webhooks", form("url", "ftp://nowhere")).status(400).has("ftp://nowhere", "begins with https://", "Choose at least one thing to hear of")
		made := ann.post(page+"/webhooks", url.Values{"url": {server.URL + "/hooks"}, "event": {"meeting.started", "participant.joined", "meeting.ended"}}).status(200)
		secret := secretShown.FindStringSubmatch(made.body)[1]
		hears.know(t, secret)
		log := regexp.MustCompile(page + `/webhooks/[0-9a-f-]{36}`).FindString(made.body)
		ann.get(page).status(200).lacks(secret)

		code := ann.room(org)
		_, room, err := w.store.RoomByCode(t.Context(), code)
		must(t, err)
		ann.join(code, "Ann")
		w.deliver()
		heard := hears.all()
		slices.Sort(heard)
		if !slices.Equal(heard, []string{"meeting.started", "participant.joined"}) || hears.forged != 0 {
			t.Fatalf("heard %v, %d forged", heard, hears.forged)
		}
		ann.get(log).status(200).has("meeting.started", "Arrived", "204")

		hears.set(http.StatusFound)
		meeting, _, err := w.store.Org(room.Org).Current(t.Context(), room.ID)
		must(t, err)
		must(t, w.store.Org(room.Org).EndMeeting(t.Context(), meeting.ID, tenants.EndHost))
		w.deliver()
		if got := hears.all(); len(got) != 3 {
			t.Errorf("a redirect was followed, or nothing was sent: %v", got)
		}
		failed := ann.get(log).status(200).has("answered 302", "next attempt", "Fails at the moment")
		again := regexp.MustCompile(log + `/deliveries/[0-9a-f-]{36}/again`).FindString(failed.body)
		hears.set(0)
		ann.post(again, form()).status(303)
		w.deliver()
		if got := hears.all(); len(got) != 4 || got[3] != "meeting.ended" || hears.ids[3] != hears.ids[2] {
			t.Errorf("sent again: %v %v", got, hears.ids)
		}
		ann.get(log).status(200).has("Works").lacks("signed by the old secret too")

		// Another secret: the server goes on with the old one, and takes up the new one when it likes.
		rotated := ann.post(log+"/rotate", form()).status(200).has("Here is the secret for", "Messages are signed by the old secret too until")
		another := secretShown.FindStringSubmatch(rotated.body)[1]
		ann.get(log).status(200).has("Messages are signed by the old secret too until").lacks(another)
		for _, known := range []string{secret, another} {
			hears.know(t, known)
			ann.post(again, form()).status(303)
			w.deliver()
			if hears.forged != 0 {
				t.Errorf("with the secret %s a message is forged", known)
			}
		}
		ann.post(log+"/delete", form()).status(303)
		ann.get(log).status(404)
		ann.get(page).status(200).has("No webhooks yet")
	})
}

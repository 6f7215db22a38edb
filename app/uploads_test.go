package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/tenants"
)

// sending is a large file on its way, of which no more comes than the head of the request.
type sending struct {
	net.Conn
	t *testing.T
}

// begins starts to send a file of so many bytes.
func (b *browser) begins(code string, size int64) sending {
	b.w.t.Helper()
	req := b.form("/m/"+code+"/chat/files", "", "", nil)
	for _, cookie := range b.http.Jar.Cookies(req.URL) {
		req.AddCookie(cookie)
	}
	req.Header.Set("Accept", "application/json")
	conn, err := net.Dial("tcp", req.URL.Host)
	must(b.w.t, err)
	b.w.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", req.URL.Path, req.URL.Host, size)
	must(b.w.t, err)
	must(b.w.t, req.Header.Write(conn))
	_, err = io.WriteString(conn, "\r\n")
	must(b.w.t, err)
	return sending{conn, b.w.t}
}

// answered is what the server says before the file is there; no status when it waits for it.
func (s sending) answered() (status int, again, said string) {
	s.t.Helper()
	must(s.t, s.SetReadDeadline(time.Now().Add(20*time.Second)))
	res, err := http.ReadResponse(bufio.NewReader(s.Conn), nil)
	if err != nil {
		return 0, "", ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(s.t, err)
	return res.StatusCode, res.Header.Get("Retry-After"), string(body)
}

const largest = tenants.ChatFileMost

// One person, and one meeting, cannot have so many large files on their way that others find no room; who finds none hears it.
func TestLargeFilesOnTheirWayAreBounded(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	ben, benOrg := w.owner("Ben")
	code, other := ann.room(org), ben.room(benOrg)
	gil, hal := w.browser(), w.browser()
	connected(t, ann, code, "Ann")
	connected(t, gil, code, "Gil")
	connected(t, hal, code, "Hal")
	connected(t, ben, other, "Ben")
	large := strings.Repeat("x", 2<<20)
	sent := 0
	send := func(b *browser, code string) *answer {
		t.Helper()
		sent++
		return b.sends(code, fmt.Sprintf("file-number-%d", sent), "a.txt", large)
	}
	full := func(b *browser) func() bool {
		return func() bool {
			one := b.begins(code, largest)
			defer one.Close()
			status, again, said := one.answered()
			if status != 0 && (status != 429 || again == "" || !strings.Contains(said, "Try this one again in a minute")) {
				t.Fatalf("answered %d, again after %q: %s", status, again, said)
			}
			return status != 0
		}
	}

	first, second := ann.begins(code, largest), ann.begins(code, largest)
	eventually(t, "a third file of the same person is too many", full(ann))
	ann.sends(code, "file-small", "a.txt", "what is small is no matter").status(200)
	send(gil, code).status(200)

	gil.begins(code, largest)
	gil.begins(code, largest)
	eventually(t, "a fifth file in the same meeting is too many", full(hal))
	send(ben, other).status(200)

	must(t, first.Close())
	must(t, second.Close())
	eventually(t, "there is room when the lines are cut", func() bool { return send(hal, code).code == 200 })
	eventually(t, "for the one who began them too", func() bool { return send(ann, code).code == 200 })
}

// A seat alone is not enough: who waits, or has left, is refused before the file is there.
func TestWhoIsNotInTheMeetingSendsNoLargeFile(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone")).status(303)
	waits, stranger := w.browser(), w.browser()
	waits.get("/m/" + code).status(200)
	waits.postJoin(code, "Wil").status(303).location("/m/" + code + "/waiting")
	stranger.get("/m/" + code).status(200)
	for who, b := range map[string]*browser{"who waits": waits, "a stranger": stranger} {
		if status, _, said := b.begins(code, largest).answered(); status != 403 || !strings.Contains(said, "not in the meeting now") {
			t.Errorf("%s is answered %d: %s", who, status, said)
		}
	}
}

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
type sending struct{ net.Conn }

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
	return sending{conn}
}

// answered is what the server says before the file is there; no status when it waits for it.
func (s sending) answered() (status int, again, said string) {
	_ = s.SetReadDeadline(time.Now().Add(2 * time.Minute))
	res, err := http.ReadResponse(bufio.NewReader(s.Conn), nil)
	if err != nil {
		return 0, "", ""
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Retry-After"), string(body)
}

// refused waits until so many of some are told that there is no room for them, in whatever order they came, and gives the others.
func refused(t *testing.T, n int, all ...sending) (others []sending) {
	t.Helper()
	type told struct {
		which int
		again string
		said  string
		code  int
	}
	heard := make(chan told, len(all))
	for i, one := range all {
		go func() {
			code, again, said := one.answered()
			heard <- told{i, again, said, code}
		}()
	}
	out := map[int]bool{}
	for range n {
		one := <-heard
		if one.code != 429 || one.again == "" || !strings.Contains(one.said, "Try this one again in a minute") {
			t.Fatalf("answered %d, again after %q: %s", one.code, one.again, one.said)
		}
		out[one.which] = true
	}
	for i, one := range all {
		if !out[i] {
			others = append(others, one)
		}
	}
	return others
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

	anns := refused(t, 1, ann.begins(code, largest), ann.begins(code, largest), ann.begins(code, largest))
	ann.sends(code, "file-small", "a.txt", "what is small is no matter").status(200)
	send(gil, code).status(200)
	others := refused(t, 2, gil.begins(code, largest), gil.begins(code, largest), hal.begins(code, largest), hal.begins(code, largest))
	send(ben, other).status(200)

	for _, one := range append(anns, others...) {
		must(t, one.Close())
	}
	eventually(t, "there is room when the lines are cut", func() bool { return send(hal, code).code == 200 })
	eventually(t, "for whoever began them too", func() bool { return send(ann, code).code == 200 })
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

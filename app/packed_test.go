package app_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"
)

// packed is a request whose body is packed, and says how.
func packed(t *testing.T, req *http.Request, how string) *http.Request {
	t.Helper()
	var small bytes.Buffer
	zip := gzip.NewWriter(&small)
	_, err := io.Copy(zip, req.Body)
	must(t, err)
	must(t, zip.Close())
	req.Body, req.ContentLength = io.NopCloser(&small), int64(small.Len())
	req.Header.Set("Content-Encoding", how)
	return req
}

// A kilobyte can become a gigabyte: what is packed is refused before the form token, the seat or the signature is looked for in it.
func TestNothingPackedIsUnpacked(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	code := ann.room(org)
	connected(t, ann, code, "Ann")
	large := bytes.Repeat([]byte("0"), 20<<20)
	for _, path := range []string{"/join", "/m/" + code + "/chat/files"} {
		for _, how := range []string{"gzip", "GZIP", "deflate", "br", "identity, gzip"} {
			ann.answer(packed(t, ann.form(path, "file", "blob", large, "code", code, "id", "file-one-1", "name", "zeros.txt"), how)).
				status(415).has("sent packed", "Send it again unpacked")
		}
	}
	twice := packed(t, ann.form("/join", "file", "blob", large, "code", code), "identity")
	twice.Header.Add("Content-Encoding", "gzip")
	ann.answer(twice).status(415)
	for _, path := range []string{"/webhooks/stripe", "/twirp/livekit.RoomService/ListRooms", "/api/v1/rooms"} {
		req := packed(t, ann.form(path, "file", "blob", large), "gzip")
		if got := ann.answer(req).status(415); got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s answers programs with %s", path, got.header.Get("Content-Type"))
		}
	}
	plain := ann.form("/join", "", "", nil)
	plain.Body, plain.ContentLength = io.NopCloser(bytes.NewReader([]byte("csrf="+ann.csrf+"&code="+code))), -1
	plain.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	plain.Header.Set("Content-Encoding", "identity")
	ann.answer(plain).status(303).location("/m/" + code)
}

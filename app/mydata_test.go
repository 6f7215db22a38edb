package app_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"parley/tenants"
)

// unzip reads a zip; it fails on one that was cut off.
func unzip(t *testing.T, raw string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(raw), int64(len(raw)))
	must(t, err)
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		out[f.Name] = string(text)
		if strings.HasSuffix(f.Name, ".json") && !json.Valid(text) {
			t.Errorf("%s is no JSON: %s", f.Name, text)
		}
	}
	return out
}

func TestSomebodyTakesTheirDataAway(t *testing.T) { onBoth(t, somebodyTakesTheirDataAway) }

func somebodyTakesTheirDataAway(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	ben, benOrg := w.owner("Ben")
	ann.get("/me/security")
	ann.get(ann.to(ann.post("/me/identities/google", form()), form("subject", "1001"))).status(303)
	code := ben.room(benOrg)
	ann.get("/m/" + code).status(200)
	ann.post("/m/"+code+"/join", form("name", "Annie")).status(303)
	ben.post("/m/"+code+"/join", form("name", "Ben")).status(303)
	ann.get("/me")
	ann.sendPicture(picturePNG(t)).status(303).location("/me?done=picture")
	ann.get(org)

	ann.get("/me/data").status(200).has("Download my data")
	res := ann.post("/me/export", form()).status(200)
	if kind, as := res.header.Get("Content-Type"), res.header.Get("Content-Disposition"); kind != "application/zip" || !strings.Contains(as, ".zip") {
		t.Errorf("%s, %s", kind, as)
	}
	files := unzip(t, res.body)
	for name, want := range map[string][]string{
		"README.txt": {"everything"}, "profile.json": {`"Ann"`, "ann@parley.example"}, "identities.json": {`"1001"`, "accounts.google.com"},
		"memberships.json": {"Ann and friends", `"owner"`}, "sign-ins.json": {`"password"`}, "meetings.json": {"Kitchen refit", "Ben and friends", "Annie"},
		"chat.json":  {"[]"},
		"audit.json": {"organization.create", "signin.link"}, "picture.jpg": {"JFIF\x00"},
	} {
		for _, part := range want {
			if name != "picture.jpg" && !strings.Contains(files[name], part) {
				t.Errorf("%s lacks %q: %s", name, part, files[name])
			}
		}
		if files[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
	for name, text := range files {
		if strings.Contains(text, "argon2") || strings.Contains(text, "ben@parley.example") {
			t.Errorf("%s holds a secret, or somebody else's", name)
		}
	}
	for range 4 {
		ann.post("/me/export", form()).status(200)
	}
	ann.post("/me/export", form()).status(429)
	w.browser().get("/me/data").status(303)
}

// sendPicture sends a file as the profile's form does.
func (b *browser) sendPicture(file []byte) *answer {
	b.w.t.Helper()
	return b.sendFile("/me/picture", "picture", file)
}

// sendFile sends a file with a form.
func (b *browser) sendFile(path, field string, file []byte) *answer {
	b.w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must(b.w.t, form.WriteField("csrf", b.csrf))
	part, err := form.CreateFormFile(field, "me.png")
	must(b.w.t, err)
	_, err = part.Write(file)
	must(b.w.t, err)
	must(b.w.t, form.Close())
	req, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodPost, b.w.base+path, &body)
	must(b.w.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Accept", "text/html")
	return b.answer(req)
}

func picturePNG(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	must(t, png.Encode(&file, image.NewGray(image.Rect(0, 0, 40, 30))))
	return file.Bytes()
}

var faceAddress = regexp.MustCompile(`/picture/[0-9a-f-]+/[0-9a-f]{64}\.jpg`)

func TestAPictureOnTheProfile(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	bob, eve := w.member(org, "Bob", tenants.RoleMember), w.browser()
	ann.get("/me").has("Choose a picture").lacks("Remove picture")
	ann.sendPicture([]byte("<svg onload=alert(1)>")).status(400).has("We cannot read this picture")
	big := bytes.Repeat([]byte{1}, 3<<20) // more than any other form may send
	ann.sendPicture(big).status(400).has("We cannot read this picture")
	ann.sendPicture(picturePNG(t)).status(303)
	page := ann.get("/me?done=picture").status(200).has("Your picture is saved", "Remove picture")
	face := faceAddress.FindString(page.body)
	got := ann.get(face).status(200)
	if got.header.Get("Content-Type") != "image/jpeg" || !strings.Contains(got.header.Get("Cache-Control"), "private") || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
		t.Errorf("headers %v", got.header)
	}
	bob.get(face).status(200)
	eve.get(face).status(404)
	bob.get(org+"/colleagues").status(200).has(face, "Ann").lacks("ann@parley.example")
	ann.get(org + "/people").has(face)

	code := ann.room(org)
	ann.post("/m/"+code+"/join", form("name", "Ann")).status(303)
	bob.get("/m/" + code + "/faces").status(200).lacks(face) // who is in the meeting sees who is
	bob.join(code, "Bob")
	bob.get("/m/" + code + "/faces").status(200).has(face)
	eve.get("/m/" + code + "/faces").status(200).lacks(face)

	ann.get("/me")
	ann.post("/me/shown", form("email", "yes", "findable", "yes")).status(303)
	bob.get(face).status(404)
	bob.get(org + "/colleagues").has("ann@parley.example").lacks(face)
	bob.get("/m/" + code + "/faces").lacks(face)
	ann.get(face).status(200)
	ann.get("/me")
	ann.post("/me/picture/remove", form()).status(303)
	ann.get(face).status(404)
}

func TestSomebodyLeavesForGood(t *testing.T) { onBoth(t, somebodyLeavesForGood) }

func somebodyLeavesForGood(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	ann.get("/me/delete").status(200).has("You are the only owner of Ann and friends", org+"/people").lacks("Are you sure?")
	ann.post("/me/delete", form("present", password)).status(409)
	bob.get("/me/delete").status(200).has("Are you sure?").lacks("only owner")
	bob.post("/me/delete", form("present", "wrong")).status(400).has("Are you sure?")
	bob.post("/me/delete", form("present", password)).status(200).has("You are signed out", "will be deleted on")
	bob.get("/home").status(303).location("/login?next=%2Fhome")
	eventually(t, "the mail that says so", func() bool {
		mails, err := w.mails.List()
		must(t, err)
		for _, m := range mails {
			if strings.HasPrefix(m.To, "bob@") && strings.Contains(m.Text, "will be deleted on") && strings.Contains(m.Text, "/login?next=%2Fme%2Fkeep") {
				return true
			}
		}
		return false
	})
	slug := strings.TrimPrefix(org, "/o/")
	bob.get("/login")
	bob.post("/login", form("email", "bob@"+slug+".example", "password", password, "next", "/home")).status(303)
	bob.get(org).status(303).location("/me/keep")
	bob.get("/me/keep").status(200).has("Would you like to stay?", "Keep my account")
	bob.post("/me/export", form()).status(200)
	bob.post("/me/keep", form()).status(303).location("/me?done=kept")
	bob.get("/me?done=kept").status(200).has("Your account stays")
	bob.get(org).status(200)
	bob.get("/me/keep").status(303).location("/me")
}

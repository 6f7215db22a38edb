package app_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"parley/tenants"
)

// send posts a form with a file in it.
func (b *browser) send(path, field, name string, file []byte, pairs ...string) *answer {
	b.w.t.Helper()
	return b.answer(b.form(path, field, name, file, pairs...))
}

// form is the request of send.
func (b *browser) form(path, field, name string, file []byte, pairs ...string) *http.Request {
	b.w.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must(b.w.t, w.WriteField("csrf", b.csrf))
	for i := 0; i+1 < len(pairs); i += 2 {
		must(b.w.t, w.WriteField(pairs[i], pairs[i+1]))
	}
	if field != "" {
		part, err := w.CreateFormFile(field, name)
		must(b.w.t, err)
		_, err = part.Write(file)
		must(b.w.t, err)
	}
	must(b.w.t, w.Close())
	req, err := http.NewRequestWithContext(b.w.t.Context(), http.MethodPost, b.w.base+path, &body)
	must(b.w.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Accept", "text/html")
	return req
}

func TestSettingsOfAnOrganization(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		ann.get(org+"/settings").status(200).has("Ann and friends", `aria-current="page"`)
		ann.post(org+"/settings/name", form("organization", "")).status(400).has("aria-invalid")
		ann.post(org+"/settings/name", form("organization", "Marlow & Finch")).status(303).location(org + "/settings?done=name_saved")
		ann.get(org+"/settings?done=name_saved").status(200).has("Marlow &amp; Finch", "The name is saved.")

		ann.post(org+"/settings/colour", form("colour", "mauve")).status(400).has("six digits")
		ann.post(org+"/settings/colour", form("colour", "#1c7ed6")).status(303).location(org + "/settings?done=colour_saved")
		ann.get(org).status(200).has(`fill="#1c7ed6"`)
		ann.post(org+"/settings/colour", form("colour", "#ffff00")).status(303).location(org + "/settings?done=colour_adjusted")
		ann.get(org + "/settings").status(200).lacks(`fill="#ffff00"`)

		var logo bytes.Buffer
		must(t, png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 300, 300))))
		ann.send(org+"/settings/logo", "", "", nil).status(400).has("Choose a PNG")
		ann.send(org+"/settings/logo", "logo", "logo.svg", []byte("<svg onload='alert(1)'/>")).status(400).has("Choose a PNG")
		ann.send(org+"/settings/logo", "logo", "huge.png", make([]byte, 600<<10)).status(400).has("too large")
		ann.send(org+"/settings/logo", "logo", "logo.png", logo.Bytes()).status(303)
		page := ann.get(org + "/settings").status(200)
		at := strings.Index(page.body, `src="/logo/`)
		if at < 0 {
			t.Fatal("the page shows no logo")
		}
		address := strings.Split(page.body[at+5:], `"`)[0]
		shown := w.browser().get(address).status(200)
		if shown.header.Get("Content-Type") != "image/png" || shown.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(shown.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("the logo comes with %v", shown.header)
		}
		ann.post(org+"/settings/logo/remove", form()).status(303)
		w.browser().get(address).status(404)
	})
}

func TestSettingsAreForWhoManages(t *testing.T) {
	w := newWorld(t)
	ann, org := w.owner("Ann")
	for role, want := range map[tenants.Role]int{tenants.RoleAdmin: 200, tenants.RoleBilling: 403, tenants.RoleMember: 403} {
		one := w.member(org, string(role), role)
		one.get(org + "/settings").status(want)
		one.get("/organizations").status(200).has("Ann and friends")
		if want == 403 {
			one.post(org+"/settings/name", form("organization", "Mine now")).status(403)
			one.get(org).status(200).lacks(org + `/settings"`)
		}
	}
	ann.get(org).status(200).has("Ann and friends").lacks("Mine now")
}

func TestAnotherOrganizationOfOnesOwn(t *testing.T) {
	w := newWorld(t)
	ann, first := w.owner("Ann")
	ann.get("/organizations/new").status(200)
	ann.post("/organizations", form("organization", " ")).status(400).has("aria-invalid")
	res := ann.post("/organizations", form("organization", "Second thoughts")).status(303)
	second := strings.Split(res.header.Get("Location"), "?")[0]
	ann.get(second).status(200).has("Second thoughts", "Ann and friends", first)
	ann.get("/organizations").status(200).has("Second thoughts", "Ann and friends")
	w.browser().get("/organizations").status(303)
}

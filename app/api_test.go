package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"parley/tenants"
)

// program is an organization's program that uses the API. Each answer is held to the published description.
type program struct {
	w      *world
	token  string
	router routers.Router
	driven map[string]bool // operations and statuses that were seen
}

// description is what the server publishes about its API, valid by OpenAPI 3.1.
func (w *world) description() *openapi3.T {
	w.t.Helper()
	raw := w.browser().get("/api/openapi.json").status(200)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(raw.body))
	must(w.t, err)
	must(w.t, doc.Validate(w.t.Context()))
	return doc
}

func (w *world) program(token string, doc *openapi3.T) *program {
	w.t.Helper()
	router, err := gorillamux.NewRouter(doc)
	must(w.t, err)
	return &program{w: w, token: token, router: router, driven: map[string]bool{}}
}

// apiKey makes a key of an organization that somebody owns.
func (w *world) apiKey(org tenants.OrgID, owner string, scopes ...tenants.APIScope) tenants.APIKey {
	w.t.Helper()
	user, err := w.store.UserByEmail(w.t.Context(), strings.ToLower(owner)+"@parley.example")
	must(w.t, err)
	key, err := w.store.Org(org).CreateAPIKey(w.t.Context(), user.ID, "test", scopes)
	must(w.t, err)
	return key
}

// call sends a request and compares the answer with the description.
func (p *program) call(method, path, body string, headers ...string) *answer {
	t := p.w.t
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.w.base+path, strings.NewReader(body))
	must(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		req.Header.Set("Authorization", "Bearer "+p.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(t, err)
	plain, err := http.NewRequestWithContext(t.Context(), method, "http://parley.example"+path, http.NoBody) // the description's server is relative
	must(t, err)
	route, params, err := p.router.FindRoute(plain)
	if err != nil {
		t.Fatalf("%s %s is not in the description: %v", method, path, err)
	}
	p.driven[fmt.Sprintf("%s %d", route.Operation.OperationID, res.StatusCode)] = true
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: plain, PathParams: params, Route: route},
		Status:                 res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(raw)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		t.Errorf("%s %s answers %d against the description: %v\n%s", method, path, res.StatusCode, err, raw)
	}
	return &answer{t: t, what: method + " " + path, code: res.StatusCode, header: res.Header, body: string(raw)}
}

// field reads a value out of a JSON answer by its path.
func (a *answer) field(path ...any) any {
	a.t.Helper()
	var v any
	must(a.t, json.Unmarshal([]byte(a.body), &v))
	for _, step := range path {
		switch s := step.(type) {
		case string:
			v = v.(map[string]any)[s]
		case int:
			v = v.([]any)[s]
		}
	}
	return v
}

// TestTheDescriptionHasEveryRouteAndNoOther compares the document with what the server really serves.
func TestTheDescriptionHasEveryRouteAndNoOther(t *testing.T) {
	w := newWorld(t)
	var served, described []string
	for _, route := range w.web.Handler().GetRoutes(true) {
		if strings.HasPrefix(route.Path, "/api/v1/") && route.Method != http.MethodHead {
			served = append(served, route.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(route.Path, "{$1}"))
		}
	}
	for path, item := range w.description().Paths.Map() {
		for method := range item.Operations() {
			described = append(described, method+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) || len(served) < 12 {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(described, "\n"))
	}
}

// TestEveryOperationAnswersAsDescribed drives every operation, well and badly.
func TestEveryOperationAnswersAsDescribed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		acme := w.business(org)
		doc := w.description()
		p := w.program(w.apiKey(acme.ID, "Ann", tenants.APIScopes()...).Token, doc)

		made := p.call("POST", "/api/v1/rooms", `{"name":"Planning"}`).status(201)
		room := made.field("id").(string)
		if made.header.Get("Location") != "/api/v1/rooms/"+room || made.field("url") != w.base+"/m/"+made.field("code").(string) {
			t.Errorf("made: %v %s", made.header, made.body)
		}
		p.call("PATCH", "/api/v1/rooms/"+room, `{"name":"Weekly planning"}`).status(200).has("Weekly planning")
		p.call("GET", "/api/v1/rooms/"+room, "").status(200).has("Weekly planning")

		inside := dial(t, ann.join(made.field("code").(string), "Ann"))
		meetings := p.call("GET", "/api/v1/meetings?state=live", "").status(200)
		meeting := meetings.field("data", 0, "id").(string)
		if meetings.field("data", 0, "people_now") != 1.0 || meetings.field("data", 0, "room_name") != "Weekly planning" {
			t.Errorf("live: %s", meetings.body)
		}
		p.call("GET", "/api/v1/rooms", "").status(200).has(`"live":true`)
		p.call("DELETE", "/api/v1/rooms/"+room, "").status(409).has("conflict")
		p.call("GET", "/api/v1/meetings/"+meeting, "").status(200).has(`"state":"live"`)
		p.call("GET", "/api/v1/meetings/"+meeting+"/participants", "").status(200).has(`"name":"Ann"`)
		p.call("POST", "/api/v1/meetings/"+meeting+"/end", "").status(200).has(`"state":"ended"`, `"end_reason":"host"`)
		eventually(t, "the person is sent out", inside.gone)
		p.call("POST", "/api/v1/meetings/"+meeting+"/end", "").status(200).has(`"end_reason":"host"`)
		if n := len(p.call("GET", "/api/v1/meetings?state=live", "").status(200).field("data").([]any)); n != 0 {
			t.Errorf("%d meetings live", n)
		}
		p.call("GET", "/api/v1/meetings?state=ended&room_id="+room+"&from=2020-01-01&until=2099-01-01T00:00:00Z", "").status(200).has(meeting)

		member := p.call("GET", "/api/v1/members", "").status(200).has("ann@parley.example").field("data", 0, "id").(string)
		p.call("GET", "/api/v1/members/"+member, "").status(200).has(`"role":"owner"`)
		usage := p.call("GET", "/api/v1/usage", "").status(200)
		if days := usage.field("data").([]any); len(days) != 30 || days[29].(map[string]any)["meetings"] != 1.0 || days[29].(map[string]any)["peak"] != 1.0 {
			t.Errorf("usage: %s", usage.body)
		}
		p.call("GET", "/api/v1/entitlements", "").status(200).has(`{"right":"audit_log","allowed":true,"limit":null,"used":null,"left":null,"bound_by":"plan","until":null}`, `"right":"storage","allowed":true,"limit":5368709120`)
		p.call("DELETE", "/api/v1/rooms/"+room, "").status(204)
		p.call("GET", "/api/v1/rooms", "").status(200).lacks(room)
		p.call("GET", "/api/v1/rooms?archived=true", "").status(200).has(room)
		p.mistakes(room)
		ann.get(org+"/audit").status(200).has("Made a room", "Renamed a room", "Ended a meeting", "A program, with the key AK")

		for path, item := range doc.Paths.Map() {
			for method, operation := range item.Operations() {
				for status := range operation.Responses.Map() {
					if status != "default" && status != "429" && !p.driven[operation.OperationID+" "+status] {
						t.Errorf("%s %s (%s): an answer %s was never seen", method, path, operation.OperationID, status)
					}
				}
			}
		}
	})
}

// mistakes makes every operation fail in each way that the description knows.
func (p *program) mistakes(archived string) {
	t := p.w.t
	const none = "0190b7a4-0000-7000-8000-000000000000"
	for _, path := range []string{"/rooms/" + none, "/rooms/nothing", "/meetings/" + none, "/meetings/" + none + "/participants", "/members/" + none} {
		p.call("GET", "/api/v1"+path, "").status(404).has(`"code":"not_found"`)
	}
	p.call("PATCH", "/api/v1/rooms/"+archived, `{"name":"x"}`).status(404)
	p.call("DELETE", "/api/v1/rooms/"+archived, "").status(404)
	p.call("POST", "/api/v1/meetings/"+none+"/end", "").status(404)
	p.call("GET", "/api/v1/meetings?room_id=x", "").status(404)
	for _, query := range []string{"/rooms?limit=0", "/rooms?limit=x", "/rooms?cursor=!", "/rooms?cursor=eA", "/meetings?state=x", "/meetings?from=yesterday", "/meetings?cursor=eA", "/members?cursor=eA", "/usage?from=2026-01-01&until=2025-01-01", "/usage?from=2020-01-01", "/usage?until=x"} {
		p.call("GET", "/api/v1"+query, "").status(400).has(`"errors":[{"field":`)
	}
	for _, body := range []string{`{"name":""}`, `{"name":"` + strings.Repeat("n", 81) + `"}`, `{`, `[]`, `{"name":"a","name":"b"}`, `{"name":"a","owner":"b"}`, `{"name":"a"}{}`, `{"name":1}`} {
		p.call("POST", "/api/v1/rooms", body).status(400).has(`"code":"invalid"`, `"errors"`)
		p.call("PATCH", "/api/v1/rooms/"+archived, body).status(400)
	}
	p.call("POST", "/api/v1/rooms", `{"name":"a"}`, "Idempotency-Key", "not good").status(400)
	p.call("POST", "/api/v1/meetings/"+none+"/end", "", "Idempotency-Key", "not good").status(400)
	p.call("POST", "/api/v1/rooms", `name=a`, "Content-Type", "application/x-www-form-urlencoded").status(415).has("not_json")
	p.call("PATCH", "/api/v1/rooms/"+archived, `name=a`, "Content-Type", "text/plain").status(415)
	large := `{"name":"` + strings.Repeat("n", 17<<10) + `"}`
	p.call("POST", "/api/v1/rooms", large).status(413).has("too_large")
	p.call("PATCH", "/api/v1/rooms/"+archived, large).status(413)
	// The same key twice: done once. With another request: refused.
	first := p.call("POST", "/api/v1/rooms", `{"name":"Once"}`, "Idempotency-Key", "order-1").status(201)
	again := p.call("POST", "/api/v1/rooms", `{"name":"Once"}`, "Idempotency-Key", "order-1").status(201)
	if first.body != again.body || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("repeated: %s, %s", first.body, again.body)
	}
	p.call("POST", "/api/v1/rooms", `{"name":"Twice"}`, "Idempotency-Key", "order-1").status(400).has("Idempotency-Key")
	// The first of two is still at work.
	for _, request := range [][2]string{{"/api/v1/rooms", `{"name":"Busy"}`}, {"/api/v1/meetings/" + none + "/end", ""}} {
		_, key, err := p.w.store.APIKeyOf(t.Context(), p.token)
		must(t, err)
		asked := fmt.Sprintf("POST %s %x", request[0], sha256.Sum256([]byte(request[1])))
		_, fresh, err := p.w.store.Org(p.orgOf()).As(key).Recall(t.Context(), fmt.Sprint("busy", len(request[0])), asked)
		if must(t, err); !fresh {
			t.Error("nobody has asked that before")
		}
		p.call("POST", request[0], request[1], "Idempotency-Key", fmt.Sprint("busy", len(request[0]))).status(409).has("still at work")
	}
	// Somebody without a key, and with a key that may nothing of this.
	good, weak := p.token, p.w.apiKey(p.orgOf(), "Ann", tenants.ScopeUsageRead).Token
	other := p.w.apiKey(p.orgOf(), "Ann", tenants.ScopeRoomsRead).Token
	for _, route := range p.w.web.Handler().GetRoutes(true) {
		if !strings.HasPrefix(route.Path, "/api/v1/") || route.Method == http.MethodHead {
			continue
		}
		path, body := strings.ReplaceAll(route.Path, ":id", none), ""
		if route.Method == "PATCH" || route.Path == "/api/v1/rooms" && route.Method == "POST" {
			body = `{"name":"x"}`
		}
		for _, token := range []string{"", "parley_AK00000000000000_" + strings.Repeat("A", 43), good[:len(good)-2]} {
			p.token = token
			p.call(route.Method, path, body).status(401).has(`"code":"unauthorized"`)
		}
		p.token = weak
		if path == "/api/v1/usage" || path == "/api/v1/entitlements" {
			p.token = other
		}
		p.call(route.Method, path, body).status(403).has(`"code":"forbidden"`)
	}
	p.token = good
}

func (p *program) orgOf() tenants.OrgID {
	org, _, err := p.w.store.APIKeyOf(p.w.t.Context(), p.token)
	must(p.w.t, err)
	return org
}

func TestAPIPagesThroughLongLists(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, org := w.owner("Ann")
		acme := w.business(org)
		p := w.program(w.apiKey(acme.ID, "Ann", tenants.APIScopes()...).Token, w.description())
		want := map[string]bool{}
		for i := range 7 {
			want[p.call("POST", "/api/v1/rooms", fmt.Sprintf(`{"name":"Room %d"}`, i)).status(201).field("id").(string)] = true
		}
		cursor, pages := "", 0
		for ; pages == 0 || cursor != ""; pages++ {
			page := p.call("GET", "/api/v1/rooms?limit=3&cursor="+url.QueryEscape(cursor), "").status(200)
			for _, room := range page.field("data").([]any) {
				id := room.(map[string]any)["id"].(string)
				if !want[id] {
					t.Errorf("room %s twice, or another's", id)
				}
				delete(want, id)
			}
			cursor, _ = page.field("next_cursor").(string)
		}
		if len(want) != 0 || pages != 3 {
			t.Errorf("%d rooms missing after %d pages", len(want), pages)
		}
	})
}

func TestAPIKeysSeeTheirOwnOrganizationOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, annOrg := w.owner("Ann")
		_, benOrg := w.owner("Ben")
		acme, bolt := w.business(annOrg), w.business(benOrg)
		doc := w.description()
		mine := w.program(w.apiKey(acme.ID, "Ann", tenants.APIScopes()...).Token, doc)
		theirs := w.program(w.apiKey(bolt.ID, "Ben", tenants.APIScopes()...).Token, doc)
		made := mine.call("POST", "/api/v1/rooms", `{"name":"Secret plans"}`, "Idempotency-Key", "shared").status(201)
		ann.join(made.field("code").(string), "Ann")
		room := made.field("id").(string)
		meeting := mine.call("GET", "/api/v1/meetings", "").status(200).field("data", 0, "id").(string)
		member := mine.call("GET", "/api/v1/members", "").status(200).field("data", 0, "id").(string)
		for _, path := range []string{"/rooms/" + room, "/meetings/" + meeting, "/meetings/" + meeting + "/participants", "/members/" + member} {
			theirs.call("GET", "/api/v1"+path, "").status(404).lacks("Secret plans", "Ann")
		}
		theirs.call("PATCH", "/api/v1/rooms/"+room, `{"name":"Taken"}`).status(404)
		theirs.call("DELETE", "/api/v1/rooms/"+room, "").status(404)
		theirs.call("POST", "/api/v1/meetings/"+meeting+"/end", "").status(404)
		for _, path := range []string{"/rooms", "/meetings", "/meetings?room_id=" + room, "/members", "/usage"} {
			theirs.call("GET", "/api/v1"+path, "").status(200).lacks("Secret plans", room, meeting, member)
		}
		theirs.call("POST", "/api/v1/rooms", `{"name":"Own"}`, "Idempotency-Key", "shared").status(201).has("Own")
		mine.call("GET", "/api/v1/meetings/"+meeting, "").status(200).has(`"state":"live"`)
	})
}

func TestAPISlowsAKeyDown(t *testing.T) {
	w := newWorld(t)
	_, org := w.owner("Ann")
	acme := w.business(org)
	p := w.program(w.apiKey(acme.ID, "Ann", tenants.ScopeMembersRead).Token, w.description())
	first := p.call("GET", "/api/v1/members", "").status(200)
	if first.header.Get("X-RateLimit-Limit") != "300" || first.header.Get("X-RateLimit-Remaining") != "299" {
		t.Errorf("first: %v", first.header)
	}
	last := first
	for range 310 {
		if last = p.call("GET", "/api/v1/members", ""); last.code != 200 {
			break
		}
	}
	last.status(429).has(`"code":"too_many"`)
	if last.header.Get("Retry-After") == "" {
		t.Errorf("when to come back: %v", last.header)
	}
	p.token = w.apiKey(acme.ID, "Ann", tenants.ScopeMembersRead).Token
	p.call("GET", "/api/v1/members", "").status(200)
}

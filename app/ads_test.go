package app_test

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/billing"
	"parley/billing/ads"
	"parley/tenants/tenantstest"
)

// campaign starts one that is shown everywhere, but for what change says.
func (w *world) campaign(change func(*ads.Content)) ads.Campaign {
	w.t.Helper()
	content := ads.Content{
		Advertiser: "Fernhill Coffee", Title: "Beans for the whole office", Text: "Roasted on Tuesdays.", Alt: "A cup of coffee", Link: "https://fernhill.example/offices?a=1&b=2",
		Placements: ads.Placements(), From: time.Now().Add(-24 * time.Hour), Weight: 1, DailyCap: 50, Seconds: 5, Budget: 1000, PriceCents: 1250, Currency: "EUR",
	}
	if change != nil {
		change(&content)
	}
	var drawing bytes.Buffer
	must(w.t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 40, 20))))
	picture, err := w.ads.KeepPicture(w.t.Context(), drawing.Bytes())
	must(w.t, err)
	made, err := w.ads.Create(w.t.Context(), content, picture)
	must(w.t, err)
	made, err = w.ads.SetState(w.t.Context(), made.ID, ads.Active)
	must(w.t, err)
	return made
}

func (w *world) counted(id string) ads.Line {
	w.t.Helper()
	lines, err := w.ads.Report(w.t.Context(), id)
	must(w.t, err)
	return ads.Sum(lines)
}

var (
	ticketOf  = regexp.MustCompile(`data-ad="([^"]+)"`)
	tokenOf   = regexp.MustCompile(`data-csrf="([^"]+)"`)
	visitOf   = regexp.MustCompile(`href="(/ads/visit/[^"]+)"`)
	onwardOf  = regexp.MustCompile(`href="([^"]+)" data-onward`)
	pictureOf = regexp.MustCompile(`src="(/ads/picture/[^"]+)"`)
)

// found is the part of a page that a pattern has in brackets.
func (a *answer) found(pattern *regexp.Regexp) string {
	a.t.Helper()
	m := pattern.FindStringSubmatch(a.body)
	if m == nil {
		a.t.Fatalf("%s has nothing like %s:\n%s", a.what, pattern, excerpt(a.body))
	}
	return html.UnescapeString(m[1])
}

// saw tells, as the page's script does, that its advertisement was seen.
func (b *browser) saw(page *answer) *answer {
	b.w.t.Helper()
	b.csrf = page.found(tokenOf)
	return b.postJSON("/ads/seen", form("ticket", page.found(ticketOf)))
}

func TestAFreeOrganizationHasAdvertisementsAndOneThatPaysHasNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.campaign(nil)
		ann, org := w.owner("Ann")
		code := ann.room(org)
		guest := w.browser()
		places := func() []*answer {
			return []*answer{ann.get(org).status(200), ann.get("/m/" + code).status(200), guest.get("/m/" + code).status(200)}
		}
		for _, page := range places() {
			page.has("Beans for the whole office", `alt="A cup of coffee"`, `rel="noopener nofollow sponsored"`, "Why ads?")
			ann.browserOf(page, guest).saw(page).status(204)
		}
		if got := w.counted(c.ID); got != (ads.Line{Impressions: 3}) {
			t.Errorf("counted %+v", got)
		}
		session := ann.join(code, "Ann")
		ann.get("/m/"+code+"/room").status(200).lacks("Beans", "data-ad")
		dial(t, session)

		ann.get(org + "/billing").status(200)
		hosted := ann.post(org+"/checkout", form("plan", "pro", "interval", "month")).status(303).header.Get("Location")
		payAt(t, ann, ann.get(hosted).status(200), hosted)
		for _, page := range append(places(), ann.get("/m/"+code+"/after").status(200)) {
			page.lacks("Beans", "data-ad")
		}
	})
}

// browserOf is whose browser the page came to: the guest's when it says so.
func (b *browser) browserOf(page *answer, guest *browser) *browser {
	if strings.Contains(page.body, "Joining as a guest") {
		return guest
	}
	return b
}

func TestWhatComesOfAnAdvertisementIsCountedOnce(t *testing.T) {
	w := newWorld(t)
	c := w.campaign(nil)
	ann, org := w.owner("Ann")
	page := ann.get(org).status(200)
	for range 3 {
		ann.saw(page).status(204)
		visit := ann.get(page.found(visitOf)).status(303).location("https://fernhill.example/offices?a=1&b=2")
		if visit.header.Get("Referrer-Policy") != "no-referrer" {
			t.Error("the advertiser learns where somebody came from")
		}
	}
	if got := w.counted(c.ID); got != (ads.Line{Impressions: 1, Clicks: 1}) {
		t.Errorf("counted %+v", got)
	}

	stranger := w.browser()
	stranger.csrf = stranger.get("/login").found(csrfField)
	stranger.postJSON("/ads/seen", form("ticket", page.found(ticketOf))).status(400)
	stranger.postJSON("/ads/seen", form("ticket", "made up")).status(400)
	ann.do(http.MethodPost, "/ads/seen", "application/json", form("ticket", ann.get(org).found(ticketOf))).status(403) // without the form's token
	ann.get("/ads/visit/made-up").status(404)
	if got := w.counted(c.ID); got != (ads.Line{Impressions: 1, Clicks: 1}) {
		t.Errorf("counted %+v", got)
	}
	picture := stranger.get(page.found(pictureOf)).status(200)
	if kind, cache := picture.header.Get("Content-Type"), picture.header.Get("Cache-Control"); kind != "image/png" || !strings.Contains(cache, "immutable") || picture.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the picture comes as %s, %s", kind, cache)
	}
	stranger.get("/ads/picture/" + strings.Repeat("0", 64)).status(404)
}

func TestTheCapHoldsForMembersAndGuests(t *testing.T) {
	w := newWorld(t)
	w.campaign(func(c *ads.Content) { c.DailyCap = 1 })
	ann, org := w.owner("Ann")
	code := ann.room(org)
	page := ann.get(org)
	ann.saw(page).status(204)
	ann.get(org).lacks("Beans")
	ann.get("/m/" + code).lacks("Beans")

	guest := w.browser()
	guest.saw(guest.get("/m/" + code)).status(204)
	guest.get("/m/" + code).lacks("Beans")
	w.browser().get("/m/" + code).has("Beans")
}

// TestAnAdvertisementComesBeforeThePageAfterACall follows the page with a clock
// of its own.
func TestAnAdvertisementComesBeforeThePageAfterACall(t *testing.T) {
	clock := clockwork.NewFakeClockAt(time.Now().UTC().Truncate(time.Second))
	w := newWorldAt(t, tenantstest.SQLitePath(t), clock)
	w.campaign(func(c *ads.Content) { c.Seconds = 7 })
	ann, org := w.owner("Ann")
	code := ann.room(org)
	ann.join(code, "Ann")
	after := "/m/" + code + "/after"

	first := ann.get(after+"?why=left").status(200).
		has("Fernhill Coffee pays for part of your free meetings", `data-ad-wait="7"`, "You can continue in 7 seconds", `<noscript><meta http-equiv="refresh" content="7;url=`).
		lacks(">Length<", "Rejoin")
	onward := first.found(onwardOf)
	clock.Advance(4 * time.Second)
	again := ann.get(onward).status(200).has("You can continue in 3 seconds").lacks(">Length<")
	if again.found(ticketOf) != first.found(ticketOf) {
		t.Error("who comes back early begins anew")
	}
	clock.Advance(3 * time.Second)
	ann.get(onward).status(200).has("Length", "Kitchen refit").lacks("Beans", "http-equiv")

	for _, why := range []string{"failed", "shutdown", "duplicate"} {
		ann.get(after + "?why=" + why).status(200).lacks("Beans")
	}
	ann.get(after + "?why=left&ad=made-up").status(200).has("You can continue in 7 seconds")
	found, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	late := ann.get(after).found(onwardOf)
	must(t, w.billing.SetPlan(t.Context(), found.ID, "pro"))
	ann.get(late).status(200).has("Length").lacks("Beans")
	must(t, w.billing.SetPlan(t.Context(), found.ID, billing.FreePlan))
	ann.get(after).status(200).has("Beans")
}

package app_test

import (
	"bytes"
	"image"
	"image/png"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/billing/ads"
)

// campaign sends the form of a campaign, with a picture or with none.
func (b *browser) campaign(path string, f url.Values, picture []byte) *answer {
	b.w.t.Helper()
	var pairs []string
	for name := range f {
		pairs = append(pairs, name, f.Get(name))
	}
	field := ""
	if picture != nil {
		field = "picture"
	}
	return b.send(path, field, "ad.png", picture, pairs...)
}

var keptPicture = regexp.MustCompile(`name="kept" value="([0-9a-f]{64})"`)

func campaignForm(more ...string) url.Values {
	f := form("advertiser", "Fernhill Coffee", "title", "Beans for the whole office", "text", "Roasted on Tuesdays.", "alt", "A cup of coffee", "link", "https://fernhill.example/",
		"place-dashboard", "yes", "place-after", "yes", "from", "2026-01-01T00:00", "until", "", "weight", "2", "cap", "3", "seconds", "5", "budget", "1000", "price", "12.50", "currency", "EUR", "do", "save")
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

func TestAnOperatorMakesACampaignAndSeesWhatCameOfIt(t *testing.T) {
	onBoth(t, operatorMakesACampaign)
}

func operatorMakesACampaign(t *testing.T, w *world) {
	ops := w.operator("Olga")
	ann, org := w.owner("Ann")
	var drawing bytes.Buffer
	must(t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 40, 20))))
	ops.get("/operator/campaigns").status(200).has("No campaigns yet")

	// What is wrong is said beside the fields; nothing typed is lost, nor the picture.
	ops.get("/operator/campaigns/new").status(200)
	refused := ops.campaign("/operator/campaigns/new", campaignForm("link", "http://fernhill.example", "price", "a lot", "until", "soon", "weight", "1e3"), drawing.Bytes()).status(400).
		has("begins with https://", "Give a price from 0", "The end has to come after", "from 1 to 100", `value="http://fernhill.example"`, `value="a lot"`, `value="Roasted on Tuesdays."`)
	kept := refused.found(keptPicture)
	ops.campaign("/operator/campaigns/new", campaignForm(), nil).status(400).has("Choose a picture")
	ops.campaign("/operator/campaigns/new", campaignForm(), []byte("<svg onload=alert(1)>")).status(400).has("Choose a picture")
	ops.campaign("/operator/campaigns/new", campaignForm("kept", strings.Repeat("0", 64)), nil).status(400).has("Choose a picture")
	ops.campaign("/operator/campaigns/new", campaignForm("kept", kept, "do", "preview"), nil).status(200).
		has("How people would see it", "Fernhill Coffee pays for part of your free meetings", "/ads/picture/"+kept).lacks("data-ad=")
	ops.get("/operator/campaigns").has("No campaigns yet")

	made := ops.campaign("/operator/campaigns/new", campaignForm("kept", kept), nil).status(303).header.Get("Location")
	page, _, _ := strings.Cut(made, "?")
	id := strings.TrimPrefix(page, "/operator/campaigns/")
	ops.get(made).status(200).has("It rests until you start it", "0 of 1,000", "€12.50 a thousand", "Nothing has been counted yet")
	ann.get(org).lacks("Beans")
	ops.post(page+"/state", form("state", "active")).status(303)
	seen := ann.get(org).status(200).has("Beans for the whole office")
	ann.saw(seen).status(204)
	ann.get(seen.found(visitOf)).status(303)
	ops.get(page).has("1 of 1,000", "On the dashboard", "0.01250", "Running")
	ops.get("/operator/campaigns").has("1 of 1,000", "Fernhill Coffee", "Running")
	if got := ops.get(page + "/report.csv").status(200).body; !strings.Contains(got, ",dashboard,1,0,1,0.01250,EUR,Fernhill Coffee,") {
		t.Errorf("the report is %q", got)
	}

	ops.get(page+"/edit").status(200).has("it stays", `value="12.50"`, `value="2026-01-01T00:00"`)
	ops.campaign(page+"/edit", campaignForm("price", "13"), nil).status(400).has("at the price that it had", `value="13"`)
	ops.campaign(page+"/edit", campaignForm("title", "Tea for the whole office"), nil).status(303)
	ann.get(org).has("Tea for the whole office")

	ops.get(page)
	ops.post(page+"/state", form("state", "paused")).status(303)
	ann.get(org).lacks("Tea")
	ops.post(page+"/state", form("state", "sold")).status(400)
	ops.post(page+"/state", form("state", "ended")).status(303)
	ops.post(page+"/state", form("state", "active")).status(410).has("This campaign has ended")
	ops.get(page + "/edit").status(303)
	ops.get("/operator/campaigns/" + strings.Replace(id, id[:1], "f", 1)).status(404)
	ops.get("/operator/audit?about=campaign").status(200).has("Made a campaign", "Started a campaign", "Changed a campaign", "Ended a campaign", "Fernhill Coffee")

	// Nobody else gets in.
	ann.get(org)
	for _, path := range []string{"/operator/campaigns", page, page + "/edit", page + "/report.csv"} {
		ann.get(path).status(303).location("/operator/login?next=" + url.QueryEscape(path))
	}
	ann.campaign("/operator/campaigns/new", campaignForm("kept", kept), nil).status(303)
	if _, total, err := w.ads.Campaigns(t.Context(), 1); err != nil || total != 1 {
		t.Errorf("%d campaigns, %v", total, err)
	}
}

func TestAnAmountOfMoneyIsReadAsTyped(t *testing.T) {
	w := newWorld(t)
	ops := w.operator("Olga")
	c := w.campaign(nil)
	page := "/operator/campaigns/" + c.ID + "/edit"
	for _, try := range []struct {
		typed string
		want  int64
	}{{"0", 0}, {"12", 1200}, {"12.5", 1250}, {" 12,50 ", 1250}, {"0.01", 1}, {"10000", 1_000_000}} {
		typed, want := try.typed, try.want
		ops.get(page)
		ops.campaign(page, campaignForm("price", typed), nil).status(303)
		now, err := w.ads.Campaign(t.Context(), c.ID)
		if must(t, err); now.Content.PriceCents != want {
			t.Errorf("%q is taken for %d, want %d", typed, now.Content.PriceCents, want)
		}
	}
	for _, typed := range []string{"", ".", "-1", "1.234", "1e3", "10000.01", "999999999999999999999", "12 50", "0x10"} {
		ops.get(page)
		ops.campaign(page, campaignForm("price", typed), nil).status(400).has("Give a price from 0")
	}
	if now, err := w.ads.Campaign(t.Context(), c.ID); err != nil || now.State != ads.Active {
		t.Errorf("%+v, %v", now, err)
	}
}

package ads_test

import (
	"bytes"
	"image"
	_ "image/jpeg"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/billing/ads"
	"parley/tenants"
	"parley/tenants/picture"
)

func TestACampaignIsMadePausedAndShownWhenStarted(t *testing.T) {
	each(t, func(s stall) {
		made, err := s.ads.Create(t.Context(), s.content(), s.picture(1))
		if err != nil || made.State != ads.Paused {
			t.Fatalf("%+v, %v", made, err)
		}
		if _, ok, err := s.ads.Pick(t.Context(), ads.Lobby, "ann"); ok || err != nil {
			t.Errorf("shown before it was started: %v", err)
		}
		if _, err := s.ads.SetState(t.Context(), made.ID, ads.Active); err != nil {
			t.Fatal(err)
		}
		if got := s.shown(ads.Lobby, "ann").Campaign; got.Content.Title != made.Content.Title || got.Picture != made.Picture || !slices.Equal(got.Content.Placements, ads.Placements()) {
			t.Errorf("%+v", got)
		}
		if _, err := s.ads.SetState(t.Context(), made.ID, ads.Paused); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.ads.Pick(t.Context(), ads.Lobby, "ann"); ok || err != nil {
			t.Errorf("shown while it rests: %v", err)
		}
		all, total, err := s.ads.Campaigns(t.Context(), 1)
		if err != nil || total != 1 || len(all) != 1 || all[0].ID != made.ID {
			t.Errorf("%v, %d, %v", all, total, err)
		}
		for _, id := range []string{"", "x", "0190d5a2-0000-7000-8000-000000000000"} {
			if _, err := s.ads.Campaign(t.Context(), id); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestAPictureIsDrawnAnewAndNamedByItsContent(t *testing.T) {
	each(t, func(s stall) {
		first, second := s.running(nil), s.running(nil)
		if first.Picture != second.Picture {
			t.Error("the same picture has two names")
		}
		kind, data, err := s.ads.Picture(t.Context(), first.Picture)
		if err != nil || kind != "image/png" {
			t.Fatalf("%s, %v", kind, err)
		}
		if m, _, err := image.DecodeConfig(bytes.NewReader(data)); err != nil || m.Width != 96 || m.Height != 48 {
			t.Errorf("%+v, %v", m, err)
		}
		for _, c := range []ads.Campaign{first, second} {
			if changed, err := s.ads.Change(t.Context(), c.ID, c.Content, s.picture(200)); err != nil || changed.Picture == c.Picture {
				t.Fatalf("%v", err)
			}
			s.clock.Advance(25 * time.Hour)
			if err := s.ads.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, _, err := s.ads.Picture(t.Context(), c.Picture)
			if gone := tenants.CodeOf(err) == tenants.CodeNotFound; gone != (c.ID == second.ID) {
				t.Errorf("the picture that the second one shows too is gone: %v, %v", gone, err)
			}
		}
		if _, _, err := s.ads.Picture(t.Context(), s.picture(200)); err != nil {
			t.Errorf("what campaigns show is gone: %v", err)
		}
		for _, hash := range []string{first.Picture, "", "../../etc/passwd", strings.Repeat("0", 64)} {
			if _, _, err := s.ads.Picture(t.Context(), hash); tenants.CodeOf(err) != tenants.CodeNotFound {
				t.Errorf("%q: %v", hash, err)
			}
		}
	})
}

func TestEveryFaultOfACampaignIsSaidAtOnce(t *testing.T) {
	each(t, func(s stall) {
		_, err := s.ads.Create(t.Context(), ads.Content{Link: "http://fernhill.example", Until: s.clock.Now(), From: s.clock.Now(), PriceCents: -1, Currency: "XXX"}, s.picture(1))
		want := []string{"advertiser", "alt", "budget", "cap", "currency", "link", "placements", "price", "seconds", "text", "title", "until", "weight"}
		if got := slices.Sorted(maps.Keys(tenants.Fields(err))); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		for _, hash := range []string{"", strings.Repeat("0", 64)} {
			_, err = s.ads.Create(t.Context(), s.content(), hash)
			if got := tenants.Fields(err); got["picture"] != ads.KeyPicture || len(got) != 1 {
				t.Errorf("without a picture: %v", got)
			}
		}
		for key, raw := range map[string][]byte{ads.KeyPicture: []byte("<svg onload=alert(1)>"), ads.KeyLarge: make([]byte, picture.MaxBytes+1)} {
			if _, err := s.ads.KeepPicture(t.Context(), raw); tenants.Fields(err)["picture"] != key {
				t.Errorf("%v, want %s", err, key)
			}
		}
	})
}

func TestWhatIsTypedIsTidied(t *testing.T) {
	base := ads.Content{
		Advertiser: " Fernhill\n Coffee ", Title: "Beans\u202e", Text: "x", Alt: "y", Link: " https://fernhill.example ", Placements: []ads.Placement{ads.Lobby, "x", ads.Lobby},
		From: time.Now(), Weight: 1, DailyCap: 1, Seconds: 5, Budget: 1, Currency: "eur",
	}
	c, err := base.Clean()
	if err != nil || c.Advertiser != "Fernhill Coffee" || c.Title != "Beans" || c.Link != "https://fernhill.example" || c.Currency != "EUR" || len(c.Placements) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	for _, link := range []string{"", "javascript:alert(1)", "https:", "https:///x", "https://ann:secret@x.example", "//x.example", "https:x", "https://x.example/\u202e", "https://x.example/ a", "https://x.example/" + strings.Repeat("a", 500)} {
		base.Link = link
		if _, err := base.Clean(); tenants.Fields(err)["link"] != ads.KeyLink {
			t.Errorf("%q is taken: %v", link, err)
		}
	}
}

func TestAnAmountIsExact(t *testing.T) {
	for thousandths, want := range map[int64]string{0: "0.00000", 1250: "0.01250", 1234567: "12.34567", 100_000_000: "1000.00000"} {
		if got := ads.Amount(thousandths); got != want {
			t.Errorf("%d: %s, want %s", thousandths, got, want)
		}
	}
}

func TestWhatOperatorsDoIsNotedWithIt(t *testing.T) {
	each(t, func(s stall) {
		c := s.running(nil)
		if _, err := s.ads.SetState(t.Context(), c.ID, ads.Active); err != nil { // so it is already
			t.Fatal(err)
		}
		if _, err := s.ads.Change(t.Context(), c.ID, c.Content, c.Picture); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ads.Change(t.Context(), c.ID, ads.Content{}, c.Picture); err == nil {
			t.Fatal("an empty campaign was taken")
		}
		if _, err := s.ads.SetState(t.Context(), c.ID, ads.Ended); err != nil {
			t.Fatal(err)
		}
		log, err := tenants.New(s.db, tenants.Options{Clock: s.clock}).OperatorAudit(t.Context(), tenants.AuditFilter{Limit: 10}, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var did []string
		for _, e := range log.Entries {
			did = append(did, e.Action)
		}
		if want := []string{"campaign.ended", "campaign.change", "campaign.active", "campaign.create"}; !slices.Equal(did, want) {
			t.Errorf("%v, want %v", did, want)
		}
	})
}

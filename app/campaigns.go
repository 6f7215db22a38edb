package app

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing/ads"
	"parley/tenants"
	"parley/tenants/picture"
	"parley/views"
)

// campaignTime is how a field for a moment writes it; campaigns are in UTC, as their days are.
const campaignTime = "2006-01-02T15:04"

// campaignRoutes are where operators look after campaigns.
func (s *Server) campaignRoutes(op fiber.Router) {
	op.Get("/campaigns", s.campaignsPage)
	op.Get("/campaigns/new", s.newCampaignPage)
	op.Post("/campaigns/new", s.makeCampaign)
	op.Get("/campaigns/:campaign", s.campaignPage)
	op.Get("/campaigns/:campaign/edit", s.editCampaignPage)
	op.Post("/campaigns/:campaign/edit", s.changeCampaign)
	op.Post("/campaigns/:campaign/state", s.setCampaignState)
	op.Get("/campaigns/:campaign/report.csv", s.campaignCSV)
}

func (s *Server) campaignsPage(c *fiber.Ctx) error {
	page := pageOf(c)
	all, total, err := s.ads.Campaigns(c.UserContext(), page)
	if err != nil {
		return err
	}
	ids := make([]string, len(all))
	for i, one := range all {
		ids[i] = one.ID
	}
	totals, err := s.ads.Totals(c.UserContext(), ids)
	if err != nil {
		return err
	}
	m := views.CampaignsModel{List: views.ListPage{Path: "/operator/campaigns", Page: max(page, 1), Size: ads.CampaignsAtOnce, Total: total}}
	for _, one := range all {
		m.Campaigns = append(m.Campaigns, campaignModel(one, totals[one.ID], s.clock.Now()))
	}
	return s.render(c, views.Campaigns(s.operatorPage(c, "campaigns.title"), m))
}

// campaignModel is a campaign with what came of it so far.
func campaignModel(c ads.Campaign, total ads.Line, now time.Time) views.Campaign {
	return views.Campaign{
		ID: c.ID, Advertiser: c.Content.Advertiser, Title: c.Content.Title, Picture: "/ads/picture/" + c.Picture, Link: c.Content.Link, Standing: string(c.Standing(now)),
		Ended: c.State == ads.Ended, Active: c.State == ads.Active, Impressions: c.Impressions, Budget: c.Content.Budget, Beyond: total.Beyond, Clicks: total.Clicks,
		Spent: c.Spent() / 1000, PriceCents: c.Content.PriceCents, Currency: c.Content.Currency, From: c.Content.From, Until: c.Content.Until,
		Weight: c.Content.Weight, Cap: c.Content.DailyCap, Seconds: c.Content.Seconds, Looks: campaignLooks(c),
	}
}

// campaignLooks is how people see a campaign, in each of its places.
func campaignLooks(c ads.Campaign) (out []views.Ad) {
	for _, where := range c.Content.Placements {
		ad := adLook(c, where)
		ad.Next = "#"
		out = append(out, *ad)
	}
	return out
}

func (s *Server) campaignPage(c *fiber.Ctx) error {
	found, err := s.ads.Campaign(c.UserContext(), c.Params("campaign"))
	if err != nil {
		return err
	}
	lines, err := s.ads.Report(c.UserContext(), found.ID)
	if err != nil {
		return err
	}
	m := views.CampaignModel{Campaign: campaignModel(found, ads.Sum(lines), s.clock.Now())}
	for _, l := range lines {
		m.Lines = append(m.Lines, views.CampaignLine{
			Day: l.Day, Placement: string(l.Placement), Impressions: l.Impressions, Beyond: l.Beyond, Clicks: l.Clicks,
			Amount: ads.Amount(l.Impressions * found.Content.PriceCents),
		})
	}
	page := s.operatorPage(c, "")
	page.Title = found.Content.Title
	return s.render(c, views.CampaignPage(page, m))
}

func (s *Server) newCampaignPage(c *fiber.Ctx) error {
	m := views.CampaignForm{
		From: s.clock.Now().UTC().Format(campaignTime), Weight: "1", Cap: "3", Seconds: strconv.Itoa(ads.SecondsUsual), Price: "10.00", Currency: ads.Currencies()[0],
		Places: map[string]bool{string(ads.Dashboard): true, string(ads.Lobby): true, string(ads.AfterCall): true},
	}
	return s.showCampaignForm(c, m)
}

func (s *Server) showCampaignForm(c *fiber.Ctx, m views.CampaignForm) error {
	m.Currencies = ads.Currencies()
	for _, p := range ads.Placements() {
		m.Placements = append(m.Placements, string(p))
	}
	title := "campaigns.new"
	if m.ID != "" {
		title = "campaigns.edit"
	}
	return s.render(c, views.CampaignEdit(s.operatorPage(c, title), m))
}

// makeCampaign shows what was typed as people would see it, or makes a campaign of it.
func (s *Server) makeCampaign(c *fiber.Ctx) error {
	m, content, err := s.campaignForm(c)
	if err != nil {
		return err
	}
	var made ads.Campaign
	if !m.refused() && !m.preview {
		made, err = s.ads.Create(c.UserContext(), content, m.Kept)
		if m.take(err); err != nil && !m.refused() {
			return err
		}
	}
	if m.refused() || m.preview {
		return s.againCampaignForm(c, m, content)
	}
	return s.operatorDone(c, "/campaigns/"+made.ID, "campaign_made")
}

func (s *Server) editCampaignPage(c *fiber.Ctx) error {
	found, err := s.ads.Campaign(c.UserContext(), c.Params("campaign"))
	if err != nil {
		return err
	}
	if found.State == ads.Ended {
		return c.Redirect("/operator/campaigns/"+found.ID, fiber.StatusSeeOther)
	}
	content := found.Content
	m := views.CampaignForm{
		ID: found.ID, Advertiser: content.Advertiser, Title: content.Title, Text: content.Text, Alt: content.Alt, Link: content.Link, Kept: found.Picture,
		From: content.From.Format(campaignTime), Weight: strconv.Itoa(content.Weight), Cap: strconv.Itoa(content.DailyCap), Seconds: strconv.Itoa(content.Seconds),
		Budget: strconv.FormatInt(content.Budget, 10), Price: campaignCentsText(content.PriceCents), Currency: content.Currency, PriceFixed: found.Impressions > 0, Places: map[string]bool{},
	}
	if !content.Until.IsZero() {
		m.Until = content.Until.Format(campaignTime)
	}
	for _, p := range content.Placements {
		m.Places[string(p)] = true
	}
	return s.showCampaignForm(c, m)
}

func (s *Server) changeCampaign(c *fiber.Ctx) error {
	found, err := s.ads.Campaign(c.UserContext(), c.Params("campaign"))
	if err != nil {
		return err
	}
	m, content, err := s.campaignForm(c)
	if err != nil {
		return err
	}
	m.ID, m.PriceFixed = found.ID, found.Impressions > 0
	if m.Kept == "" {
		m.Kept = found.Picture
	}
	if !m.refused() && !m.preview {
		_, err = s.ads.Change(c.UserContext(), found.ID, content, m.Kept)
		if m.take(err); err != nil && !m.refused() {
			return err
		}
	}
	if m.refused() || m.preview {
		return s.againCampaignForm(c, m, content)
	}
	return s.operatorDone(c, "/campaigns/"+found.ID, "campaign_saved")
}

// againCampaignForm shows the form with all that was typed, what is wrong with it, and how people would see it.
func (s *Server) againCampaignForm(c *fiber.Ctx, m campaignTyped, content ads.Content) error {
	if m.refused() {
		c.Status(fiber.StatusBadRequest)
	} else {
		m.Looks = campaignLooks(ads.Campaign{Content: content, Picture: m.Kept})
	}
	return s.showCampaignForm(c, m.CampaignForm)
}

// campaignTyped is a form as it was sent.
type campaignTyped struct {
	views.CampaignForm
	preview bool // only to be looked at
}

func (m *campaignTyped) refused() bool { return len(m.Errors) > 0 }

// take notes the faults of fields.
func (m *campaignTyped) take(err error) {
	for field, key := range tenants.Fields(err) {
		if m.Errors == nil {
			m.Errors = map[string]string{}
		}
		m.Errors[field] = key
	}
}

// campaignForm reads a form with its picture. A picture that can be used is kept at once, so that it is not lost with a fault elsewhere.
func (s *Server) campaignForm(c *fiber.Ctx) (m campaignTyped, content ads.Content, err error) {
	m.CampaignForm = views.CampaignForm{
		Advertiser: c.FormValue("advertiser"), Title: c.FormValue("title"), Text: c.FormValue("text"), Alt: c.FormValue("alt"), Link: c.FormValue("link"), Kept: c.FormValue("kept"),
		From: c.FormValue("from"), Until: c.FormValue("until"), Weight: c.FormValue("weight"), Cap: c.FormValue("cap"), Seconds: c.FormValue("seconds"),
		Budget: c.FormValue("budget"), Price: c.FormValue("price"), Currency: c.FormValue("currency"), Places: map[string]bool{},
	}
	m.preview = c.FormValue("do") == "preview"
	content = ads.Content{
		Advertiser: m.Advertiser, Title: m.Title, Text: m.Text, Alt: m.Alt, Link: m.Link, Weight: wholeNumber(m.Weight), DailyCap: wholeNumber(m.Cap), Seconds: wholeNumber(m.Seconds),
		Budget: int64(wholeNumber(m.Budget)), PriceCents: campaignCents(m.Price), Currency: m.Currency,
	}
	for _, p := range ads.Placements() {
		if c.FormValue("place-"+string(p)) != "" {
			m.Places[string(p)] = true
			content.Placements = append(content.Placements, p)
		}
	}
	content.From, _ = time.Parse(campaignTime, m.From)
	if content.Until, err = time.Parse(campaignTime, m.Until); err != nil && m.Until != "" {
		content.Until = content.From // which is no end
	}
	content, err = content.Clean()
	m.take(err)
	hash, err := s.campaignPicture(c)
	m.take(err)
	if hash != "" {
		m.Kept = hash
	}
	if m.Kept == "" && tenants.Fields(err)["picture"] == "" && c.Params("campaign") == "" {
		m.take(&tenants.Error{Field: "picture", Key: ads.KeyPicture})
	}
	if err != nil && tenants.Fields(err) == nil {
		return m, content, err
	}
	return m, content, nil
}

// campaignPicture keeps the picture that came with a form; none is no fault.
func (s *Server) campaignPicture(c *fiber.Ctx) (hash string, err error) {
	raw, err := upload(c, "picture", picture.MaxBytes)
	if errors.Is(err, errUploadLarge) {
		return "", &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: ads.KeyLarge}
	}
	if err != nil || len(raw) == 0 {
		return "", err
	}
	return s.ads.KeepPicture(c.UserContext(), raw)
}

func (s *Server) setCampaignState(c *fiber.Ctx) error {
	done := map[ads.State]string{ads.Active: "campaign_started", ads.Paused: "campaign_paused", ads.Ended: "campaign_ended"}
	state := ads.State(c.FormValue("state"))
	if done[state] == "" {
		return &tenants.Error{Code: tenants.CodeInvalid, Key: "error.ads.state"}
	}
	found, err := s.ads.SetState(c.UserContext(), c.Params("campaign"), state)
	if err != nil {
		return err
	}
	return s.operatorDone(c, "/campaigns/"+found.ID, done[state])
}

// campaignCSV is the ledger of a campaign, for its advertiser. The amounts are exact and sum up to what the campaign has cost.
func (s *Server) campaignCSV(c *fiber.Ctx) error {
	found, err := s.ads.Campaign(c.UserContext(), c.Params("campaign"))
	if err != nil {
		return err
	}
	lines, err := s.ads.Report(c.UserContext(), found.ID)
	if err != nil {
		return err
	}
	return s.download(c, "campaign-"+found.ID+".csv", "text/csv; charset=utf-8", func(_ context.Context, w io.Writer) error {
		out := csvTo(w)
		if err := out.Write([]string{"day_utc", "placement", "impressions", "not_charged", "clicks", "amount", "currency", "advertiser", "title"}); err != nil {
			return err
		}
		for _, l := range lines {
			row := []string{
				l.Day, string(l.Placement), strconv.FormatInt(l.Impressions, 10), strconv.FormatInt(l.Beyond, 10), strconv.FormatInt(l.Clicks, 10),
				ads.Amount(l.Impressions * found.Content.PriceCents), found.Content.Currency, found.Content.Advertiser, found.Content.Title,
			}
			if err := out.Write(plainCells(row)); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

// wholeNumber reads one that is not negative; -1 for anything else.
func wholeNumber(typed string) int {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// campaignCents reads an amount with at most two digits after a point or comma; -1 for anything else.
func campaignCents(typed string) int64 {
	whole, part, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), ".")
	if len(part) > 2 || len(whole) > 9 || strings.Trim(whole+part, "0123456789") != "" || whole == "" {
		return -1
	}
	cents, err := strconv.ParseInt(whole+part+"00"[len(part):], 10, 64)
	if err != nil {
		return -1
	}
	return cents
}

// campaignCentsText is an amount as [campaignCents] reads it.
func campaignCentsText(cents int64) string {
	return strconv.FormatInt(cents/100, 10) + "." + strconv.FormatInt(100+cents%100, 10)[1:]
}

package views

import (
	"strings"
	"time"
)

// CampaignsModel is a page of the list of campaigns.
type CampaignsModel struct {
	Campaigns []Campaign
	List      ListPage
}

// Campaign is one campaign with what came of it, for operators.
type Campaign struct {
	ID, Advertiser, Title string
	Picture, Link         string
	Standing              string // running, waiting, over, exhausted, paused or ended
	Active, Ended         bool

	Impressions, Budget int64 // charged, bought
	Beyond, Clicks      int64
	Spent, PriceCents   int64 // in minor units; the price is a thousand's
	Currency            string

	From, Until time.Time // Until is zero without an end
	Weight, Cap int
	Seconds     int
	Looks       []Ad // in each of its places
}

// CampaignModel is one campaign with its ledger.
type CampaignModel struct {
	Campaign
	Lines []CampaignLine
}

// CampaignLine is a day of a campaign in one place.
type CampaignLine struct {
	Day, Placement              string
	Impressions, Beyond, Clicks int64
	Amount                      string // exact, without the currency
}

// CampaignForm is what an operator types of a campaign.
type CampaignForm struct {
	ID                                 string // empty for a new one
	Advertiser, Title, Text, Alt, Link string
	Kept                               string // the name of the picture that it has
	From, Until, Weight, Cap, Seconds  string // times in UTC
	Budget, Price, Currency            string
	Places                             map[string]bool
	PriceFixed                         bool              // something has been counted
	Errors                             map[string]string // message ids by field
	Placements, Currencies             []string          // to choose from
	Looks                              []Ad              // how people would see it; none before it was asked for
}

// path is where the form is sent.
func (m CampaignForm) path() string {
	if m.ID == "" {
		return "/operator/campaigns/new"
	}
	return "/operator/campaigns/" + m.ID + "/edit"
}

// back is where one came from.
func (m CampaignForm) back() string {
	if m.ID == "" {
		return "/operator/campaigns"
	}
	return "/operator/campaigns/" + m.ID
}

// standingTone is the colour of a campaign's badge; the word says the same.
func standingTone(standing string) string {
	switch standing {
	case "running":
		return "badge-success"
	case "waiting":
		return "badge-info"
	case "exhausted", "over":
		return "badge-warning"
	}
	return ""
}

// campaignSpan says when a campaign is shown, in UTC.
func campaignSpan(p Page, from, until time.Time) string {
	if until.IsZero() {
		return p.T("campaigns.from_on", "From", moment(from, "moment"))
	}
	return p.T("campaigns.from_until", "From", moment(from, "moment"), "Until", moment(until, "moment"))
}

// campaignPrice is what a thousand impressions cost.
func campaignPrice(p Page, cents int64, currency string) string {
	if cents == 0 {
		return p.T("campaigns.own")
	}
	return p.T("campaigns.per_thousand", "Price", p.Texts.Money(cents, strings.ToLower(currency)))
}

// pictureHint says what a picture may be, or that there is one.
func pictureHint(p Page, m CampaignForm) string {
	if m.Kept != "" {
		return p.T("campaigns.picture_kept")
	}
	return p.T("campaigns.picture_hint")
}

// priceHint says why the price cannot be changed any more.
func priceHint(p Page, m CampaignForm) string {
	if m.PriceFixed {
		return p.T("campaigns.price_fixed")
	}
	return p.T("campaigns.price_hint")
}

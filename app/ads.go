package app

import (
	"context"
	"errors"
	"math"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/billing/ads"
	"parley/tenants"
	"parley/views"
)

// adsPause is between two rounds of forgetting who saw what.
const adsPause = time.Hour

// hasAds says whether pages of an organization have advertisements. The limits are asked for with each page, so who pays sees none from the
// next one on.
func (s *Server) hasAds(c *fiber.Ctx, org tenants.OrgID) bool {
	if s.ads == nil {
		return false
	}
	allowed, err := s.allowanceOf(c.UserContext(), org)
	if err != nil {
		s.log.Error("whether an organization has advertisements is not known; it is shown none", "org", org, "err", err)
	}
	return err == nil && allowed.Limits.Ads
}

// ad is what the visitor sees in a place of a page of an organization; nil for nothing. An advertisement that cannot be had keeps no page from
// anybody.
func (s *Server) ad(c *fiber.Ctx, org tenants.OrgID, where ads.Placement) *views.Ad {
	if !s.hasAds(c, org) {
		return nil
	}
	shown, ok, err := s.ads.Pick(c.UserContext(), where, s.adViewer(c))
	if err != nil {
		s.log.Error("no advertisement could be chosen", "err", err)
	}
	if err != nil || !ok {
		return nil
	}
	return adModel(shown)
}

// adViewer tells people apart for the caps: who is signed in by that, a guest by the secret that their browser keeps.
func (s *Server) adViewer(c *fiber.Ctx) string {
	if w := visitor(c); w.In() {
		return "user " + string(w.User.ID)
	}
	return "device " + s.device(c)
}

func adModel(shown ads.Shown) *views.Ad {
	ad := adLook(shown.Campaign, shown.Placement)
	ad.Ticket, ad.Visit = shown.Ticket, "/ads/visit/"+shown.Ticket
	ad.Wait = int(math.Ceil(shown.Wait.Seconds()))
	return ad
}

// adLook is a campaign as people see it in a place, without anything that counts.
func adLook(campaign ads.Campaign, where ads.Placement) *views.Ad {
	content := campaign.Content
	return &views.Ad{
		Place: string(where), Advertiser: content.Advertiser, Title: content.Title, Text: content.Text, Alt: content.Alt,
		Picture: "/ads/picture/" + campaign.Picture, Visit: content.Link, Wait: content.Seconds,
	}
}

// dashboardAd is the banner of an organization's first page.
func (s *Server) dashboardAd(c *fiber.Ctx) *views.Ad {
	org := theOrg(c)
	ad := s.ad(c, org.ID, ads.Dashboard)
	if ad != nil && s.cfg.Selling && org.Role.CanPay() {
		ad.Plans = "/o/" + org.Slug + "/billing"
	}
	return ad
}

// lobbyAd is the banner before a meeting, for members and guests.
func (s *Server) lobbyAd(c *fiber.Ctx, at place) *views.Ad {
	return s.withPlans(at, s.ad(c, at.Org.ID, ads.Lobby))
}

func (s *Server) withPlans(at place, ad *views.Ad) *views.Ad {
	if ad != nil && s.cfg.Selling && at.Pays {
		ad.Plans = "/o/" + at.Org.Slug + "/billing"
	}
	return ad
}

// afterAd is the one that comes before the page after a call and stays for its seconds. Whoever comes back with its ticket goes on when they
// are over, and sees the rest of them before. There is none for who was cut off by a fault of ours, or goes on in another tab.
func (s *Server) afterAd(c *fiber.Ctx, at place, reason string) *views.Ad {
	switch reason {
	case "failed", "shutdown", "duplicate":
		return nil
	}
	if !s.hasAds(c, at.Org.ID) {
		return nil
	}
	var ad *views.Ad
	if raw := c.Query("ad"); raw != "" {
		shown, left, err := s.ads.Held(c.UserContext(), raw, s.adViewer(c))
		switch {
		case err == nil && !left:
			return nil
		case err == nil:
			ad = adModel(shown)
		case !errors.Is(err, ads.ErrTicket):
			s.log.Error("an advertisement could not be looked up", "err", err)
			return nil
		}
	}
	if ad == nil {
		ad = s.ad(c, at.Org.ID, ads.AfterCall)
	}
	if ad == nil {
		return nil
	}
	ad.Next = "/m/" + at.Room.Code + "/after?" + url.Values{"why": {leaveReason(c.Query("why"))}, "ad": {ad.Ticket}}.Encode()
	return s.withPlans(at, ad)
}

// adSeen counts that an advertisement was seen. It says nothing of whether it was counted before.
func (s *Server) adSeen(c *fiber.Ctx) error {
	if s.ads == nil {
		return errNotFound
	}
	err := s.ads.Seen(c.UserContext(), c.FormValue("ticket"), s.adViewer(c))
	switch {
	case errors.Is(err, ads.ErrTicket):
		return s.problem(c, &problem{Status: fiber.StatusBadRequest, Key: "bad_request"})
	case errors.Is(err, ads.ErrExpired):
		return c.SendStatus(fiber.StatusGone)
	case err != nil:
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// adVisit counts a click and leads to the advertiser. The address comes from the campaign, never from the request.
func (s *Server) adVisit(c *fiber.Ctx) error {
	if s.ads == nil {
		return errNotFound
	}
	link, err := s.ads.Click(c.UserContext(), c.Params("ticket"), s.adViewer(c))
	if errors.Is(err, ads.ErrTicket) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("X-Robots-Tag", "noindex, nofollow")
	return c.Redirect(link, fiber.StatusSeeOther)
}

// adPicture serves a campaign's picture. The address names its content, so it may be kept for good.
func (s *Server) adPicture(c *fiber.Ctx) error {
	if s.ads == nil {
		return errNotFound
	}
	kind, data, err := s.ads.Picture(c.UserContext(), c.Params("picture"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Send(data)
}

// forgetAds takes away, once an hour, what the caps need no more.
func (s *Server) forgetAds(ctx context.Context) {
	for s.ads != nil && ctx.Err() == nil {
		if err := s.ads.Forget(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("who saw which advertisement was not forgotten; it will be tried again", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-s.clock.After(adsPause):
		}
	}
}

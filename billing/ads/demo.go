package ads

import (
	"context"
	"embed"
	"fmt"
	"time"

	"parley/tenants"
)

// drawn are the pictures of the campaigns of demo mode, by ourselves. The files
// beside them with the ending .svg are what they were made from.
//
//go:embed demo/*.png
var drawn embed.FS

// SeedDemo starts two campaigns that we made up, unless there are any. Demo mode
// alone calls it.
func (s *Service) SeedDemo(ctx context.Context) error {
	ctx = tenants.WithOrigin(ctx, tenants.Origin{Via: tenants.ViaService})
	_, total, err := s.Campaigns(ctx, 1)
	if err != nil || total > 0 {
		return err
	}
	base := Content{Placements: Placements(), From: s.now().Add(-time.Minute), DailyCap: 12, Seconds: SecondsUsual, Budget: 50_000, Currency: "EUR"}
	coffee, bicycles := base, base
	coffee.Advertiser, coffee.Title, coffee.Text = "Fernhill Coffee", "Beans for the whole office", "Roasted on Tuesdays, on your shelf by Thursday."
	coffee.Alt, coffee.Link, coffee.Weight, coffee.PriceCents = "A cup of coffee beside a bag of beans", "https://fernhill.example/offices", 3, 1250
	bicycles.Advertiser, bicycles.Title, bicycles.Text = "Linden Bicycles", "A bicycle for every way to work", "We bring them, and we look after them at your door."
	bicycles.Alt, bicycles.Link, bicycles.Weight, bicycles.PriceCents = "A bicycle with a basket on a street with trees", "https://linden.example/teams", 2, 980
	for file, content := range map[string]Content{"coffee": coffee, "bicycles": bicycles} {
		picture, err := drawn.ReadFile("demo/" + file + ".png")
		if err != nil {
			return fmt.Errorf("ads: read a picture of the demo: %w", err)
		}
		hash, err := s.KeepPicture(ctx, picture)
		if err != nil {
			return err
		}
		made, err := s.Create(ctx, content, hash)
		if err != nil {
			return err
		}
		if _, err := s.SetState(ctx, made.ID, Active); err != nil {
			return err
		}
	}
	return nil
}

package ads

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jonboulle/clockwork"
	"gorm.io/gorm"

	"parley/tenants"
)

// Options are what a [Service] needs besides its database.
type Options struct {
	Clock  clockwork.Clock
	Secret [32]byte        // the installation's: keys are derived from it
	Draw   func(n int) int // a number from 0 up to, but not including, n; nil = at random

	// PictureWidth is that of the pictures that are kept, in pixels; zero = as we
	// show them. Tests make them small.
	PictureWidth int
}

// Service shows advertisements and counts them.
type Service struct {
	db    *tenants.DB
	clock clockwork.Clock
	sign  signer
	draw  func(n int) int
	width int // of pictures
}

// New makes a service.
func New(db *tenants.DB, o Options) *Service {
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Draw == nil {
		o.Draw = rand.IntN
	}
	if o.PictureWidth == 0 {
		o.PictureWidth = PictureWidth
	}
	return &Service{db: db, clock: o.Clock, sign: newSigner(o.Secret), draw: o.Draw, width: o.PictureWidth}
}

// now is the present, as exact as both databases can keep it.
func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Microsecond) }

// Shown is an advertisement on its way to a person.
type Shown struct {
	Campaign  Campaign
	Placement Placement
	Ticket    string        // to send back
	Wait      time.Duration // that is left of its seconds, after a call
}

// Pick chooses what a person sees in a place, and makes the ticket for it; ok is
// false when there is nothing for them. Person is whatever tells people apart: it
// is digested here and kept nowhere.
func (s *Service) Pick(ctx context.Context, where Placement, person string) (shown Shown, ok bool, err error) {
	now := s.now()
	all, seen, err := s.candidates(ctx, where, s.sign.viewer(person, now), now)
	if err != nil {
		return Shown{}, false, fmt.Errorf("ads: find what may be shown: %w", err)
	}
	c, ok := Choose(all, where, seen, now, s.draw)
	if !ok {
		return Shown{}, false, nil
	}
	raw, err := s.sign.issue(c, where, person, now)
	if err != nil {
		return Shown{}, false, fmt.Errorf("ads: sign a ticket: %w", err)
	}
	return Shown{Campaign: c, Placement: where, Ticket: raw, Wait: wait(c, where)}, true, nil
}

func wait(c Campaign, where Placement) time.Duration {
	if where != AfterCall {
		return 0
	}
	return time.Duration(c.Content.Seconds) * time.Second
}

// candidates are the active campaigns of a place, and how often the viewer has
// seen each today.
func (s *Service) candidates(ctx context.Context, where Placement, viewer string, now time.Time) (all []Campaign, seen Viewer, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []campaignRow
		q := tx.Where("state = ? AND starts_at <= ? AND (ends_at IS NULL OR ends_at > ?) AND impressions < budget", Active, now, now)
		if err := q.Where(column(where)+" = ?", true).Order("id").Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		var views []viewRow
		if err := tx.Where("viewer = ? AND day = ?", viewer, now.Format(dayForm)).Find(&views).Error; err != nil {
			return err
		}
		seen = make(Viewer, len(views))
		for _, v := range views {
			seen[v.CampaignID] = v.Seen
		}
		for _, r := range rows {
			all = append(all, r.campaign())
		}
		return nil
	})
	return all, seen, err
}

// column is what says that a campaign is shown in a place.
func column(where Placement) string {
	switch where {
	case Dashboard:
		return "on_dashboard"
	case Lobby:
		return "on_lobby"
	}
	return "on_after"
}

// Held says what is left of the seconds of an advertisement after a call. The one
// that the ticket names is given again while some are; when they are over, or it
// is shown no more, ok is false: the person may go on. A ticket that is not good is
// [ErrTicket], and one of another place as well.
func (s *Service) Held(ctx context.Context, raw, person string) (shown Shown, ok bool, err error) {
	now := s.now()
	t, err := s.sign.read(raw, now)
	if errors.Is(err, ErrExpired) {
		return Shown{}, false, nil
	}
	if err != nil || t.Placement != AfterCall || !s.sign.isOf(t, person) {
		return Shown{}, false, ErrTicket
	}
	left := t.issued().Add(time.Duration(t.Seconds) * time.Second).Sub(now)
	if left <= 0 {
		return Shown{}, false, nil
	}
	c, err := s.Campaign(ctx, t.Campaign)
	if err != nil {
		return Shown{}, false, err
	}
	return Shown{Campaign: c, Placement: AfterCall, Ticket: raw, Wait: left}, c.State == Active, nil
}

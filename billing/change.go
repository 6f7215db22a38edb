package billing

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// changeRow is what an organization paid for from a moment on. The mirror says
// how things stand; these rows say how they stood. Only added to, in the
// transaction that writes the mirror.
type changeRow struct {
	OrgID        tenants.OrgID `gorm:"primaryKey"`
	Revision     int64         `gorm:"primaryKey;autoIncrement:false"` // of the mirror
	At           time.Time
	Plan         string
	PlanVersion  int
	Status       string
	PayInterval  string
	Seats        int
	UnitCents    int64 // a seat an interval
	OffCents     int64 // taken off an interval by a discount that lasts
	Currency     string
	PastDueSince *time.Time
	CountsUntil  *time.Time // from then on it gives nothing, whatever the status says
	GivenPlan    string
	GivenVersion int
}

// TableName is where it lies.
func (changeRow) TableName() string { return "subscription_changes" }

// changed is the row that a mirror makes; the price is that of the version.
func (r subscriptionRow) changed(price Plan, at time.Time) changeRow {
	row := changeRow{OrgID: tenants.OrgID(r.TenantID), Revision: r.Revision, At: at, Plan: r.Plan, PlanVersion: r.PlanVersion, Status: r.Status,
		PayInterval: r.PayInterval, Seats: r.Seats, PastDueSince: r.PastDueSince, GivenPlan: r.CompedPlan, GivenVersion: r.CompedVersion,
	}
	if price.ID != "" {
		row.UnitCents, row.Currency = price.Cents(r.PayInterval), strings.ToUpper(price.Currency)
		if d := r.Terms.discount(); !d.Once {
			row.OffCents = d.Off(row.UnitCents * int64(r.Seats))
		}
	}
	switch sub := r.subscription(); {
	case !sub.GraceEnds().IsZero():
		end := sub.GraceEnds()
		row.CountsUntil = &end
	case !known(r.Status):
		row.CountsUntil = r.PeriodEnd
	}
	return row
}

// same reports whether nothing of what is counted differs.
func (c changeRow) same(before changeRow) bool {
	c.OrgID, c.Revision, c.At, before.OrgID, before.Revision, before.At = "", 0, time.Time{}, "", 0, time.Time{}
	equal := sameMoment(c.PastDueSince, before.PastDueSince) && sameMoment(c.CountsUntil, before.CountsUntil)
	c.PastDueSince, c.CountsUntil, before.PastDueSince, before.CountsUntil = nil, nil, nil, nil
	return equal && c == before
}

func sameMoment(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// monthly is what it brings in a month, in minor units: a yearly price counts a
// twelfth, to the nearest cent; a trial brings nothing, and neither does what is
// not in force.
func (c changeRow) monthly() int64 {
	if c.Status != StatusActive && c.Status != StatusPastDue && known(c.Status) {
		return 0
	}
	total := max(c.UnitCents*int64(c.Seats)-c.OffCents, 0)
	if c.PayInterval == Year {
		return (total + 6) / 12
	}
	return total
}

// monthlyAt is monthly, just before a moment.
func (c changeRow) monthlyAt(t time.Time) int64 {
	if c.CountsUntil != nil && c.CountsUntil.Before(t) {
		return 0
	}
	return c.monthly()
}

// priceFor is the version that a mirror is about; empty when it is of no plan of
// ours.
func (s *Service) priceFor(ctx context.Context, r subscriptionRow) (Plan, error) {
	if r.Plan == "" {
		return Plan{}, nil
	}
	price, err := s.plan(ctx, r.Plan, r.PlanVersion)
	if tenants.CodeOf(err) == tenants.CodeNotFound {
		s.log.Error("a subscription is for a plan that is not in the catalogue", "org", r.TenantID, "plan", r.Plan)
		return Plan{}, nil
	}
	return price, err
}

// noteChange adds what the mirror now says to what was, if that differs from the
// last time. tx has just written the mirror, so nobody else adds meanwhile.
func (s *Service) noteChange(tx *gorm.DB, now changeRow) error {
	var last []changeRow
	if err := tx.Where("org_id = ?", string(now.OrgID)).Order("revision DESC").Limit(1).Find(&last).Error; err != nil {
		return err
	}
	if len(last) > 0 && now.same(last[0]) || len(last) == 0 && now.same(changeRow{PlanVersion: now.PlanVersion, GivenVersion: now.GivenVersion}) {
		return nil
	}
	return tx.Create(&now).Error
}

// noteGiven adds that an operator gave a plan, or took it back: what is paid for
// stays as it was.
func (s *Service) noteGiven(tx *gorm.DB, plan string, version int) error {
	row, last, err := lastChange(tx)
	if err != nil {
		return err
	}
	last.OrgID, last.Revision, last.At, last.GivenPlan, last.GivenVersion = tenants.OrgID(row.TenantID), row.Revision, s.now(), plan, version
	return s.noteChange(tx, last)
}

// noteUnpaid adds that nothing is paid for any more.
func (s *Service) noteUnpaid(tx *gorm.DB) error {
	row, _, err := lastChange(tx)
	if err != nil || row.TenantID == "" {
		return err
	}
	return s.noteChange(tx, row.changed(Plan{}, s.now()))
}

// lastChange reads the mirror as it now is, and what was added last.
func lastChange(tx *gorm.DB) (row subscriptionRow, last changeRow, err error) {
	var rows []subscriptionRow
	if err := tx.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return row, last, err
	}
	row = rows[0]
	var all []changeRow
	if err := tx.Where("org_id = ?", string(row.TenantID)).Order("revision DESC").Limit(1).Find(&all).Error; err != nil || len(all) == 0 {
		return row, last, err
	}
	return row, all[0], nil
}

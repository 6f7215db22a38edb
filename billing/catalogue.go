package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// planRow is what a plan is called and where it stands. It belongs to no
// organization. What is sold under it is a version.
type planRow struct {
	ID        string `gorm:"primaryKey"`
	Name      string
	Tagline   string
	Listed    bool
	Contact   bool
	Rank      int
	Highlight bool
	Version   int // sold now
}

// TableName is where it lies.
func (planRow) TableName() string { return "plans" }

// versionRow is what one version of a plan costs. It is never changed.
type versionRow struct {
	Plan         string `gorm:"primaryKey"`
	Version      int    `gorm:"primaryKey;autoIncrement:false"`
	MonthlyCents int64
	YearlyCents  int64
	Currency     string
	TrialDays    int
	MadeAt       time.Time
}

// TableName is where it lies.
func (versionRow) TableName() string { return "plan_versions" }

// limitRow is one thing that a version allows.
type limitRow struct {
	Plan    string `gorm:"primaryKey"`
	Version int    `gorm:"primaryKey;autoIncrement:false"`
	Name    string `gorm:"primaryKey"`
	Amount  int64
}

// TableName is where it lies.
func (limitRow) TableName() string { return "plan_limits" }

// featureRow is one thing that is said of a version.
type featureRow struct {
	Plan     string `gorm:"primaryKey"`
	Version  int    `gorm:"primaryKey;autoIncrement:false"`
	Position int    `gorm:"primaryKey;autoIncrement:false"`
	Message  string
}

// TableName is where it lies.
func (featureRow) TableName() string { return "plan_features" }

// edition is one version of one plan, as it was made.
type edition struct {
	plan    string
	version int
}

// contents are what a version costs, allows and says. They never change, so they
// are read once.
type contents struct {
	prices   versionRow
	limits   tenants.Limits
	features []string
}

func (r planRow) plan(version int, c contents) Plan {
	return Plan{
		ID: r.ID, Version: version, Name: r.Name, Tagline: r.Tagline,
		MonthlyCents: c.prices.MonthlyCents, YearlyCents: c.prices.YearlyCents, Currency: c.prices.Currency, TrialDays: c.prices.TrialDays,
		Limits: c.limits, Features: c.features, Public: r.Listed, Contact: r.Contact, Rank: r.Rank, Highlight: r.Highlight,
	}
}

// Plans lists the catalogue as it is sold now, cheapest first.
func (s *Service) Plans(ctx context.Context) (plans []Plan, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []planRow
		if err := tx.Order("rank, id").Find(&rows).Error; err != nil {
			return err
		}
		plans = make([]Plan, len(rows))
		for i, row := range rows {
			c, err := s.contents(tx, edition{row.ID, row.Version})
			if err != nil {
				return err
			}
			plans[i] = row.plan(row.Version, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("billing: read the plans: %w", err)
	}
	return plans, nil
}

// Edition is a plan in the version that somebody has bought; 0 is the one that is
// sold now. ErrPlanUnknown when there is no such plan.
func (s *Service) Edition(ctx context.Context, id string, version int) (Plan, error) {
	return s.plan(ctx, id, version)
}

// plan finds a plan in a version; 0 is the one that is sold now.
func (s *Service) plan(ctx context.Context, id string, version int) (plan Plan, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		plan, err = s.planIn(tx, id, version)
		return err
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Plan{}, fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("billing: read plan %q: %w", id, err)
	}
	return plan, nil
}

func (s *Service) planIn(tx *gorm.DB, id string, version int) (Plan, error) {
	var row planRow
	if err := tx.Take(&row, "id = ?", id).Error; err != nil {
		return Plan{}, err
	}
	if version == 0 {
		version = row.Version
	}
	c, err := s.contents(tx, edition{id, version})
	if errors.Is(err, gorm.ErrRecordNotFound) && version != row.Version {
		s.log.Error("a plan's version is not in the catalogue; the current one is taken", "plan", id, "version", version)
		version = row.Version
		c, err = s.contents(tx, edition{id, version})
	}
	return row.plan(version, c), err
}

// contents reads a version, the first time that somebody asks for it.
func (s *Service) contents(tx *gorm.DB, e edition) (contents, error) {
	if c, known := s.editions.Load(e); known {
		return c.(contents), nil
	}
	var c contents
	if err := tx.Take(&c.prices, "plan = ? AND version = ?", e.plan, e.version).Error; err != nil {
		return c, err
	}
	var limits []limitRow
	if err := tx.Where("plan = ? AND version = ?", e.plan, e.version).Find(&limits).Error; err != nil {
		return c, err
	}
	var features []featureRow
	if err := tx.Where("plan = ? AND version = ?", e.plan, e.version).Order("position").Find(&features).Error; err != nil {
		return c, err
	}
	for _, r := range limits {
		if set := limit(&c.limits, r.Name); set != nil {
			set(r.Amount)
		}
	}
	for _, r := range features {
		c.features = append(c.features, r.Message)
	}
	s.editions.Store(e, c)
	return c, nil
}

// limit is how a row of the catalogue is put into limits; nil for a name that
// this version of the program does not know.
func limit(l *tenants.Limits, name string) func(amount int64) {
	number := func(to *int) func(int64) { return func(n int64) { *to = int(n) } }
	right := func(to *bool) func(int64) { return func(n int64) { *to = n != 0 } }
	switch name {
	case "meeting_milliseconds":
		return func(n int64) { l.MeetingLength = time.Duration(n) * time.Millisecond }
	case "participants":
		return number(&l.Participants)
	case "concurrent_meetings":
		return number(&l.ConcurrentMeetings)
	case "chat_days":
		return number(&l.ChatDays)
	case "storage_bytes":
		return func(n int64) { l.StorageBytes = n }
	case "ads":
		return right(&l.Ads)
	case "phone":
		return right(&l.Phone)
	case "sso":
		return right(&l.SSO)
	case "own_domain":
		return right(&l.OwnDomain)
	case "audit_log":
		return right(&l.AuditLog)
	case "dedicated_media":
		return right(&l.DedicatedMedia)
	}
	return nil
}

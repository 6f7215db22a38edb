package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	rows, err := s.catalogue(ctx)
	for _, row := range rows {
		c, fault := s.contentsOf(ctx, edition{row.ID, row.Version})
		if err = errors.Join(err, fault); err != nil {
			break
		}
		plans = append(plans, row.plan(row.Version, c))
	}
	if err != nil {
		return nil, fmt.Errorf("billing: read the plans: %w", err)
	}
	return plans, nil
}

// catalogue is what plans there are, and which version of each is sold. Of those the
// contents are known with it: a page that began before one was made would not find them.
func (s *Service) catalogue(ctx context.Context) ([]planRow, error) {
	return s.listed.Get(func() (rows []planRow, err error) {
		err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
			if err := tx.Order("rank, id").Find(&rows).Error; err != nil {
				return err
			}
			for _, row := range rows {
				if _, err := s.contents(tx, edition{row.ID, row.Version}); err != nil {
					return err
				}
			}
			return nil
		})
		return rows, err
	})
}

// Edition is a plan in the version that somebody has bought; 0 is the one that is
// sold now. ErrPlanUnknown when there is no such plan.
func (s *Service) Edition(ctx context.Context, id string, version int) (Plan, error) {
	return s.plan(ctx, id, version)
}

// plan finds a plan in a version; 0 is the one that is sold now.
func (s *Service) plan(ctx context.Context, id string, version int) (Plan, error) {
	rows, err := s.catalogue(ctx)
	at := slices.IndexFunc(rows, func(r planRow) bool { return r.ID == id })
	if err == nil && at < 0 {
		return Plan{}, fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
	}
	var plan Plan
	if err == nil {
		plan, err = s.edition(rows[at], version, func(e edition) (contents, error) { return s.contentsOf(ctx, e) })
	}
	if err != nil {
		return Plan{}, fmt.Errorf("billing: read plan %q: %w", id, err)
	}
	return plan, nil
}

// planIn is [Service.plan] as a transaction sees it.
func (s *Service) planIn(tx *gorm.DB, id string, version int) (Plan, error) {
	var row planRow
	if err := tx.Take(&row, "id = ?", id).Error; err != nil {
		return Plan{}, err
	}
	return s.edition(row, version, func(e edition) (contents, error) { return s.contents(tx, e) })
}

// edition is a plan in a version; 0, or one that there is not, is the one that is sold
// now.
func (s *Service) edition(row planRow, version int, read func(edition) (contents, error)) (Plan, error) {
	if version == 0 {
		version = row.Version
	}
	c, err := read(edition{row.ID, version})
	if errors.Is(err, gorm.ErrRecordNotFound) && version != row.Version {
		s.log.Error("a plan's version is not in the catalogue; the current one is taken", "plan", row.ID, "version", version)
		version = row.Version
		c, err = read(edition{row.ID, version})
	}
	return row.plan(version, c), err
}

// contentsOf is [Service.contents], with a door of its own where one is needed.
func (s *Service) contentsOf(ctx context.Context, e edition) (c contents, err error) {
	if known, ok := s.editions.Load(e); ok {
		return known.(contents), nil
	}
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		c, err = s.contents(tx, e)
		return err
	})
	return c, err
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

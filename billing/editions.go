package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"parley/tenants"
)

// Edition is a version of a plan, with who is on it.
type Edition struct {
	Plan
	MadeAt  time.Time
	Current bool // sold now
	Bought  int  // organizations that pay for it, or try it
	Given   int  // organizations that an operator gave it to
}

// Editions lists all versions of all plans, cheapest plan first, newest version
// first.
func (s *Service) Editions(ctx context.Context) (out []Edition, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var plans []planRow
		if err := tx.Order("rank, id").Find(&plans).Error; err != nil {
			return err
		}
		var versions []versionRow
		if err := tx.Order("plan, version DESC").Find(&versions).Error; err != nil {
			return err
		}
		bought, given, err := holders(tx)
		if err != nil {
			return err
		}
		for _, p := range plans {
			for _, v := range versions {
				if v.Plan != p.ID {
					continue
				}
				e := edition{v.Plan, v.Version}
				c, err := s.contents(tx, e)
				if err != nil {
					return err
				}
				out = append(out, Edition{Plan: p.plan(v.Version, c), MadeAt: v.MadeAt.UTC(), Current: v.Version == p.Version, Bought: len(bought[e]), Given: len(given[e])})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("billing: list the plans' versions: %w", err)
	}
	return out, nil
}

// OnEdition lists the organizations that pay for a version of a plan, try it, or
// were given it; with version 0 those on any but the one that is sold now.
func (s *Service) OnEdition(ctx context.Context, plan string, version int) (orgs []tenants.OrgID, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var row planRow
		if err := tx.Take(&row, "id = ?", plan).Error; err != nil {
			return err
		}
		bought, given, err := holders(tx)
		if err != nil {
			return err
		}
		for _, held := range []map[edition][]tenants.OrgID{bought, given} {
			for e, on := range held {
				if e.plan == plan && (e.version == version || version == 0 && e.version != row.Version) {
					orgs = append(orgs, on...)
				}
			}
		}
		return nil
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
	}
	if err != nil {
		return nil, fmt.Errorf("billing: list who is on a version: %w", err)
	}
	slices.Sort(orgs)
	return slices.Compact(orgs), nil
}

// holders says who has which version. What was given beside a running subscription
// is not in force, and not counted.
func holders(tx *gorm.DB) (bought, given map[edition][]tenants.OrgID, err error) {
	bought, given = map[edition][]tenants.OrgID{}, map[edition][]tenants.OrgID{}
	err = eachOrganization(tx, func(changes []changeRow) {
		switch c := changes[len(changes)-1]; {
		case running(c.Status) && c.Plan != "":
			e := edition{c.Plan, c.PlanVersion}
			bought[e] = append(bought[e], c.OrgID)
		case c.GivenPlan != "":
			e := edition{c.GivenPlan, c.GivenVersion}
			given[e] = append(given[e], c.OrgID)
		}
	})
	return bought, given, err
}

// PlanText is how a plan is shown. It holds for all its versions.
type PlanText struct {
	Name, Tagline string
	Listed        bool // shown to everybody
	Recommended   bool // at most one plan is: the others stop being it
}

const (
	planNameMost    = 40
	planTaglineMost = 120
)

// Validate says which field is at fault, by name or tagline.
func (t PlanText) Validate() error {
	wrong := func(field, key string) error {
		return &tenants.Error{Code: tenants.CodeInvalid, Field: field, Key: key, Err: fmt.Errorf("billing: the plan's %s is empty or too long", field)}
	}
	if n := len([]rune(t.Name)); n == 0 || n > planNameMost || t.Name != oneLine(t.Name, planNameMost) {
		return wrong("name", KeyPlanName)
	}
	if len([]rune(t.Tagline)) > planTaglineMost || t.Tagline != oneLine(t.Tagline, planTaglineMost) {
		return wrong("tagline", KeyPlanTagline)
	}
	return nil
}

// EditPlan changes how a plan is shown. What is sold under it stays.
func (s *Service) EditPlan(ctx context.Context, plan string, t PlanText) error {
	t.Name, t.Tagline = strings.TrimSpace(t.Name), strings.TrimSpace(t.Tagline)
	if err := t.Validate(); err != nil {
		return err
	}
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		if t.Recommended {
			if err := tx.Model(&planRow{}).Where("id <> ? AND highlight", plan).Update("highlight", false).Error; err != nil {
				return err
			}
		}
		done := tx.Model(&planRow{}).Where("id = ?", plan).
			Updates(map[string]any{"name": t.Name, "tagline": t.Tagline, "listed": t.Listed, "highlight": t.Recommended})
		if done.Error == nil && done.RowsAffected == 0 {
			return fault(tenants.CodeNotFound, KeyPlanUnknown, ErrPlanUnknown)
		}
		return done.Error
	})
	s.listed.Forget()
	if err != nil && tenants.CodeOf(err) != tenants.CodeNotFound {
		return fmt.Errorf("billing: change how a plan is shown: %w", err)
	}
	return err
}

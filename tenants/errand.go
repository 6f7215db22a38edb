package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The kinds of errands: work of minutes that somebody asked for on a page, or
// that is due.
const (
	ErrandIsolation = "isolation" // test an organization's isolation; Ref is the run
	ErrandProbe     = "probe"     // take a throw-away organization away

	ErrandExport     = "export"      // make a copy of everything of an organization; Ref is the export
	ErrandExportOver = "export-over" // take an export away whose time is up

	ErrandErase   = "erase"   // erase an organization
	ErrandRenewal = "renewal" // stop its subscription's renewal, or resume it

	ErrandPlanMove = "plan-move" // move it to the version of its plan that is sold now
	ErrandPayment  = "payment"   // look what has become of a missing payment

	ErrandChat = "chat" // take away what the plan no longer keeps of chats
	ErrandDoor = "door" // take away what was written through the door of a meeting by who has gone from it

	ErrandSuspend = "suspend" // end the meetings of a suspended organization

	ErrandException     = "exception"      // an exception is over; Ref is it
	ErrandExceptionSoon = "exception-soon" // it will be over soon

	ErrandCustomer = "customer" // take a deleted person's address off their customer at Stripe, which Ref names; Org is that of their books
)

var errands = []string{ErrandIsolation, ErrandProbe, ErrandExport, ErrandExportOver, ErrandErase, ErrandRenewal, ErrandPlanMove, ErrandPayment, ErrandSuspend, ErrandException, ErrandExceptionSoon, ErrandCustomer, ErrandChat, ErrandDoor}

// DueErrands takes errands that are due, at most limit. Each is the caller's for
// as long as lease says, and longer with [Store.PutOff]; then it comes again,
// unless it was dropped. Two processes never have the same one.
func (s *Store) DueErrands(ctx context.Context, limit int, lease time.Duration) ([]Job, error) {
	var waiting int64 // most of the time there are none, which costs no turn at writing
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Model(&jobRow{}).Where("kind IN ? AND due_at <= ?", errands, s.now()).Limit(1).Count(&waiting).Error
	})
	if err != nil || waiting == 0 {
		return nil, wrap(err, "look for what is due")
	}
	return s.takeJobs(ctx, errands, limit, lease)
}

// Later makes an errand due, in a transaction that is in no organization.
func Later(tx *gorm.DB, j Job, due time.Time) error {
	row := jobRow{Kind: j.Kind, OrgID: j.Org, Ref: j.Ref, DueAt: due}
	return wrap(tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error, "queue an errand")
}

// PutOff makes an errand due that much later than now.
func (s *Store) PutOff(ctx context.Context, j Job, by time.Duration) error {
	return wrap(s.db.Global(ctx, func(tx *gorm.DB) error {
		return ofJob(tx.Model(&jobRow{}), j).Update("due_at", s.now().Add(by)).Error
	}), "put an errand off")
}

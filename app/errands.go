package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/billing"
	"parley/tenants"
)

const (
	errandsPause  = 2 * time.Second // between two looks at what is due
	errandsAtOnce = 2
	errandLease   = 2 * time.Minute  // then another process takes over what this one left
	errandRenewed = 30 * time.Second // how often a long errand says that it is still at it
	errandAgain   = time.Minute      // after a failure
	errandTidy    = 20 * time.Second // for what has to be put right when the process stops
)

// runErrands does what takes minutes and what is due, until the context ends. Whoever asks for something rings the bell. Several processes
// may do this at once: each errand goes to one of them, and to another when that one is gone.
func (s *Server) runErrands(ctx context.Context) {
	slots := make(chan struct{}, errandsAtOnce)
	var all sync.WaitGroup
	defer all.Wait()
	for ctx.Err() == nil {
		due, err := s.tenants.DueErrands(ctx, errandsAtOnce-len(slots), errandLease)
		if err != nil && ctx.Err() == nil {
			s.log.Error("errands not read", "err", err)
		}
		for _, job := range due {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots; s.ringErrands() }()
				s.runErrand(ctx, job)
			})
		}
		select {
		case <-ctx.Done():
		case <-s.errandBell:
		case <-s.clock.After(errandsPause):
		}
	}
}

// ringErrands says that there is something to do.
func (s *Server) ringErrands() {
	select {
	case s.errandBell <- struct{}{}:
	default: // it rings already
	}
}

// errJobDropped is of an errand that has dropped its job itself, in the transaction that saw that it is done.
var errJobDropped = errors.New("the job is dropped already")

// runErrand does one errand. It is dropped when it is done; after a failure, or when the process stops, it comes again.
func (s *Server) runErrand(ctx context.Context, job tenants.Job) {
	ctx, cancel := context.WithCancel(tenants.WithOrigin(ctx, tenants.Origin{Via: tenants.ViaService}))
	var renewing sync.WaitGroup
	renewing.Go(func() { s.renewErrand(ctx, job) })
	err := s.errand(ctx, job)
	stopped := ctx.Err() != nil
	cancel()
	renewing.Wait()
	tidy, done := context.WithTimeout(context.WithoutCancel(ctx), errandTidy)
	defer done()
	switch {
	case errors.Is(err, errJobDropped):
		err = nil
	case err == nil:
		err = s.tenants.DropJob(tidy, job)
	case stopped:
		err = s.tenants.PutOff(tidy, job, 0) // the next process may begin at once
	default:
		s.log.Error("an errand failed and will be tried again", "kind", job.Kind, "org", job.Org, "err", err)
		err = s.tenants.PutOff(tidy, job, errandAgain)
	}
	if err != nil {
		s.log.Error("an errand could not be noted", "kind", job.Kind, "org", job.Org, "err", err)
	}
}

// renewErrand keeps others from taking an errand that is under way.
func (s *Server) renewErrand(ctx context.Context, job tenants.Job) {
	tick := s.clock.NewTicker(errandRenewed)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.Chan():
		}
		if err := s.tenants.PutOff(ctx, job, errandLease); err != nil && ctx.Err() == nil {
			s.log.Warn("an errand could not be renewed", "kind", job.Kind, "err", err)
		}
	}
}

func (s *Server) errand(ctx context.Context, job tenants.Job) error {
	switch job.Kind {
	case tenants.ErrandIsolation:
		return s.testIsolation(ctx, job)
	case tenants.ErrandProbe:
		return s.tenants.EraseProbe(ctx, job.Org, billing.OrganizationTables()...)
	case tenants.ErrandExport:
		return s.makeExport(ctx, job)
	case tenants.ErrandExportOver:
		return s.tenants.Org(job.Org).DropExport(ctx, job.Ref)
	case tenants.ErrandErase:
		return s.eraseOrganization(ctx, job.Org)
	case tenants.ErrandRenewal:
		return s.settleRenewal(ctx, job.Org)
	case tenants.ErrandSuspend:
		return s.endSuspended(ctx, job)
	case tenants.ErrandException:
		return s.exceptionOver(ctx, job)
	case tenants.ErrandExceptionSoon:
		return s.exceptionSoon(ctx, job)
	case tenants.ErrandPlanMove:
		return s.movePlan(ctx, job.Org)
	case tenants.ErrandChat:
		return s.dropOldChat(ctx, job)
	case tenants.ErrandDoor:
		return s.dropGoneLines(ctx, job)
	case tenants.ErrandPayment:
		return s.lookAfterPayment(ctx, job.Org)
	case tenants.ErrandCustomer:
		return s.billing.ForgetCustomer(ctx, job.Ref)
	}
	return nil
}

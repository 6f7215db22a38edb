package app

import (
	"context"

	"parley/tenants"
)

// dropOldChat takes away what an organization's plan no longer keeps of its chats. The errand stays, for the next day.
func (s *Server) dropOldChat(ctx context.Context, job tenants.Job) error {
	terms, err := s.termsOf(ctx, job.Org)
	if err != nil {
		return err
	}
	if kept := terms.ChatKept(); kept > 0 {
		for more := true; more; {
			if _, more, err = s.tenants.Org(job.Org).DropChat(ctx, s.clock.Now().Add(-kept)); err != nil {
				return err
			}
		}
	}
	if err := s.tenants.PutOff(ctx, job, tenants.ChatLook); err != nil {
		return err
	}
	return errJobDropped // or due tomorrow
}

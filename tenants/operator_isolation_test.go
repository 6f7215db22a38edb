package tenants_test

import (
	"context"
	"errors"
	"time"

	"parley/tenants"
)

// asker is an operator who asks to look.
const asker = "0190b7a4-0000-7000-8000-00000000000a"

// operatorCrossings are the methods by which the service's operator works on one organization.
func operatorCrossings() map[string]crossing {
	return map[string]crossing{
		"Suspend": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			if err := mine.Suspend(ctx, tenants.SuspendInput{Reason: "a test"}); err != nil {
				return err
			}
			return mine.Restore(ctx, tenants.SuspendInput{Reason: "a test"})
		},
		"Restore": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			return refused(mine.Restore(ctx, tenants.SuspendInput{Reason: "a test"}))
		},
		"SetException": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			few := 7
			_, err := mine.SetException(ctx, tenants.SetExceptionInput{Exception: tenants.Exception{Participants: &few, Reason: "a test", Until: time.Now().Add(time.Hour)}})
			if err != nil {
				return err
			}
			all, err := mine.Exceptions(ctx)
			for _, one := range all {
				if one.ID == o.exception {
					return errors.New("it shows another's exception")
				}
			}
			return err
		},
		"TellExceptionEnds": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.TellExceptionEnds(ctx, o.exception)
		},
		"EndException": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return refused(mine.EndException(ctx, o.exception))
		},
		"ExceptionOver": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.ExceptionOver(ctx, o.exception)
		},
		"Exceptions": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			all, err := mine.Exceptions(ctx)
			for _, one := range all {
				if one.ID == o.exception {
					return errors.New("it shows another's exception")
				}
			}
			return err
		},
		"Bounds": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			now, err := mine.Bounds(ctx)
			if now.Exception != nil && now.Exception.Reason != "a test" || now.Quota.Participants != nil {
				return errors.New("it shows another's quota, or exception")
			}
			return err
		},
		"RenewsNot": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			_, err := mine.RenewsNot(ctx) // by then the asker has been asked to go by another method; what it reads is one row by id
			return err
		},
		"Owners": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			all, err := mine.Owners(ctx)
			for _, one := range all {
				if one.UserID == o.ann {
					return errors.New("it shows another's owner")
				}
			}
			return err
		},
		"AskSupport": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			_, err := mine.AskSupport(ctx, tenants.AskSupportInput{Operator: tenants.Operator{ID: tenants.OperatorID(asker), Name: "Olga"}, Reason: "a test", Minutes: 60})
			if tenants.CodeOf(err) == tenants.CodeTaken { // asked already, one organization earlier
				return nil
			}
			return err
		},
		"AnswerSupport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.AnswerSupport(ctx, o.ann, o.support, true)
			return refused(err)
		},
		"EndSupport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, err := mine.EndSupport(ctx, o.ann, o.support)
			return refused(err)
		},
		"OpenSupport": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			_, _, err := mine.OpenSupport(ctx, tenants.OperatorSignIn{Operator: tenants.Operator{ID: tenants.OperatorID(asker)}}, o.support)
			return refused(err)
		},
		"SupportOf": func(ctx context.Context, mine *tenants.Scoped, _ other) error {
			_, err := mine.SupportOf(ctx, "made up")
			return refused(err)
		},
		"SupportLooked": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			return mine.SupportLooked(ctx, tenants.SupportAccess{ID: o.support}, "/usage")
		},
		"Supports": func(ctx context.Context, mine *tenants.Scoped, o other) error {
			all, err := mine.Supports(ctx)
			for _, one := range all {
				if one.ID == o.support {
					return errors.New("it shows another's look")
				}
			}
			return err
		},
		"MeetingsOn": func(ctx context.Context, mine *tenants.Scoped, _ other) error { return nothing(mine.MeetingsOn(ctx)) },
	}
}

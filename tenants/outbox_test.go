package tenants_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAMailServerThatIsDownLosesNothing(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann")
		ctx := t.Context()
		if _, err := acme.Invite(ctx, acme.User("ann").ID, tenants.Inviting{People: []tenants.InviteInput{{Email: "a@x.example", Name: "Al"}}}); err != nil {
			t.Fatal(err)
		}
		due := func() []tenants.OutMail {
			mails, err := w.Store.DueMails(ctx, 10)
			if err != nil {
				t.Fatal(err)
			}
			return mails
		}
		first := due()
		if len(first) != 1 || first[0].Kind != "invite" || first[0].Params["Organization"] != "acme" {
			t.Fatalf("%+v", first)
		}
		if again := due(); len(again) != 0 {
			t.Errorf("two senders get one mail: %+v", again)
		}
		clock.Advance(4 * time.Minute) // the sender died
		if again := due(); len(again) != 1 {
			t.Fatal("a mail that nobody sent is lost")
		}
		gaveUp := false
		for range 200 {
			var err error
			if gaveUp, err = w.Store.MailFailed(ctx, first[0].ID, errors.New("connection refused")); err != nil {
				t.Fatal(err)
			}
			if gaveUp {
				break
			}
			clock.Advance(61 * time.Minute)
			if len(due()) != 1 {
				t.Fatal("it is not tried again")
			}
		}
		if !gaveUp {
			t.Error("it is tried for ever")
		}
	})
}

package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/goleak"
	"gorm.io/gorm"

	"parley/billing/ledger"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestMain(m *testing.M) {
	code := tenantstest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, "something is left running:", err)
		code = 1
	}
	os.Exit(code)
}

var (
	day     = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	cash    = ledger.Account{Kind: ledger.Cash}
	pro     = ledger.Account{Kind: ledger.Revenue, Ref: "pro"}
	refunds = ledger.Account{Kind: ledger.Refunds, Ref: "pro"}
	credit  = ledger.Account{Kind: ledger.Credit, Ref: "phone"}
	calls   = ledger.Account{Kind: ledger.Revenue, Ref: "phone"}
)

// books are those of one organization.
type books struct {
	t   *testing.T
	db  *tenants.DB
	org tenants.OrgID
}

func (b books) post(all ...ledger.Transaction) (n int, err error) {
	err = b.db.InOrg(context.Background(), b.org, func(tx *gorm.DB) error {
		fresh, err := ledger.Post(tx, b.org, day, all...)
		n = len(fresh)
		return err
	})
	return n, err
}

func (b books) must(all ...ledger.Transaction) {
	b.t.Helper()
	if _, err := b.post(all...); err != nil {
		b.t.Fatal(err)
	}
}

// have asserts a balance in dollars' cents.
func (b books) have(want int64, of ledger.Account) {
	b.t.Helper()
	for _, got := range b.report().Balances {
		if got.Account == of && got.Currency == "USD" {
			if got.Amount != want {
				b.t.Errorf("%s: %d, want %d", of, got.Amount, want)
			}
			return
		}
	}
	if want != 0 {
		b.t.Errorf("%s: no account, want %d", of, want)
	}
}

func (b books) report() (r ledger.Report) {
	b.t.Helper()
	err := b.db.ReadOrg(context.Background(), b.org, func(tx *gorm.DB) (err error) {
		r, err = ledger.Verify(tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b books) balanced() {
	b.t.Helper()
	for _, f := range b.report().Faults {
		b.t.Error(f)
	}
}

func each(t *testing.T, test func(b books, other books)) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		test(books{t, db, w.Org("acme").Organization.ID}, books{t, db, w.Org("other").Organization.ID})
	})
}

func TestAPaymentAndItsRefund(t *testing.T) {
	each(t, func(b, other books) {
		paid := ledger.Move("ch_1", "payment", day, 1299, "USD", pro, cash)
		for try := range 3 { // the same event, again and again
			n, err := b.post(paid)
			if err != nil || (n == 1) != (try == 0) {
				b.t.Fatalf("try %d: %d booked, %v", try, n, err)
			}
		}
		b.must(ledger.Move("re_1", "refund", day.Add(time.Hour), 500, "USD", cash, refunds), paid)
		b.have(799, cash)
		b.have(1299, pro)
		b.have(500, refunds)
		b.balanced()
		if _, err := b.post(ledger.Move("ch_1", "payment", day, 1300, "USD", pro, cash)); !errors.Is(err, ledger.ErrDiffers) {
			b.t.Errorf("another amount under the same id: %v", err)
		}
		if r := other.report(); r.Transactions != 0 || len(r.Balances) != 0 {
			b.t.Errorf("another organization sees %+v", r)
		}
		other.must(paid) // ids are an organization's own
		other.have(1299, cash)
		b.have(799, cash)
	})
}

func TestWhatIsNoTransaction(t *testing.T) {
	each(t, func(b, _ books) {
		line := func(a ledger.Account, amount int64, currency string) ledger.Posting {
			return ledger.Posting{Account: a, Amount: amount, Currency: currency}
		}
		good := []ledger.Posting{line(cash, 5, "USD"), line(pro, -5, "USD")}
		for name, c := range map[string]ledger.Transaction{
			"no id":               {What: "payment", HappenedAt: day, Postings: good},
			"a long id":           {ID: strings.Repeat("x", 201), What: "payment", HappenedAt: day, Postings: good},
			"no word":             {ID: "x", HappenedAt: day, Postings: good},
			"no time":             {ID: "x", What: "payment", Postings: good},
			"one posting":         {ID: "x", What: "payment", HappenedAt: day, Postings: good[:1]},
			"not balanced":        {ID: "x", What: "payment", HappenedAt: day, Postings: []ledger.Posting{line(cash, 5, "USD"), line(pro, -4, "USD")}},
			"balanced across":     {ID: "x", What: "payment", HappenedAt: day, Postings: []ledger.Posting{line(cash, 5, "USD"), line(pro, -5, "EUR")}},
			"nothing":             {ID: "x", What: "payment", HappenedAt: day, Postings: []ledger.Posting{line(cash, 0, "USD"), line(pro, 0, "USD")}},
			"too much":            ledger.Move("x", "payment", day, 1<<62, "USD", pro, cash),
			"no such currency":    ledger.Move("x", "payment", day, 5, "ZZZ", pro, cash),
			"currency in small":   ledger.Move("x", "payment", day, 5, "usd", pro, cash),
			"no such account":     ledger.Move("x", "payment", day, 5, "USD", ledger.Account{Kind: "purse"}, cash),
			"a long account name": ledger.Move("x", "payment", day, 5, "USD", ledger.Account{Kind: ledger.Revenue, Ref: strings.Repeat("x", 101)}, cash),
		} {
			if n, err := b.post(ledger.Move("before", "payment", day, 1, "USD", pro, cash), c); !errors.Is(err, ledger.ErrInvalid) || n != 0 {
				b.t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		if r := b.report(); r.Transactions != 0 {
			b.t.Errorf("booked all the same: %+v", r)
		}
	})
}

func TestCreditNeverGoesBelowZero(t *testing.T) {
	each(t, func(b, _ books) {
		call := func(id string, cents int64) ledger.Transaction {
			return ledger.Move(id, "call", day, cents, "USD", calls, credit)
		}
		if _, err := b.post(call("call_0", 1)); !errors.Is(err, ledger.ErrInsufficient) {
			b.t.Errorf("nothing was ever paid in: %v", err)
		}
		b.must(ledger.Move("ch_1", "top-up", day, 100, "USD", credit, cash))
		b.must(call("call_1", 60))
		if _, err := b.post(call("call_2", 41)); !errors.Is(err, ledger.ErrInsufficient) {
			b.t.Errorf("41 of 40: %v", err)
		}
		b.must(call("call_3", 40))
		b.have(0, credit)
		// In one transaction of the database: what is refused leaves nothing, and one can go on.
		err := b.db.InOrg(b.t.Context(), b.org, func(tx *gorm.DB) error {
			if _, err := ledger.Post(tx, b.org, day, ledger.Move("ch_2", "top-up", day, 5, "USD", credit, cash), call("call_4", 9)); !errors.Is(err, ledger.ErrInsufficient) {
				b.t.Errorf("9 of 5: %v", err)
			}
			_, err := ledger.Post(tx, b.org, day, ledger.Move("ch_3", "top-up", day, 5, "USD", credit, cash), call("call_5", 5))
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
		b.have(105, cash)
		b.have(105, calls)
		b.have(0, credit)
		b.balanced()
	})
}

// TestManySpendAtOnce: twenty calls want ten of a credit of one hundred each, and
// every one is booked by two at once. Ten get it.
func TestManySpendAtOnce(t *testing.T) {
	each(t, func(b, _ books) {
		b.must(ledger.Move("ch_1", "top-up", day, 100, "USD", credit, cash))
		var wg sync.WaitGroup
		var mu sync.Mutex
		booked, refused := 0, map[string]bool{}
		for i := range 40 {
			id := fmt.Sprintf("call_%d", i/2)
			wg.Go(func() {
				n, err := b.post(ledger.Move(id, "call", day, 10, "USD", calls, credit))
				mu.Lock()
				defer mu.Unlock()
				booked += n
				if errors.Is(err, ledger.ErrInsufficient) {
					refused[id] = true
				} else if err != nil {
					b.t.Error(err)
				}
			})
		}
		wg.Wait()
		if booked != 10 || len(refused) != 10 {
			b.t.Errorf("%d booked, %d refused", booked, len(refused))
		}
		b.have(0, credit)
		b.have(100, calls)
		b.balanced()
	})
}

func TestBooksOutliveTheOrganization(t *testing.T) {
	each(t, func(b, other books) {
		b.must(ledger.Move("ch_1", "payment", day, 1299, "USD", pro, cash))
		var all []tenants.OrgID
		err := b.db.ReadGlobal(b.t.Context(), func(tx *gorm.DB) (err error) {
			all, err = ledger.Books(tx, "", 10)
			return err
		})
		if err != nil || len(all) != 1 || all[0] != b.org {
			b.t.Errorf("books of %v, %v", all, err)
		}
		gone := books{b.t, b.db, "0190f0a0-0000-7000-8000-00000000dead"} // nobody's any more
		gone.must(ledger.Move("re_1", "refund", day, 1, "USD", cash, refunds))
		gone.balanced()
	})
}

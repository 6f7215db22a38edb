package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"gorm.io/gorm"

	"parley/billing/ledger"
	"parley/tenants"
	"parley/tenants/tenantstest"
)

// TestTheBooksBalanceAfterAnything books ten thousand random operations on four
// organizations, half of them again and many at once, and keeps count
// beside the ledger. The batches are for speed only: a hundred operations share
// a transaction of the database.
func TestTheBooksBalanceAfterAnything(t *testing.T) {
	db := tenantstest.Open(t, tenantstest.SQLitePath(t))
	randomBooks(t, db, 10_000, 100)
}

// TestTheBooksBalanceAfterAnythingOnPostgres is a small run of the same, where
// writers really meet.
func TestTheBooksBalanceAfterAnythingOnPostgres(t *testing.T) {
	db := tenantstest.Open(t, tenantstest.PostgresURL(t))
	randomBooks(t, db, 1_200, 5)
}

const bookkeepers = 4

func randomBooks(t *testing.T, db *tenants.DB, operations, together int) {
	w := tenantstest.New(t, db)
	var all []books
	counts := map[tenants.OrgID]*tally{}
	for i := range 4 {
		b := books{t, db, w.Org(fmt.Sprintf("org-%d", i)).Organization.ID}
		all, counts[b.org] = append(all, b), &tally{applied: map[string]bool{}}
	}
	chance := rand.New(rand.NewPCG(3, 5))
	var wg sync.WaitGroup
	work := make(chan round, bookkeepers)
	for range bookkeepers {
		wg.Go(func() {
			for next := range work {
				next.post(t, counts[next.org])
			}
		})
	}
	made := map[tenants.OrgID][]ledger.Transaction{}
	for n := 0; n < operations; n += together {
		next := round{books: all[chance.IntN(len(all))]}
		for i := range together {
			before := made[next.org]
			if len(before) > 0 && chance.IntN(2) == 0 { // one that was booked, or is being booked
				next.all = append(next.all, before[max(0, len(before)-1-chance.IntN(2*together))])
				continue
			}
			op := operation(chance, fmt.Sprintf("op_%d", n+i))
			made[next.org], next.all = append(before, op), append(next.all, op)
		}
		work <- next
		if chance.IntN(6) == 0 {
			work <- next // and all of it again, at the same time
		}
	}
	close(work)
	wg.Wait()
	for _, b := range all {
		counts[b.org].agrees(b)
		for _, op := range made[b.org] {
			if !counts[b.org].applied[op.ID] && op.What != "call" {
				t.Errorf("%s, a %s, was never booked", op.ID, op.What)
			}
		}
	}
}

// operation is some event of money. Calls may want more than there is.
func operation(chance *rand.Rand, id string) ledger.Transaction {
	currency := []string{"USD", "EUR", "JPY"}[chance.IntN(3)]
	amount := 1 + chance.Int64N(5_000)
	switch chance.IntN(5) {
	case 0:
		return ledger.Move(id, "refund", day, amount, currency, cash, refunds)
	case 1:
		return ledger.Move(id, "top-up", day, 2*amount, currency, credit, cash)
	case 2:
		return ledger.Move(id, "call", day, amount, currency, calls, credit)
	case 3: // in two currencies, over four accounts
		t := ledger.Move(id, "payment", day, amount, "USD", pro, cash)
		t.Postings = append(t.Postings, ledger.Move("", "", day, amount/2+1, "EUR", calls, cash).Postings...)
		return t
	}
	return ledger.Move(id, "payment", day, amount, currency, pro, cash)
}

// round is what one transaction of the database books.
type round struct {
	books
	all []ledger.Transaction
}

// post books what the credit reaches for and leaves out the rest.
func (next round) post(t *testing.T, count *tally) {
	var booked []ledger.Transaction
	err := next.db.InOrg(context.Background(), next.org, func(tx *gorm.DB) (err error) {
		booked, err = next.some(tx, next.all)
		return err
	})
	if err != nil {
		t.Error(err)
		return
	}
	count.add(t, booked)
}

// some books all or, when one is refused, each half by itself.
func (next round) some(tx *gorm.DB, all []ledger.Transaction) ([]ledger.Transaction, error) {
	fresh, err := ledger.Post(tx, next.org, day, all...)
	if !errors.Is(err, ledger.ErrInsufficient) {
		return fresh, err
	}
	if len(all) == 1 {
		return nil, nil
	}
	left, err := next.some(tx, all[:len(all)/2])
	if err != nil {
		return nil, err
	}
	right, err := next.some(tx, all[len(all)/2:])
	return append(left, right...), err
}

// tally is what was booked, counted without the ledger.
type tally struct {
	mu      sync.Mutex
	applied map[string]bool
	sums    map[ledger.Account]map[string]int64
}

func (c *tally) add(t *testing.T, booked []ledger.Transaction) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sums == nil {
		c.sums = map[ledger.Account]map[string]int64{}
	}
	for _, op := range booked {
		if c.applied[op.ID] {
			t.Errorf("%s was booked twice", op.ID)
		}
		c.applied[op.ID] = true
		for _, p := range op.Postings {
			if c.sums[p.Account] == nil {
				c.sums[p.Account] = map[string]int64{}
			}
			c.sums[p.Account][p.Currency] += p.Amount
		}
	}
}

// agrees compares with the ledger's own balances, and those with each other.
func (c *tally) agrees(b books) {
	b.t.Helper()
	report := b.report()
	for _, f := range report.Faults {
		b.t.Error(f)
	}
	if report.Transactions != len(c.applied) {
		b.t.Errorf("%d transactions in the books, %d were booked", report.Transactions, len(c.applied))
	}
	sides := map[string]int64{}
	for _, have := range report.Balances {
		if want := c.sums[have.Account][have.Currency] * have.Side(); have.Amount != want {
			b.t.Errorf("%s in %s: %d, want %d", have.Account, have.Currency, have.Amount, want)
		}
		if have.Account.Kind == ledger.Credit && have.Amount < 0 {
			b.t.Errorf("%s in %s is at %d", have.Account, have.Currency, have.Amount)
		}
		sides[have.Currency] += have.Side() * have.Amount
	}
	for currency, sum := range sides {
		if sum != 0 {
			b.t.Errorf("debits and credits in %s differ by %d", currency, sum)
		}
	}
}

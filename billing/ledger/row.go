package ledger

import (
	"time"

	"parley/tenants"
)

// transactionRow is a transaction without its postings. Nobody changes it.
type transactionRow struct {
	Tenant     tenants.TenantID `gorm:"column:tenant_id;primaryKey"`
	ID         string           `gorm:"primaryKey"`
	What       string
	HappenedAt time.Time
	BookedAt   time.Time
	Digest     string
}

// TableName is where it lies.
func (transactionRow) TableName() string { return "ledger_transactions" }

// postingRow is one line. Nobody changes it.
type postingRow struct {
	Tenant        tenants.TenantID `gorm:"column:tenant_id;primaryKey"`
	TransactionID string           `gorm:"primaryKey"`
	Line          int              `gorm:"primaryKey;autoIncrement:false"`
	Kind          Kind
	Ref           string
	Currency      string
	Amount        int64
}

// TableName is where it lies.
func (postingRow) TableName() string { return "ledger_postings" }

func (r postingRow) posting() Posting {
	return Posting{Account: Account{r.Kind, r.Ref}, Currency: r.Currency, Amount: r.Amount}
}

// accountRow is the balance of an account in one currency: the sum of its
// postings, kept so that a promise can be held without adding them up.
type accountRow struct {
	Tenant        tenants.TenantID `gorm:"column:tenant_id;primaryKey"`
	Kind          Kind             `gorm:"primaryKey"`
	Ref           string           `gorm:"primaryKey"`
	Currency      string           `gorm:"primaryKey"`
	NeverNegative bool
	Balance       int64
}

// TableName is where it lies.
func (accountRow) TableName() string { return "ledger_accounts" }

func (r accountRow) key() key { return key{Account{r.Kind, r.Ref}, r.Currency} }

// bookRow says whose books there are, also after the organization is gone. It
// belongs to none.
type bookRow struct {
	OrgID    tenants.OrgID `gorm:"primaryKey"`
	OpenedAt time.Time
}

// TableName is where it lies.
func (bookRow) TableName() string { return "ledger_books" }

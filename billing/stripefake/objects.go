package stripefake

import "encoding/json"

// The types below are Stripe's objects, as far as we keep them. They are the
// state, the answers and the snapshots in events at once.

type customer struct {
	ID       string            `json:"id"`
	Object   string            `json:"object"`
	Balance  int64             `json:"balance"` // negative is credit, for the next invoices
	Created  int64             `json:"created"`
	Deleted  bool              `json:"deleted,omitempty"`
	Livemode bool              `json:"livemode"`
	Name     *string           `json:"name"`
	Email    *string           `json:"email"`
	Metadata map[string]string `json:"metadata"`
}

type product struct {
	ID       string            `json:"id"`
	Object   string            `json:"object"`
	Active   bool              `json:"active"`
	Created  int64             `json:"created"`
	Livemode bool              `json:"livemode"`
	Name     string            `json:"name"`
	Metadata map[string]string `json:"metadata"`
}

type recurring struct {
	Interval      string `json:"interval"`
	IntervalCount int64  `json:"interval_count"`
	UsageType     string `json:"usage_type"`
}

type price struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Active            bool              `json:"active"`
	BillingScheme     string            `json:"billing_scheme"`
	Created           int64             `json:"created"`
	Currency          string            `json:"currency"`
	Livemode          bool              `json:"livemode"`
	LookupKey         *string           `json:"lookup_key"`
	Metadata          map[string]string `json:"metadata"`
	Nickname          *string           `json:"nickname"`
	Product           string            `json:"product"`
	Recurring         *recurring        `json:"recurring"`
	Type              string            `json:"type"`
	UnitAmount        int64             `json:"unit_amount"`
	UnitAmountDecimal string            `json:"unit_amount_decimal"`
}

type list[T any] struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []T    `json:"data"`
}

type lineItem struct {
	ID             string `json:"id"`
	Object         string `json:"object"`
	AmountSubtotal int64  `json:"amount_subtotal"`
	AmountTotal    int64  `json:"amount_total"`
	Currency       string `json:"currency"`
	Description    string `json:"description"`
	Price          price  `json:"price"`
	Quantity       int64  `json:"quantity"`
}

type session struct {
	ID                  string            `json:"id"`
	Object              string            `json:"object"`
	AllowPromotionCodes bool              `json:"allow_promotion_codes"`
	AmountSubtotal      int64             `json:"amount_subtotal"`
	AmountTotal         int64             `json:"amount_total"`
	CancelURL           *string           `json:"cancel_url"`
	ClientReferenceID   *string           `json:"client_reference_id"`
	Created             int64             `json:"created"`
	Currency            string            `json:"currency"`
	Customer            *string           `json:"customer"`
	CustomerEmail       *string           `json:"customer_email"`
	ExpiresAt           int64             `json:"expires_at"`
	Invoice             *string           `json:"invoice"`
	LineItems           *list[lineItem]   `json:"line_items,omitempty"`
	Livemode            bool              `json:"livemode"`
	Metadata            map[string]string `json:"metadata"`
	Mode                string            `json:"mode"`
	PaymentIntent       *string           `json:"payment_intent"`
	PaymentStatus       string            `json:"payment_status"`
	Status              string            `json:"status"`
	Subscription        *string           `json:"subscription"`
	SuccessURL          string            `json:"success_url"`
	TotalDetails        totalDetails      `json:"total_details"`
	URL                 *string           `json:"url"`
}

type subscriptionItem struct {
	ID           string            `json:"id"`
	Object       string            `json:"object"`
	Created      int64             `json:"created"`
	Metadata     map[string]string `json:"metadata"`
	Price        price             `json:"price"`
	Quantity     int64             `json:"quantity"`
	Subscription string            `json:"subscription"`
}

type subscription struct {
	ID                 string                 `json:"id"`
	Object             string                 `json:"object"`
	BillingCycleAnchor int64                  `json:"billing_cycle_anchor"`
	CancelAt           *int64                 `json:"cancel_at"`
	CancelAtPeriodEnd  bool                   `json:"cancel_at_period_end"`
	CanceledAt         *int64                 `json:"canceled_at"`
	CollectionMethod   string                 `json:"collection_method"`
	Created            int64                  `json:"created"`
	Currency           string                 `json:"currency"`
	CurrentPeriodEnd   int64                  `json:"current_period_end"`
	CurrentPeriodStart int64                  `json:"current_period_start"`
	Customer           string                 `json:"customer"`
	Discount           *discount              `json:"discount"`
	EndedAt            *int64                 `json:"ended_at"`
	Items              list[subscriptionItem] `json:"items"`
	LatestInvoice      *string                `json:"latest_invoice"`
	Livemode           bool                   `json:"livemode"`
	Metadata           map[string]string      `json:"metadata"`
	StartDate          int64                  `json:"start_date"`
	Status             string                 `json:"status"`
	TrialEnd           *int64                 `json:"trial_end"`
	TrialStart         *int64                 `json:"trial_start"`
}

// invoiceLine is what an invoice charges for, or credits.
type invoiceLine struct {
	ID           string `json:"id"`
	Object       string `json:"object"`
	Amount       int64  `json:"amount"`
	Currency     string `json:"currency"`
	Description  string `json:"description"`
	Livemode     bool   `json:"livemode"`
	Period       period `json:"period"`
	Price        price  `json:"price"`
	Proration    bool   `json:"proration"`
	Quantity     int64  `json:"quantity"`
	Subscription string `json:"subscription"`
	Type         string `json:"type"`
}

type period struct {
	Start int64 `json:"start"`
	End   int64 `json:"end"`
}

type invoice struct {
	ID                        string            `json:"id,omitempty"` // a preview has none
	Object                    string            `json:"object"`
	AmountDue                 int64             `json:"amount_due"`
	AmountPaid                int64             `json:"amount_paid"`
	AmountRemaining           int64             `json:"amount_remaining"`
	AttemptCount              int64             `json:"attempt_count"`
	Attempted                 bool              `json:"attempted"`
	BillingReason             string            `json:"billing_reason"`
	Created                   int64             `json:"created"`
	Currency                  string            `json:"currency"`
	Customer                  string            `json:"customer"`
	Discount                  *discount         `json:"discount"`
	EndingBalance             int64             `json:"ending_balance"`
	HostedInvoiceURL          *string           `json:"hosted_invoice_url"`
	InvoicePDF                *string           `json:"invoice_pdf"`
	Lines                     list[invoiceLine] `json:"lines"`
	Livemode                  bool              `json:"livemode"`
	Metadata                  map[string]string `json:"metadata"`
	Number                    string            `json:"number"`
	Paid                      bool              `json:"paid"`
	PaymentIntent             *string           `json:"payment_intent"`
	PeriodEnd                 int64             `json:"period_end"`
	PeriodStart               int64             `json:"period_start"`
	Status                    string            `json:"status"`
	StartingBalance           int64             `json:"starting_balance"`
	Subscription              *string           `json:"subscription"`
	SubscriptionProrationDate *int64            `json:"subscription_proration_date,omitempty"`
	Subtotal                  int64             `json:"subtotal"`
	Total                     int64             `json:"total"`
	TotalDiscountAmounts      []discountAmount  `json:"total_discount_amounts"`
}

type paymentIntent struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	Amount         int64             `json:"amount"`
	AmountReceived int64             `json:"amount_received"`
	Created        int64             `json:"created"`
	Currency       string            `json:"currency"`
	Customer       *string           `json:"customer"`
	Invoice        *string           `json:"invoice"`
	LatestCharge   *string           `json:"latest_charge"`
	Livemode       bool              `json:"livemode"`
	Metadata       map[string]string `json:"metadata"`
	Status         string            `json:"status"`
}

type charge struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	Amount         int64             `json:"amount"`
	AmountCaptured int64             `json:"amount_captured"`
	AmountRefunded int64             `json:"amount_refunded"`
	Captured       bool              `json:"captured"`
	Created        int64             `json:"created"`
	Currency       string            `json:"currency"`
	Customer       *string           `json:"customer"`
	Disputed       bool              `json:"disputed"`
	Invoice        *string           `json:"invoice"`
	Livemode       bool              `json:"livemode"`
	Metadata       map[string]string `json:"metadata"`
	Paid           bool              `json:"paid"`
	PaymentIntent  string            `json:"payment_intent"`
	Refunded       bool              `json:"refunded"`
	Status         string            `json:"status"`
}

type refund struct {
	ID            string            `json:"id"`
	Object        string            `json:"object"`
	Amount        int64             `json:"amount"`
	Charge        string            `json:"charge"`
	Created       int64             `json:"created"`
	Currency      string            `json:"currency"`
	Metadata      map[string]string `json:"metadata"`
	PaymentIntent string            `json:"payment_intent"`
	Reason        *string           `json:"reason"`
	Status        string            `json:"status"`
}

type dispute struct {
	ID                  string               `json:"id"`
	Object              string               `json:"object"`
	Amount              int64                `json:"amount"`
	BalanceTransactions []balanceTransaction `json:"balance_transactions"`
	Charge              string               `json:"charge"`
	Created             int64                `json:"created"`
	Currency            string               `json:"currency"`
	IsChargeRefundable  bool                 `json:"is_charge_refundable"`
	Livemode            bool                 `json:"livemode"`
	Metadata            map[string]string    `json:"metadata"`
	PaymentIntent       string               `json:"payment_intent"`
	Reason              string               `json:"reason"`
	Status              string               `json:"status"`
}

type balanceTransaction struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Amount   int64  `json:"amount"`
	Created  int64  `json:"created"`
	Currency string `json:"currency"`
	Fee      int64  `json:"fee"`
	Net      int64  `json:"net"`
	Source   string `json:"source"`
	Status   string `json:"status"`
	Type     string `json:"type"`
}

type portalSession struct {
	ID        string `json:"id"`
	Object    string `json:"object"`
	Created   int64  `json:"created"`
	Customer  string `json:"customer"`
	Livemode  bool   `json:"livemode"`
	ReturnURL string `json:"return_url"`
	URL       string `json:"url"`
}

// Event is one of Stripe's events: what happened, and the object as it was then.
type Event struct {
	ID              string    `json:"id"`
	Object          string    `json:"object"`
	APIVersion      string    `json:"api_version"`
	Created         int64     `json:"created"`
	Data            EventData `json:"data"`
	Livemode        bool      `json:"livemode"`
	PendingWebhooks int       `json:"pending_webhooks"`
	Type            string    `json:"type"`
}

// EventData holds the snapshot.
type EventData struct {
	Object json.RawMessage `json:"object"`
}

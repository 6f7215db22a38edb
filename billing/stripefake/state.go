package stripefake

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// state is everything that Stripe would remember. Server.mu guards it.
type state struct {
	Customers     map[string]*customer
	Products      map[string]*product
	Prices        map[string]*price
	Sessions      map[string]*session
	SubMetadata   map[string]map[string]string // by session: what its subscription or payment will carry
	Subscriptions map[string]*subscription
	Invoices      map[string]*invoice
	Intents       map[string]*paymentIntent
	Charges       map[string]*charge
	Refunds       map[string]*refund
	Disputes      map[string]*dispute
	Portals       map[string]*portalSession
	Endpoints     map[string]*endpoint

	Coupons        map[string]*coupon
	PromotionCodes map[string]*promotionCode
	SessionCodes   map[string]string // by session: the promotion code that was typed
	TrialDays      map[string]int64  // by session: what its subscription begins with
	TrialTold      map[string]bool   // subscriptions whose trial's end was spoken of

	Events       []Event
	Declining    map[string]bool  // customers whose card declines
	Order        map[string]int64 // when an object was made, for lists
	Serial       int64
	AfterRetries string // see Control.SetAfterRetries
	Advanced     int64  // nanoseconds that Control.Advance added
}

func newState() *state {
	return &state{
		Customers: map[string]*customer{}, Products: map[string]*product{}, Prices: map[string]*price{},
		Sessions: map[string]*session{}, SubMetadata: map[string]map[string]string{},
		Subscriptions: map[string]*subscription{}, Invoices: map[string]*invoice{},
		Intents: map[string]*paymentIntent{}, Charges: map[string]*charge{}, Refunds: map[string]*refund{}, Disputes: map[string]*dispute{},
		Portals: map[string]*portalSession{}, Endpoints: map[string]*endpoint{}, Coupons: map[string]*coupon{}, PromotionCodes: map[string]*promotionCode{},
		SessionCodes: map[string]string{}, TrialDays: map[string]int64{}, TrialTold: map[string]bool{}, Declining: map[string]bool{}, Order: map[string]int64{},
	}
}

// id makes an id like Stripe's: a prefix and 130 bits of chance.
func (st *state) id(prefix string) string {
	id := prefix + "_" + strings.ToLower(rand.Text())
	st.Serial++
	st.Order[id] = st.Serial
	return id
}

// find returns any object by its id, for expand[].
func (st *state) find(id string) (any, bool) {
	if v, ok := st.Customers[id]; ok {
		return v, true
	}
	if v, ok := st.Products[id]; ok {
		return v, true
	}
	if v, ok := st.Prices[id]; ok {
		return v, true
	}
	if v, ok := st.Sessions[id]; ok {
		return v, true
	}
	if v, ok := st.Subscriptions[id]; ok {
		return v, true
	}
	if v, ok := st.Invoices[id]; ok {
		return v, true
	}
	if v, ok := st.Intents[id]; ok {
		return v, true
	}
	if v, ok := st.PromotionCodes[id]; ok {
		return v, true
	}
	v, ok := st.Charges[id]
	return v, ok
}

// newest lists what passes the filter, newest first, as Stripe's lists do.
func newest[T any](st *state, all map[string]*T, keep func(*T) bool) []*T {
	var ids []string
	for id, v := range all {
		if keep(v) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return int(st.Order[b] - st.Order[a]) })
	out := make([]*T, len(ids))
	for i, id := range ids {
		out[i] = all[id]
	}
	return out
}

// load reads the state that an earlier run left; none is an empty one.
func load(file string) (*state, error) {
	st := newState()
	if file == "" {
		return st, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stripefake: read the state: %w", err)
	}
	if err := json.Unmarshal(b, st); err != nil {
		return nil, fmt.Errorf("stripefake: the state in %s is damaged; delete the file to start anew: %w", file, err)
	}
	return st, nil
}

// save writes a new file and moves it over the old one, so that a crash leaves
// one of the two.
func (st *state) save(file string) error {
	if file == "" {
		return nil
	}
	b, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("stripefake: write the state: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("stripefake: write the state: %w", err)
	}
	next := file + ".new"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return fmt.Errorf("stripefake: write the state: %w", err)
	}
	if err := os.Rename(next, file); err != nil {
		return fmt.Errorf("stripefake: write the state: %w", err)
	}
	return nil
}

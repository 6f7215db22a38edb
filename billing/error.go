package billing

import (
	"errors"

	"parley/tenants"
)

// What can be wrong with what somebody asks for.
var (
	// ErrAlreadySubscribed: the organization pays already; a second subscription
	// would be paid twice. The billing portal is where to change it.
	ErrAlreadySubscribed = errors.New("billing: the organization has a running subscription")
	// ErrUnclear: something runs at Stripe that is not one of our plans', or in a
	// state that we do not know. Somebody has to look before more is sold.
	ErrUnclear = errors.New("billing: the organization has something at Stripe that is not understood")
	// ErrPlanUnknown: no such plan.
	ErrPlanUnknown = errors.New("billing: no such plan")
	// ErrNotSold: the plan cannot be bought in Checkout at this interval.
	ErrNotSold = errors.New("billing: the plan is not sold like that")
	// ErrNeverPaid: there is nothing in the billing portal yet.
	ErrNeverPaid = errors.New("billing: the organization has never paid")
	// ErrPackUnknown: no such pack, or no such sticker.
	ErrPackUnknown = errors.New("billing: no such pack")
	// ErrPackNotSold: the pack is free, a draft or withdrawn.
	ErrPackNotSold = errors.New("billing: the pack is not sold")
	// ErrPackOwned: the person has the pack.
	ErrPackOwned = errors.New("billing: the person has the pack")
	// ErrPackDisputed: the person's bank questions an earlier payment for the pack.
	ErrPackDisputed = errors.New("billing: a payment for the pack is disputed")
	// ErrPackFixed: what was in the shop is not taken out of people's hands.
	ErrPackFixed = errors.New("billing: the pack was in the shop")
	// ErrPackEmpty: a pack with nothing in it, or one that was never listed.
	ErrPackEmpty = errors.New("billing: the pack has nothing in it")
)

// The message catalogue ids that faults of this package carry.
const (
	KeyAlreadySubscribed = "error.billing.subscribed"
	KeyUnclear           = "error.billing.unclear"
	KeyPlanUnknown       = "error.billing.plan"
	KeyNotSold           = "error.billing.notsold"
	KeyNeverPaid         = "error.billing.neverpaid"
	KeyLimits            = "error.billing.limits"
	KeySeatsNumber       = "error.billing.seats"
	KeySeatsFew          = "error.billing.seatsfew"
	KeyEventGone         = "error.billing.eventgone"
	KeyPlanName          = "error.billing.planname"
	KeyPlanTagline       = "error.billing.plantagline"

	KeyPackUnknown  = "error.pack.unknown"
	KeyPackNotSold  = "error.pack.notsold"
	KeyPackOwned    = "error.pack.owned"
	KeyPackDisputed = "error.pack.disputed"
	KeyPackName     = "error.pack.name"
	KeyPackTaken    = "error.pack.taken"
	KeyPackPrice    = "error.pack.price"
	KeyPackFixed    = "error.pack.fixed"
	KeyPackEmpty    = "error.pack.empty"
	KeyStickerName  = "error.pack.sticker"
	KeyStickerTaken = "error.pack.stickertaken"
	KeyStickersMany = "error.pack.stickers"
	KeyStickerAlt   = "error.pack.alt"
)

// fault gives an error its code and sentence, the way tenants' own have them.
func fault(code tenants.Code, key string, err error) error {
	return &tenants.Error{Code: code, Key: key, Err: err}
}

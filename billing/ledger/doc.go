// Package ledger keeps the books: what money came, went back, and is owed, by
// double entry.
//
// # How it is written
//
// A [Transaction] moves amounts between accounts of one organization. Its
// postings sum to zero in every currency: a debit is positive, a credit
// negative. Amounts are whole minor units (cents) of an ISO 4217 currency,
// never fractions.
//
// A transaction carries the id of what caused it at the payment provider (a
// charge, a refund, a movement of a dispute). [Post] books an id once: the same
// again is nothing new, and another content under the same id is refused with
// [ErrDiffers]. So whoever books may do it as often as they like, also at once.
//
// Nothing that is booked is changed or taken back; the database refuses it. What
// was wrong is made up for by a counter-entry.
//
// # What is promised
//
// Some kinds of accounts ([Kind.NeverNegative]) never go below zero, whatever
// happens at once: the condition is part of the statement that moves the
// balance, and a constraint of the table. A transaction that would break it is
// refused as a whole, with [ErrInsufficient].
//
// # Who may do what
//
// Every function works inside the caller's transaction on the database, so a
// booking stands or falls with its cause. The books of one organization have one
// writer at a time: who books holds them until the caller's transaction ends. The transaction names the organization
// (see parley/tenants); the books of one cannot be reached from another's.
//
// The books stay when an organization is erased, because the law wants them
// kept. They hold ids and amounts, and nothing about people.
//
// [Verify] recomputes everything from the postings and says what does not agree.
//
// # What this package does not do
//
// It knows no plans, no Stripe, and no exchange rates. It does not decide what
// is booked.
package ledger

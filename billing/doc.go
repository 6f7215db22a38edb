// Package billing sells plans and knows what an organization has bought.
//
// Stripe is the source of truth; we mirror. No code of ours decides that
// somebody has paid: it asks Stripe, and writes down what Stripe says.
//
// # Buying a plan
//
// An owner picks a plan and presses Upgrade. [Service.StartCheckout] first asks
// whether the organization already has a running subscription and refuses a
// second one. Then it makes the Stripe customer (once per organization), makes
// sure that the price exists under its lookup key (parley_pro_month, …), and
// opens a Checkout session. The idempotency key of that session is our own and
// lies in checkout_attempts, one row per organization, plan and interval: two
// tabs that press the button at once get the same session. A session for
// another plan that is still open is expired first. The browser goes to
// Stripe's page, pays, and comes back.
//
// A plan is bought by the seat. Who buys says how many seats, at least as many
// as people belong or are invited. A code typed on Stripe's page takes something
// off ([Promotion]).
//
// # A trial
//
// A plan's first days may be free, for the first subscription of an organization.
// The page that promised it says so ([CheckoutInput].Trial); that there has been a
// subscription is remembered beside the mirror, and survives the customer at Stripe.
//
// # Changing it
//
// [Service.Quote] asks Stripe what another plan, interval or number of seats costs
// at this moment, and changes nothing. [Service.AcceptQuote] makes the change as of
// the moment of the quote, so that the charge is what was shown; it looks once more,
// and refuses when it would be another amount. The difference is charged at once,
// and when that payment fails nothing has changed; what is too much is kept by
// Stripe as credit for the next invoices. [Service.CancelAtEnd] and
// [Service.KeepRunning] are the owner's word; [Service.StopRenewal] and
// [Service.ResumeRenewal] are for an organization that is to be deleted.
//
// # What is sold
//
// The catalogue is data, in versions that are never changed. [Service.ChangePlan]
// makes the next one and sells that from then on. The price at Stripe carries plan
// and version, so what a customer has bought is what the mirror says, and stays
// until [Service.MoveToCurrent]. Free is bought by nobody: its current version is
// everybody's.
//
// # Learning of it
//
// Stripe calls the webhook. [Service.HandleEvent] checks the signature over the
// raw body, and that the timestamp is within five minutes of now in both
// directions. [decide] (pure) says whose state the event hints at. The content
// of the event is then forgotten: we fetch the customer's subscriptions as they
// are at this moment, and in one transaction remember the event's id and write
// the mirror. So events may come twice, late, in any order, or not at all:
// [Service.Sync] does the same without an event, and the page after the payment
// calls it. Once an hour [Service.Reconcile] lists what happened at Stripe and
// handles the events that never came.
//
// Two events handled at the same time cannot leave the older answer behind: the
// mirror carries a revision that is read before the fetch and must be unchanged
// at the write; otherwise we fetch again.
//
// # Who it is for
//
// The organization is found by the customer id that we ourselves stored, never
// by what an event says about itself. A customer that no organization of ours
// has is nobody's, and changes nothing.
//
// # Paid twice
//
// If two subscriptions run all the same (somebody paid two old pages), the
// older one stays. The newer one is written to duplicate_payments, cancelled,
// and its payment refunded, in that order and repeatable at every step: a crash
// in between is picked up by the next event or Sync.
//
// # Packs of stickers
//
// A pack is bought by a person, once, and is theirs in every organization. A person
// who buys has one customer at Stripe and books of their own, under an id that leads
// to nobody once they are deleted ([Service.StartPackCheckout], docs/adr/0023). What
// they own follows from their charges as they stand: [Service.OwnedPacks].
//
// # The money
//
// With the subscriptions we fetch what the customer has paid, what was given back
// and what its bank disputes, and book it (parley/billing/ledger) in the very
// transaction that remembers the event and writes the mirror. What is booked
// follows from the present state and carries Stripe's ids, so repetition and order
// do not matter here either. An event about a dispute or a refund names a charge
// and no customer: the charge is asked who paid it.
//
// # A payment fails later
//
// The subscription becomes past_due. The plan stays for seven days, counted
// from the oldest unpaid invoice (so from Stripe's state, not from when we
// heard of it), then the organization is on Free until it pays.
//
// # What was, and what it brings
//
// The mirror says how things stand. How they stood, and so what recurs, comes, goes
// and fails by month, follows from subscription_changes: a row for each change, of
// all organizations, written in the mirror's transaction ([Service.Revenue] says
// what counts). What was paid comes from the ledger's journal, so that the page and
// the books cannot differ; [Service.CheckBooks] looks whether they do.
//
// # The log of events
//
// What became of each event is in stripe_log for ninety days, without its content
// ([Service.Webhooks]). [Service.Replay] fetches one again from Stripe and handles
// it, as often as somebody likes. Nothing is decided by the log.
//
// # What we cannot place
//
// A subscription with a price that is not ours, or in a state that Stripe has
// invented since, stops every further sale to its organization until somebody has
// looked ([ErrUnclear]). It stops no meeting: what is paid for stays until the end
// of its period, and such a subscription is never taken for a duplicate.
//
// # Given, not sold
//
// An operator may put an organization on a plan without Stripe
// ([Service.SetPlan]). A running subscription wins over it.
//
// # What this package does not do
//
// It knows no pages, no sessions and no media. What a plan allows is
// [tenants.Limits]; a meeting obeys those and never a plan's name.
package billing

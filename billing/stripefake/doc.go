// Package stripefake is a stateful stand-in for Stripe, for the demo and for
// tests. No money moves.
//
// It speaks as much of Stripe's HTTP API, version 2023-10-16, as stripe-go v76
// needs to sell subscriptions: customers, products, prices with lookup keys,
// Checkout sessions, subscriptions, invoices, refunds, billing portal sessions,
// events, and signed webhooks. Unlike stripe-mock it remembers: an unknown id
// is missing, a session is paid once, a subscription that nobody pays becomes
// past_due.
//
// # Its three doors
//
//   - [Server.API] is Stripe's /v1, asked by stripe-go with a bearer key.
//     [Server.Client] reaches it inside the process, without a port.
//   - [Server.Pages] is what a browser sees: the hosted payment page and the
//     billing portal, under [Config.PagesBase].
//   - [Server.Control] is what only a test or a demo has: it holds back,
//     repeats, shuffles, delays, drops and forges webhooks, makes a card
//     decline, and moves the clock. Who tries the demo out does that on a page of
//     Pages, /desk: there time passes for one customer alone.
//
// # Webhooks
//
// Every change of state writes an event with a snapshot of the object, and
// queues its delivery. One goroutine sends them, in order, and tries again
// later when the answer is not 2xx, as Stripe does. [Server.Close] ends it.
//
// # Time
//
// Objects live by [Config.Clock] plus what [Control.Advance] added, like
// Stripe's test clocks. Signatures always carry the clock's own time.
// What falls due (a session that expires, a period that ends) happens when
// somebody looks: at every request, and at [Control.Tick].
//
// # Memory
//
// With [Config.File] the state is written to disk after every change and read
// at the start, so the demo's subscriptions outlive a restart. Idempotency
// keys and undelivered webhooks are kept in memory only.
//
// Ids of sessions are unguessable, as at Stripe: whoever has the link may pay.
// Forms carry a token besides, so no other site can press a button.
package stripefake

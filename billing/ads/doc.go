// Package ads shows advertisements on plans that have them, and counts honestly
// how often.
//
// # What a campaign is
//
// A [Campaign] is words, a picture and a link of an advertiser, with where and
// when it is shown ([Placement], a schedule), how often among others (a weight),
// how often to one person (a cap a day), and a budget. It is ours to show: the
// picture is drawn anew and served from our own origin, and no third party is
// asked for anything.
//
// The budget is a number of impressions, with a price a thousand of them.
// Impressions are whole and are what we can count exactly; money follows by one
// multiplication. A budget in money would have to be divided by the price, and
// rounded, at each impression. Once one has been counted the price stays.
//
// # Who sees which
//
// [Choose] is pure: of the campaigns that are active, placed there, on time,
// below their budget and below the person's cap it draws one by weight. It knows
// nothing else: not who somebody is, what they say or whom they meet. Whether a
// page has advertisements at all is for the caller, by [tenants.Limits].Ads.
//
// # What is counted
//
// With each advertisement goes a ticket, signed, that names the campaign, the
// placement, the viewer and a nonce. The page sends it back when the
// advertisement was visible for a second ([Service.Seen]); the link carries it
// ([Service.Click]). A nonce counts once for each, held by a primary key in the
// transaction that counts, so retries, reloads and races change nothing. What a
// ticket does not name is not counted, and one that was changed is refused.
//
// An impression is charged only while the budget lasts: the condition is part
// of the statement that counts, and a constraint of the table. Advertisements
// that were on people's screens at that moment are counted beside it, and not
// charged. So the budget is never overspent, and what was given for nothing is
// at most what was out: one for each page that was open.
//
// The ledger is kept by campaign, placement and day (UTC); [Service.Report] is
// what an advertiser is shown. It names nobody.
//
// # What is remembered of people
//
// For the caps: a digest of who saw a campaign, made with a key and the day, so
// that days cannot be compared, and how often. It is deleted when the day is
// over ([Service.Forget]). For counting once: the nonces of tickets, which say
// nothing of who had them, until the tickets expire. There is nothing else, and
// no profile.
//
// # What this package does not do
//
// It knows no pages, plans or organizations, and takes no money.
package ads

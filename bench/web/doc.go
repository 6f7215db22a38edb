// Command web measures the pages of the web tier: a seeded Parley on SQLite and
// on PostgreSQL, and people who are signed in and open one page after another,
// as many at once as is asked for. It finds the pages by following links from
// the front page and from the console of the largest organization, one page of
// each kind, so that a page that is added is measured without being listed.
//
// Then it measures how many of Stripe's events a second a server handles, with
// Stripe's stand-in behind it, and that none is lost, and has Go measure the
// question whether an organization may use something.
//
// It writes its part of docs/benchmarks.md: how long each page took, and the
// slowest queries with the plans that both databases make for them.
package main

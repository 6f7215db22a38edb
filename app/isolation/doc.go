// Package isolation asks a running web tier for one organization's things in the
// name of another, and says what came through.
//
// It owns the table of routes ([Rules]): what each parameter of an address names
// and what the route owes to strangers. [Walk] tries every route, with every
// verb, every id of the organization that is asked about and every asker: people
// of another organization in each role, guests, programs with a key, nobody.
// An answer must not hold anything of the organization, and asking for one of its
// things must be answered exactly as asking for a thing that never was.
//
// The tests of package app walk a server that stands on a test's database, and
// the console's "Test our isolation" walks the server that it runs in. Requests
// go through the server's own door ([Door]), over no network.
//
// The package knows addresses and answers only. It never touches the database
// and never decides who may do what.
package isolation

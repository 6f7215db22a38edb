// Package tenantstest gives tests real databases and people in them.
//
// [EachDialect] runs a test on SQLite and on PostgreSQL, each with a database of
// its own that has all migrations. PostgreSQL is a private cluster, started once
// a test process on a socket in a temporary folder; the package's TestMain must
// be [Main], which stops it:
//
//	func TestMain(m *testing.M) { tenantstest.Main(m) }
//
// Where PostgreSQL is not installed the test fails and says what to install.
//
// [New] builds organizations and people in few words:
//
//	w := tenantstest.New(t, db)
//	acme := w.Org("acme").Owner("ann").Member("bob")
//	room := acme.Room("ann", "Standup")
package tenantstest

// Package tenants keeps what belongs to organizations and to people: who they
// are, who may do what, which rooms they have, which meetings run in them, and
// how many seats are taken. It stores all of it through GORM, in a SQLite file
// or in PostgreSQL.
//
// # Two doors
//
// A row of an organization is reached in one way only: [Store.Org] gives a
// [Scoped], and every method of it works inside a transaction that names the
// organization. Two walls stand behind that door. A field of type [TenantID]
// adds the organization to every statement that the ORM builds and refuses to
// build one without it. On PostgreSQL, row-level security does the same again
// in the database, for a role that cannot bypass it.
//
// What has no organization is reached through [Store] itself: people (one
// person, however many organizations), the directory of organizations,
// sessions, and the tokens in mails. A few look-ups start from a value that
// only its holder can know, like a meeting code or a media key's id;
// [DB.Knowing] names that value to the database, which then shows the rows that
// carry it and nothing else.
//
// # A meeting
//
// A room lasts; a meeting is one sitting in it. [Scoped.Enter] opens or finds
// the meeting and takes a seat under a lock, so that a limit on people holds
// however many come at once. A meeting's end is a point in time in its row,
// counted from the first seat: nobody wins a minute by leaving and coming back.
// What the media node reports comes in through [Scoped.Joined], [Scoped.Left],
// [Scoped.Seen] and [Scoped.Ended], in any order and as often as it likes.
//
// Faults are of type [*Error] and carry a code for the caller and a key of the
// message catalogue for the reader.
package tenants

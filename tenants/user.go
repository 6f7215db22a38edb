package tenants

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// User finds a person.
func (s *Store) User(ctx context.Context, id UserID) (User, error) {
	if err := parseID(id); err != nil {
		return User{}, err
	}
	row, err := s.findUser(ctx, "erased_at IS NULL AND id = ?", string(id))
	return row.user(), err
}

// UserByEmail finds a person by address, in any spelling of it.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	email, fault := checkEmail(email)
	if fault != nil {
		return User{}, notFound("person")
	}
	row, err := s.findUser(ctx, "erased_at IS NULL AND email = ?", email)
	return row.user(), err
}

func (s *Store) findUser(ctx context.Context, where, value string) (userRow, error) {
	var row userRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return first(tx.Where(where, value), &row, "person")
	})
	return row, wrap(err, "find a person")
}

// Authenticate finds the person whose address and password these are. Whether
// the address is unknown or the password wrong, the answer is the same and the
// same work is done for it. After too many failures it is [CodeHeld] for a
// while, whether there is such an account or not.
func (s *Store) Authenticate(ctx context.Context, email, password string, t Try) (User, error) {
	if len(password) > 4*passwordMax {
		password = "" // no password of ours; hashing it would only cost
	}
	address, fault := checkEmail(email)
	if fault != nil {
		address = ""
	}
	row, known, err := s.findForSignIn(ctx, address, t.Device)
	if err != nil {
		return User{}, err
	}
	counters := signInCounters(address, t, known)
	if err := s.begin(ctx, counters); err != nil {
		return User{}, err
	}
	ok, err := s.password.fits(password, row.PasswordHash)
	if err != nil {
		return User{}, wrap(err, "check a password")
	}
	if !ok {
		return User{}, &Error{Code: CodeUnauthorized, Key: KeySignIn}
	}
	err = s.db.Global(ctx, func(tx *gorm.DB) error { return s.succeed(tx, counters) })
	return row.user(), wrap(err, "count a sign-in")
}

// nobody is an id that no person has, for look-ups that are made all the same.
const nobody = UserID("00000000-0000-0000-0000-000000000000")

// findForSignIn finds the person and whether they have signed in with this
// browser before. It asks as often for a person who is not there.
func (s *Store) findForSignIn(ctx context.Context, address, device string) (row userRow, known bool, err error) {
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		var rows []userRow
		if err := tx.Where("email = ? AND erased_at IS NULL", address).Limit(1).Find(&rows).Error; err != nil {
			return err
		}
		who := nobody
		if len(rows) > 0 {
			row, who = rows[0], rows[0].ID
		}
		var n int64
		err := tx.Model(&signInRow{}).Where("user_id = ? AND device = ? AND device <> ''", string(who), device).Count(&n).Error
		known = n > 0
		return err
	})
	return row, known, wrap(err, "find a person")
}

// CreateUser makes a person who belongs to an organization, for the operator.
// The address counts as confirmed.
func (s *Store) CreateUser(ctx context.Context, in CreateUserInput) (User, error) {
	var faults Errors
	if !in.Role.Valid() {
		faults = append(faults, invalid("role", KeyRoleInvalid))
	}
	who, err := s.newPerson(in.Name, in.Email, in.Password, faults)
	if err != nil {
		return User{}, err
	}
	now := s.now()
	who.ConfirmedAt = &now
	err = s.db.InOrg(ctx, in.Org, func(tx *gorm.DB) error {
		if err := first(forUpdate(tx).Where("id = ?", string(in.Org)), &orgRow{}, "organization"); err != nil {
			return err
		}
		if err := insertAddress(tx, &who); err != nil {
			return err
		}
		if _, err := s.Org(in.Org).spendInvite(tx, who, in.Role); err != nil { // the role is the operator's to say
			return err
		}
		if err := s.insertMember(tx, who.ID, in.Role); err != nil {
			return err
		}
		return record(tx, now, "", "member.create", string(who.ID), string(in.Role))
	})
	if err != nil {
		return User{}, wrap(err, "create a person")
	}
	return who.user(), nil
}

// newPerson checks what somebody typed and hashes the password, before any
// transaction: hashing is slow on purpose. More are faults found elsewhere in
// the same form.
func (s *Store) newPerson(name, email, password string, more Errors) (userRow, error) {
	faults := more
	name, fault := checkName(name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		faults = append(faults, fault)
	}
	address, fault := checkEmail(email)
	if fault != nil {
		faults = append(faults, fault)
	}
	if fault := checkPassword(password, name, email); fault != nil {
		faults = append(faults, fault)
	}
	if err := faults.orNil(); err != nil {
		return userRow{}, err
	}
	hash, err := s.password.hash(password)
	if err != nil {
		return userRow{}, wrap(err, "hash a password")
	}
	id, err := newID()
	return freshUser(UserID(id), address, name, hash, s.now()), err
}

// insertAddress inserts a row whose address must be new. A conflict is an answer
// here and not a fault of the database, which would end the transaction.
func insertAddress(tx *gorm.DB, row any) error {
	got := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "email"}}, DoNothing: true}).Create(row)
	if got.Error == nil && got.RowsAffected == 0 {
		return &Error{Code: CodeTaken, Field: "email", Key: KeyEmailTaken}
	}
	return got.Error
}

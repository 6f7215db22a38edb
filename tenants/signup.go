package tenants

import (
	"context"

	"gorm.io/gorm"
)

// SignUp makes a person, an organization that they own, its own media key, and a
// token that confirms the address: all of it or nothing. Faults come together as
// [Errors], one a field.
func (s *Store) SignUp(ctx context.Context, in SignUpInput) (SignedUp, error) {
	var faults Errors
	orgName, fault := checkName(in.Organization, "organization", KeyOrganizationEmpty, KeyOrganizationLong)
	if fault != nil {
		faults = append(faults, fault)
	}
	who, err := s.newPerson(in.Name, in.Email, in.Password, faults)
	if err != nil {
		return SignedUp{}, err
	}
	id, err := newID()
	if err != nil {
		return SignedUp{}, err
	}
	var out SignedUp
	err = s.db.InOrg(ctx, OrgID(id), func(tx *gorm.DB) error {
		out, err = s.signUp(tx, who, OrgID(id), orgName)
		return err
	})
	if err != nil {
		return SignedUp{}, wrap(err, "sign up")
	}
	return out, nil
}

func (s *Store) signUp(tx *gorm.DB, who userRow, id OrgID, orgName string) (SignedUp, error) {
	if err := insertAddress(tx, &who); err != nil {
		return SignedUp{}, err
	}
	org, err := s.insertOrg(tx, id, orgName)
	if err != nil {
		return SignedUp{}, err
	}
	if err := s.insertMember(tx, who.ID, RoleOwner); err != nil {
		return SignedUp{}, err
	}
	token, err := s.insertToken(tx, toConfirm, who.ID, who.Email)
	if err != nil {
		return SignedUp{}, err
	}
	err = record(tx, s.now(), who.ID, "organization.create", string(id), org.Name)
	return SignedUp{User: who.user(), Org: org.organization(), ConfirmToken: token}, err
}

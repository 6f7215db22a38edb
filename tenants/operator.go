package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// OperatorID names a person who runs the service. It is nobody's [UserID]: who
// also uses the service has an identity of their own there.
type OperatorID string

// Operator is a person who runs the service.
type Operator struct {
	ID        OperatorID
	Email     string
	Name      string
	CreatedAt time.Time
}

type operatorRow struct {
	ID           OperatorID `gorm:"primaryKey"`
	Email        string
	Name         string
	PasswordHash string
	CreatedAt    time.Time
}

func (operatorRow) TableName() string { return "operators" }

func (r operatorRow) operator() Operator {
	return Operator{ID: r.ID, Email: r.Email, Name: r.Name, CreatedAt: r.CreatedAt.UTC()}
}

// CreateOperator makes a person who runs the service.
func (s *Store) CreateOperator(ctx context.Context, email, name, password string) (Operator, error) {
	who, err := s.newPerson(name, email, password, nil)
	if err != nil {
		return Operator{}, err
	}
	row := operatorRow{ID: OperatorID(who.ID), Email: who.Email, Name: who.Name, PasswordHash: who.PasswordHash, CreatedAt: who.CreatedAt}
	err = s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := insertAddress(tx, &row); err != nil {
			return err
		}
		return RecordOperator(tx, s.now(), "operator.create", string(row.ID), row.Email)
	})
	if err != nil {
		return Operator{}, wrap(err, "create an operator")
	}
	return row.operator(), nil
}

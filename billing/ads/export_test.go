package ads

import (
	"testing"

	"gorm.io/gorm"

	"parley/tenants"
)

// Remembered is how many rows there are about people and their tickets.
func Remembered(t *testing.T, db *tenants.DB) (n int64) {
	t.Helper()
	err := db.ReadGlobal(t.Context(), func(tx *gorm.DB) error {
		var views, counted int64
		if err := tx.Model(&viewRow{}).Count(&views).Error; err != nil {
			return err
		}
		err := tx.Model(&countedRow{}).Count(&counted).Error
		n = views + counted
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

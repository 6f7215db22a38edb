package ads

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants"
	"parley/tenants/picture"
)

// PictureWidth is the width in which a picture is kept, in pixels: twice the
// largest place that shows it. It is half as high.
const PictureWidth = 1248

// drawAnew makes a picture of ours from what was sent. The faults are those of a form
// field "picture".
func (s *Service) drawAnew(raw []byte) (pictureRow, error) {
	kind, data, err := picture.Banner(raw, s.width, s.width/2)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return pictureRow{}, &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: KeyLarge, Err: err}
	case errors.Is(err, picture.ErrUnreadable):
		return pictureRow{}, &tenants.Error{Code: tenants.CodeInvalid, Field: "picture", Key: KeyPicture, Err: err}
	case err != nil:
		return pictureRow{}, fmt.Errorf("ads: draw a picture: %w", err)
	}
	sum := sha256.Sum256(data)
	return pictureRow{Hash: hex.EncodeToString(sum[:]), MediaType: kind, Data: data, CreatedAt: s.now()}, nil
}

// pictureRest is how long a picture is kept that no campaign shows: as long as
// somebody may fill in a form.
const pictureRest = 24 * time.Hour

// KeepPicture draws a picture anew, keeps it and gives its name, for a campaign
// that is about to show it. The faults are those of a form field "picture".
func (s *Service) KeepPicture(ctx context.Context, raw []byte) (hash string, err error) {
	row, err := s.drawAnew(raw)
	if err != nil {
		return "", err
	}
	again := clause.OnConflict{Columns: []clause.Column{{Name: "hash"}}, DoUpdates: clause.AssignmentColumns([]string{"created_at"})}
	err = s.db.Global(ctx, func(tx *gorm.DB) error { return tx.Clauses(again).Create(&row).Error })
	if err != nil {
		return "", fmt.Errorf("ads: keep a picture: %w", err)
	}
	return row.Hash, nil
}

// kept says that a picture is there, or the fault of the form field.
func kept(tx *gorm.DB, hash string) error {
	var n int64
	if err := tx.Model(&pictureRow{}).Where("hash = ?", hash).Count(&n).Error; err != nil {
		return err
	}
	if n == 0 {
		return fault("picture", KeyPicture)
	}
	return nil
}

// dropPictures forgets those that no campaign shows any more.
func dropPictures(tx *gorm.DB, now time.Time) error {
	used := tx.Model(&campaignRow{}).Select("picture")
	return tx.Where("created_at < ? AND hash NOT IN (?)", now.Add(-pictureRest), used).Delete(&pictureRow{}).Error
}

// Picture is a picture by its name. Who knows the name has seen a campaign that
// shows it; there is nothing secret in one.
func (s *Service) Picture(ctx context.Context, hash string) (mediaType string, data []byte, err error) {
	if _, err := hex.DecodeString(hash); err != nil || len(hash) != 2*sha256.Size {
		return "", nil, errUnknown
	}
	var rows []pictureRow
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Where("hash = ?", hash).Limit(1).Find(&rows).Error })
	if err != nil {
		return "", nil, fmt.Errorf("ads: read a picture: %w", err)
	}
	if len(rows) == 0 {
		return "", nil, errUnknown
	}
	return rows[0].MediaType, rows[0].Data, nil
}

// errUnknown: no such campaign or picture.
var errUnknown = &tenants.Error{Code: tenants.CodeNotFound, Key: tenants.KeyNotFound}

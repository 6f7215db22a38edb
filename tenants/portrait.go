package tenants

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/tenants/picture"
)

// PortraitSide is how many pixels a side of a person's picture has. The largest
// place that shows it is a tile in a meeting, at two pixels a point.
const PortraitSide = 384

// SetPicture draws a person's picture anew, keeps it and gives its name; the one
// before is gone unless somebody else has the same. The faults are those of a
// form field "picture". Limits are those of the organizations that the person
// belongs to: one that would show the picture and has no room left for it refuses
// it with a [StorageFault], and the picture before stays.
func (s *Store) SetPicture(ctx context.Context, id UserID, raw []byte, limits map[OrgID]StorageLimit) (string, error) {
	file, err := picture.Square(ctx, raw, PortraitSide)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return "", &Error{Code: CodeInvalid, Field: "picture", Key: KeyPictureLarge, Err: err}
	case errors.Is(err, picture.ErrUnreadable):
		return "", &Error{Code: CodeInvalid, Field: "picture", Key: KeyPicture, Err: err}
	case err != nil:
		return "", wrap(err, "draw a picture")
	}
	sum := sha256.Sum256(file)
	row := pictureRow{Hash: hex.EncodeToString(sum[:]), MediaType: "image/jpeg", Data: file, CreatedAt: s.now()}
	who, err := s.findUser(ctx, "erased_at IS NULL AND id = ?", string(id))
	if err != nil {
		return "", err
	}
	if !who.ShowPicture {
		limits = nil // nobody shows it
	}
	err = s.whereItFits(ctx, id, int64(len(file)), limits, func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		return swapPicture(tx, id, row.Hash)
	})
	return row.Hash, wrap(err, "keep a picture")
}

// RemovePicture takes a person's picture away; that there is none is no fault.
func (s *Store) RemovePicture(ctx context.Context, id UserID) error {
	err := s.db.Global(ctx, func(tx *gorm.DB) error { return swapPicture(tx, id, "") })
	return wrap(err, "take a picture away")
}

func swapPicture(tx *gorm.DB, id UserID, hash string) error {
	var who userRow
	if err := first(forUpdate(tx).Where("id = ? AND erased_at IS NULL", string(id)), &who, "person"); err != nil {
		return err
	}
	if err := tx.Model(&userRow{}).Where("id = ?", string(id)).Update("picture", hash).Error; err != nil {
		return err
	}
	if who.Picture == hash {
		return nil
	}
	return dropPicture(tx, who.Picture)
}

// dropPicture forgets a picture that is nobody's any more.
func dropPicture(tx *gorm.DB, hash string) error {
	if hash == "" {
		return nil
	}
	var users int64
	if err := tx.Model(&userRow{}).Where("picture = ?", hash).Count(&users).Error; err != nil || users > 0 {
		return err
	}
	return tx.Where("hash = ?", hash).Delete(&pictureRow{}).Error
}

// Picture is a person's picture for somebody who looks: themselves always, people
// of the same organization where the person shows it, nobody else. What there is
// not, and what one may not see, are the same [CodeNotFound]; so is a picture
// that the person has changed since.
func (s *Store) Picture(ctx context.Context, viewer, of UserID, hash string) (mediaType string, data []byte, err error) {
	if err := errors.Join(parseID(viewer), parseID(of)); err != nil || hash == "" {
		return "", nil, notFound("picture")
	}
	who, err := s.findUser(ctx, "erased_at IS NULL AND id = ?", string(of))
	if err != nil {
		return "", nil, err
	}
	if who.Picture != hash {
		return "", nil, notFound("picture")
	}
	if viewer != of {
		if !who.ShowPicture {
			return "", nil, notFound("picture")
		}
		if err := s.colleagues(ctx, viewer, of); err != nil {
			return "", nil, err
		}
	}
	var row pictureRow
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return first(tx.Where("hash = ?", hash), &row, "picture") })
	return row.MediaType, row.Data, wrap(err, "find a picture")
}

// colleagues is no fault when two people belong to one organization.
func (s *Store) colleagues(ctx context.Context, a, b UserID) error {
	mine, err := s.OrgsOf(ctx, a)
	if err != nil {
		return err
	}
	theirs, err := s.OrgsOf(ctx, b)
	if err != nil {
		return err
	}
	for _, m := range mine {
		for _, other := range theirs {
			if m.Org.ID == other.Org.ID {
				return nil
			}
		}
	}
	return notFound("colleague")
}

type pictureRow struct {
	Hash      string `gorm:"primaryKey"`
	MediaType string
	Data      []byte
	CreatedAt time.Time
}

func (pictureRow) TableName() string { return "pictures" }

// Face is somebody in a meeting who has a picture.
type Face struct {
	Identity string
	User     UserID
	Picture  string
}

// Faces are the pictures of the members who are in the room's meeting now, as far
// as they show them to other members; one's own in any case.
func (o *Scoped) Faces(ctx context.Context, room RoomID, viewer UserID) ([]Face, error) {
	var out []Face
	now := o.store.now()
	err := o.read(ctx, "find pictures of who is in a meeting", func(tx *gorm.DB) error {
		if _, err := findRoom(tx, room); err != nil {
			return err
		}
		s, err := running(tx, room, now)
		if err != nil || !s.open() {
			return err
		}
		inside := func(r seatRow) bool {
			return r.UserID != nil && *r.UserID == viewer && r.isHere(now) && r.RemovedAt == nil
		}
		if !slices.ContainsFunc(s.seats, inside) {
			return nil
		}
		byUser := map[UserID][]string{}
		var ids []string
		for _, seat := range s.seats {
			if seat.UserID != nil && seat.isHere(now) {
				byUser[*seat.UserID] = append(byUser[*seat.UserID], seat.Identity)
				ids = append(ids, string(*seat.UserID))
			}
		}
		if len(ids) == 0 {
			return nil
		}
		var people []userRow
		members := tx.Model(&membershipRow{}).Select("user_id").Where("user_id IN ?", ids)
		var there []UserID
		if err := members.Pluck("user_id", &there).Error; err != nil || len(there) == 0 {
			return err
		}
		shown := tx.Where("id IN ? AND picture <> '' AND (show_picture OR id = ?)", there, string(viewer))
		if err := shown.Order("id").Find(&people).Error; err != nil {
			return err
		}
		for _, p := range people {
			for _, identity := range byUser[p.ID] {
				out = append(out, Face{Identity: identity, User: p.ID, Picture: p.Picture})
			}
		}
		return nil
	})
	return out, err
}

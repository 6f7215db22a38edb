package tenants

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ProfileInput is what a person says about themselves.
type ProfileInput struct {
	Name     string
	Nickname string // "" = none
	Language string // BCP 47, one that there are messages in; "" = what the browser asks for
	TimeZone string // IANA name; "" = the browser's
}

// nicknameRest is how long nobody else may take a nickname that somebody gave up:
// long enough for others to notice that it is free.
const nicknameRest = 90 * 24 * time.Hour

type nicknameRow struct {
	Key    string  `gorm:"column:nickname_key;primaryKey"`
	UserID *UserID // may take it back
	FreeAt time.Time
}

func (nicknameRow) TableName() string { return "nicknames" }

// SetProfile changes a person's profile. Faults come together, one a field. A
// nickname is one person's alone, and so is every one that looks like it
// (Unicode UTS 39, section 4); one that is given up rests for 90 days. It names
// a person for people only: rows and links name the id, so that the next holder
// comes into nothing of the last one's.
func (s *Store) SetProfile(ctx context.Context, id UserID, in ProfileInput) (User, error) {
	var faults Errors
	name, fault := checkName(in.Name, "name", KeyNameEmpty, KeyNameLong)
	if fault != nil {
		faults = append(faults, fault)
	}
	nickname, fault := checkNickname(in.Nickname)
	if fault != nil {
		faults = append(faults, fault)
	}
	zone := strings.TrimSpace(in.TimeZone)
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" || len(zone) > 64 {
		faults = append(faults, invalid("zone", KeyTimeZone))
	}
	if err := faults.orNil(); err != nil {
		return User{}, err
	}
	var who userRow
	err := s.db.Global(ctx, func(tx *gorm.DB) error {
		if err := first(forUpdate(tx).Where("id = ? AND erased_at IS NULL", string(id)), &who, "person"); err != nil {
			return err
		}
		if err := s.setNickname(tx, &who, nickname); err != nil {
			return err
		}
		who.Name, who.TimeZone, who.Language = name, zone, in.Language
		return tx.Model(&userRow{}).Where("id = ?", string(id)).Updates(map[string]any{"name": name, "time_zone": zone, "language": in.Language}).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // somebody took the nickname at the same moment
		err = &Error{Code: CodeTaken, Field: "nickname", Key: KeyNicknameTaken}
	}
	if err != nil {
		return User{}, wrap(err, "change a profile")
	}
	return who.user(), nil
}

// checkNickname accepts letters and digits with dots, dashes and underscores
// between them, and gives the nickname in lower case.
func checkNickname(typed string) (string, *Error) {
	n := strings.ToLower(norm.NFKC.String(strings.TrimPrefix(strings.TrimSpace(typed), "@")))
	if n == "" {
		return "", nil
	}
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	runes := utf8.RuneCountInString(n)
	edge := func(r byte) bool { return strings.IndexByte(letters, r) >= 0 }
	if runes < 3 || runes > 30 || !plainNickname(n) || !edge(n[0]) || !edge(n[len(n)-1]) {
		return "", invalid("nickname", KeyNicknameInvalid)
	}
	return n, nil
}

func plainNickname(n string) bool {
	return strings.IndexFunc(n, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
	}) < 0
}

// nicknameKey is what nicknames have in common that look alike: "annal1se" and
// "annallse", "rnark" and "mark".
func nicknameKey(n string) string { return strings.ToLower(confusables.Skeleton(n)) }

// setNickname gives the person a nickname, and puts the one before to rest.
func (s *Store) setNickname(tx *gorm.DB, who *userRow, nickname string) error {
	before := ""
	if who.NicknameKey != nil {
		before = *who.NicknameKey
	}
	var key *string
	who.Nickname = nil
	if nickname != "" {
		k := nicknameKey(nickname)
		key, who.Nickname = &k, &nickname
		if err := s.nicknameFree(tx, who.ID, k); err != nil {
			return err
		}
	}
	if before != "" && (key == nil || *key != before) {
		row := nicknameRow{Key: before, UserID: &who.ID, FreeAt: s.now().Add(nicknameRest)}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	who.NicknameKey = key
	return tx.Model(&userRow{}).Where("id = ?", string(who.ID)).Updates(map[string]any{"nickname": who.Nickname, "nickname_key": key}).Error
}

// nicknameFree refuses one that another person has, or has just given up. Who
// takes one that is free makes it theirs by the unique index: of two at once the
// second fails there.
func (s *Store) nicknameFree(tx *gorm.DB, me UserID, key string) error {
	taken := &Error{Code: CodeTaken, Field: "nickname", Key: KeyNicknameTaken}
	var n int64
	if err := tx.Model(&userRow{}).Where("nickname_key = ? AND id <> ?", key, string(me)).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return taken
	}
	var resting []nicknameRow
	if err := tx.Where("nickname_key = ? AND free_at > ?", key, s.now()).Find(&resting).Error; err != nil {
		return err
	}
	if len(resting) > 0 && (resting[0].UserID == nil || *resting[0].UserID != me) {
		return taken
	}
	return nil
}

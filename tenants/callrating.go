package tenants

import (
	"context"
	"errors"

	"gorm.io/gorm"
)

// CallRating is what somebody says of a call they were in; "" is nothing.
type CallRating string

// The words that there are.
const (
	CallBad  CallRating = "bad"
	CallFair CallRating = "fair"
	CallGood CallRating = "good"
)

// OwnCall is a meeting as one of its people had it.
type OwnCall struct {
	Rating  CallRating
	Quality []QualityMinute // by time
}

// OwnCall gives what is known of a meeting for one of its people. CodeNotFound when
// they were not in it.
func (o *Scoped) OwnCall(ctx context.Context, id MeetingID, identity string) (out OwnCall, err error) {
	if err := parseID(id); err != nil {
		return out, err
	}
	err = o.read(ctx, "find somebody's part of a meeting", func(tx *gorm.DB) error {
		var seat seatRow
		if err := first(tx.Where("meeting_id = ? AND identity = ?", string(id), identity), &seat, "participant"); err != nil {
			return err
		}
		out.Rating = CallRating(seat.Rating)
		out.Quality, err = qualityOf(tx, id, []string{identity})
		return err
	})
	return out, err
}

// RateCall writes down what one of a meeting's people says of it; the last word
// counts. CodeInvalid when it is none of the words, CodeNotFound when they were not
// in it.
func (o *Scoped) RateCall(ctx context.Context, id MeetingID, identity string, r CallRating) error {
	if err := parseID(id); err != nil {
		return err
	}
	if r != CallBad && r != CallFair && r != CallGood {
		return &Error{Code: CodeInvalid, Field: "rating", Key: "error.call.rating", Err: errors.New("tenants: not a word for a call")}
	}
	return o.write(ctx, "rate a call", func(tx *gorm.DB) error {
		done := tx.Model(&seatRow{}).Where("meeting_id = ? AND identity = ?", string(id), identity).Update("rating", string(r))
		if done.Error == nil && done.RowsAffected == 0 {
			return notFound("participant")
		}
		return done.Error
	})
}

package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// chatBatch is how many messages are taken away in one transaction.
const chatBatch = 1000

// ChatKept is how long what was written in meetings is kept. While a payment is
// missing it is what was bought, and of a suspended organization nothing goes: what
// is deleted does not come back with the money. Zero is for ever.
func (t Terms) ChatKept() time.Duration {
	if t.Suspended {
		return 0
	}
	days := max(t.Base().ChatDays, 1)
	if t.Bought != nil {
		days = max(days, t.bought().ChatDays)
	}
	return time.Duration(days) * 24 * time.Hour
}

// lookAfterChat makes [ErrandChat] due for the transaction's organization, if it is
// not already.
func lookAfterChat(tx *gorm.DB, now time.Time) error {
	row := jobRow{Kind: ErrandChat, OrgID: scopeOf(tx.Statement.Context).tenant, Ref: wholeOrg, DueAt: now.Add(ChatLook)}
	return wrap(tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "look after a chat")
}

// ChatLook is how long after another it is looked which messages are too old.
const ChatLook = 24 * time.Hour

// DropChat takes away what was written before a moment, and says how many messages
// that were. It stops after some thousand with more set: ask again.
func (o *Scoped) DropChat(ctx context.Context, before time.Time) (n int64, more bool, err error) {
	err = o.write(ctx, "take old messages away", func(tx *gorm.DB) error {
		var rows []chatRow
		if err := tx.Select("tenant_id", "meeting_id", "seq").Where("sent_at < ?", before.UTC()).Order("sent_at").Limit(chatBatch).Find(&rows).Error; err != nil {
			return err
		}
		of := map[MeetingID][]int64{}
		for _, r := range rows {
			of[r.MeetingID] = append(of[r.MeetingID], r.Seq)
		}
		for meeting, seqs := range of { // reactions and files go with them
			if err := tx.Where("meeting_id = ? AND seq IN ?", string(meeting), seqs).Delete(&chatRow{}).Error; err != nil {
				return err
			}
		}
		n, more = int64(len(rows)), len(rows) == chatBatch
		return nil
	})
	return n, more, err
}

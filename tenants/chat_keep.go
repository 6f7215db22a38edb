package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// What is taken away in one transaction at most, so that nobody waits long for it.
const (
	chatBatch      = 1000     // messages
	chatBatchBytes = 64 << 20 // of the files that came with them
)

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
// that were. It stops after some thousand, or some files, with more set: ask again.
func (o *Scoped) DropChat(ctx context.Context, before time.Time) (n int64, more bool, err error) {
	err = o.write(ctx, "take old messages away", func(tx *gorm.DB) error {
		var old []struct {
			MeetingID MeetingID
			Seq       int64
			Bytes     int64
		}
		found := tx.Model(&chatRow{}).Select("chat_messages.meeting_id, chat_messages.seq, COALESCE(f.size, 0) AS bytes").
			Joins("LEFT JOIN chat_files AS f ON f.tenant_id = chat_messages.tenant_id AND f.meeting_id = chat_messages.meeting_id AND f.seq = chat_messages.seq").
			Where("chat_messages.sent_at < ?", before.UTC()).Order("chat_messages.sent_at")
		if err := found.Limit(chatBatch).Scan(&old).Error; err != nil {
			return err
		}
		n, more = 0, len(old) == chatBatch
		of, bytes := map[MeetingID][]int64{}, int64(0)
		for _, m := range old {
			if bytes += m.Bytes; bytes > chatBatchBytes && n > 0 {
				more = true
				break
			}
			of[m.MeetingID] = append(of[m.MeetingID], m.Seq)
			n++
		}
		for meeting, seqs := range of { // reactions and files go with them
			if err := tx.Where("meeting_id = ? AND seq IN ?", string(meeting), seqs).Delete(&chatRow{}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return n, more, err
}

package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// ChatPage is what somebody may read of a chat after a number.
type ChatPage struct {
	Messages  []ChatMessage // by Rev; their Prev is not looked up
	Upto      int64         // to go on from
	More      bool          // there is more after it
	Encrypted bool          // what is written now has to be sealed
	Since     time.Time     // what was written before is kept from them; zero when nothing is
}

// Chat gives what has been written or changed after a number, at most
// [ChatPageMost] messages, to somebody in the meeting that runs: what was for
// everyone, and what they wrote or was written to them. [CodeForbidden] for who has
// no seat in it.
func (o *Scoped) Chat(ctx context.Context, room RoomID, identity string, after int64) (ChatPage, error) {
	out := ChatPage{Upto: after}
	err := o.read(ctx, "read a chat", func(tx *gorm.DB) error {
		at, err := chatAt(tx, room, identity, o.store.now(), false)
		if err != nil {
			return err
		}
		out.Encrypted = at.meeting.Encrypted
		var rows []chatRow
		if err := at.sees(tx).Where("rev > ?", after).Order("rev").Limit(ChatPageMost + 1).Find(&rows).Error; err != nil {
			return err
		}
		if out.More = len(rows) > ChatPageMost; out.More {
			rows = rows[:ChatPageMost]
		}
		if len(rows) > 0 {
			out.Upto = rows[len(rows)-1].Rev
		}
		if out.Messages, err = at.messages(tx, rows); err != nil {
			return err
		}
		out.Since, err = at.kept(tx)
		return err
	})
	return out, err
}

package tenants

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ChatChange says who changes which message.
type ChatChange struct {
	Room     RoomID
	Identity string // has a seat in the meeting that runs
	N        int64
}

// EditChat gives a message another text. Only who wrote it may; a sticker has no
// text. Faults are those of [Scoped.PostChat], and [CodeNotFound] for a message
// that is gone.
func (o *Scoped) EditChat(ctx context.Context, in ChatChange, text string, sealed bool) (ChatMessage, error) {
	return o.changeChat(ctx, "edit a message", in, func(tx *gorm.DB, at chatPlace, row *chatRow) (bool, error) {
		if row.Sender != in.Identity || row.Sticker != "" {
			return false, &Error{Code: CodeForbidden, Key: KeyChatForeign}
		}
		files, err := at.filesOf(tx, []int64{row.Seq})
		if err != nil {
			return false, err
		}
		text, err := at.text(text, sealed, "", files[row.Seq] != nil)
		if err != nil || text == row.Body {
			return false, err
		}
		now := o.store.now()
		row.Body, row.Sealed, row.EditedAt = text, sealed, &now
		return true, nil
	})
}

// DeleteChat takes away what a message said, the file that came with it, and what
// people reacted with. Who
// wrote it may, and a host whatever they can read.
func (o *Scoped) DeleteChat(ctx context.Context, in ChatChange) (ChatMessage, error) {
	return o.changeChat(ctx, "delete a message", in, func(tx *gorm.DB, at chatPlace, row *chatRow) (bool, error) {
		if row.Sender != in.Identity {
			room, err := findRoom(tx, in.Room)
			if err != nil {
				return false, err
			}
			standing, err := standingOf(tx, room, at.self.UserID, at.self.Member)
			if err != nil {
				return false, err
			}
			if !standing.Manages {
				return false, &Error{Code: CodeForbidden, Key: KeyChatForeign}
			}
		}
		return true, unsay(tx, row, o.store.now())
	})
}

// unsay takes away what a message said, its file, and what people reacted with.
func unsay(tx *gorm.DB, row *chatRow, now time.Time) error {
	row.Body, row.Sticker, row.Sealed, row.DeletedAt = "", "", false, &now
	if err := dropFile(tx, row.MeetingID, row.Seq); err != nil {
		return err
	}
	return tx.Where("meeting_id = ? AND seq = ?", string(row.MeetingID), row.Seq).Delete(&chatReactionRow{}).Error
}

// ReactToChat answers a message with a reaction, or takes it back. The name, like
// "reaction/heart", is one that the caller has found to be allowed.
func (o *Scoped) ReactToChat(ctx context.Context, in ChatChange, name string, on bool) (ChatMessage, error) {
	if name == "" || len(name) > 128 || !storable(name) {
		return ChatMessage{}, invalid("name", KeyChatGone)
	}
	return o.changeChat(ctx, "react to a message", in, func(tx *gorm.DB, _ chatPlace, row *chatRow) (bool, error) {
		if !on {
			gone := tx.Where("meeting_id = ? AND seq = ? AND identity = ? AND name = ?", string(row.MeetingID), row.Seq, in.Identity, name).Delete(&chatReactionRow{})
			return gone.RowsAffected > 0, gone.Error
		}
		var names []string
		if err := tx.Model(&chatReactionRow{}).Where("meeting_id = ? AND seq = ? AND name <> ?", string(row.MeetingID), row.Seq, name).Distinct().Pluck("name", &names).Error; err != nil {
			return false, err
		}
		if len(names) >= chatReactions {
			return false, &Error{Code: CodeLimited, Key: KeyChatReactions}
		}
		given := chatReactionRow{MeetingID: row.MeetingID, Seq: row.Seq, Identity: in.Identity, Name: name}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&given)
		return made.RowsAffected > 0, made.Error
	})
}

// changeChat changes a message that somebody may read. What changes nothing gives
// it as it is.
func (o *Scoped) changeChat(ctx context.Context, tried string, in ChatChange, change func(*gorm.DB, chatPlace, *chatRow) (bool, error)) (ChatMessage, error) {
	var out ChatMessage
	err := o.write(ctx, tried, func(tx *gorm.DB) error {
		at, err := chatAt(tx, in.Room, in.Identity, o.store.now(), true)
		if err != nil {
			return err
		}
		row, err := at.find(tx, in.N)
		if err != nil {
			return err
		}
		changed, err := change(tx, at, &row)
		if err != nil {
			return err
		}
		if changed {
			if err := at.keep(tx, &row); err != nil {
				return err
			}
		}
		out, err = at.message(tx, row)
		return err
	})
	return out, err
}

// keep writes down what became of a message, under a number that is new.
func (at chatPlace) keep(tx *gorm.DB, row *chatRow) (err error) {
	if row.Rev, err = at.next(tx); err != nil {
		return err
	}
	return tx.Model(&chatRow{}).Where("meeting_id = ? AND seq = ?", string(row.MeetingID), row.Seq).Updates(map[string]any{
		"rev": row.Rev, "body": row.Body, "sealed": row.Sealed, "sticker": row.Sticker, "edited_at": row.EditedAt, "deleted_at": row.DeletedAt,
	}).Error
}

// forgetChat takes away what a person wrote and sent while signed in, and what they
// reacted with. Those who were there still see that there was a message.
func forgetChat(tx *gorm.DB, who UserID, now time.Time) error {
	const theirs = `EXISTS (SELECT 1 FROM participants AS p WHERE p.tenant_id = %[1]s.tenant_id AND p.meeting_id = %[1]s.meeting_id AND p.identity = %[1]s.%[2]s AND p.user_id = ?)`
	given := tx.Where(fmt.Sprintf(theirs, "chat_reactions", "identity"), string(who)).Delete(&chatReactionRow{})
	if given.Error != nil {
		return given.Error
	}
	const sent = `EXISTS (SELECT 1 FROM chat_messages AS m JOIN participants AS p ON p.tenant_id = m.tenant_id AND p.meeting_id = m.meeting_id AND p.identity = m.sender
		WHERE m.tenant_id = chat_files.tenant_id AND m.meeting_id = chat_files.meeting_id AND m.seq = chat_files.seq AND p.user_id = ?)`
	if err := tx.Where(sent, string(who)).Delete(&chatFileRow{}).Error; err != nil {
		return err
	}
	gone := tx.Model(&chatRow{}).Where("deleted_at IS NULL AND "+fmt.Sprintf(theirs, "chat_messages", "sender"), string(who))
	return gone.Updates(map[string]any{"body": "", "sticker": "", "sealed": false, "deleted_at": now}).Error
}

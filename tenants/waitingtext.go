package tenants

import (
	"context"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"
)

// The bounds of what who waits reads: [Policies.WaitingText], [Room.WaitingText].
const (
	WaitingTextMost  = 300 // characters
	waitingTextLines = 8
)

func waitingTextFits(text string) bool {
	return utf8.RuneCountInString(text) <= WaitingTextMost && strings.Count(text, "\n") < waitingTextLines
}

// TextFor is what who waits before a room reads: the room's own text, else the
// organization's; "" = our own sentence.
func (p Policies) TextFor(room Room) string {
	if room.WaitingText != "" {
		return room.WaitingText
	}
	return p.WaitingText
}

// SetRoomWaitingText gives a room a text of its own for who waits before it; ""
// gives it the organization's. Who may rename the room may.
func (o *Scoped) SetRoomWaitingText(ctx context.Context, by UserID, id RoomID, text string) error {
	text = cleanText(text)
	if !waitingTextFits(text) {
		return invalid("waiting_text", KeyWaitingTextLong)
	}
	return o.write(ctx, "set a room's text for who waits", func(tx *gorm.DB) error {
		row, err := ownRoom(tx, by, id)
		if err != nil || row.WaitingText == text {
			return err
		}
		if err := tx.Model(&roomRow{}).Where("id = ?", string(id)).Update("waiting_text", text).Error; err != nil {
			return err
		}
		return record(tx, o.store.now(), by, "room.waiting_text", string(id), cleanName(text))
	})
}

package tenants

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
)

// OwnChat is a message of one's own, or one that was written to oneself alone.
type OwnChat struct {
	ChatMessage
	Mine bool // one wrote it
}

// ChatOf lists what a person wrote in a meeting that they were in, and what was
// written to them alone there, some at a time, in the order of the messages. after
// is the number of the last one that the caller has; 0 begins. What others wrote to
// everyone is theirs, and not among it. An empty list is the end, and what somebody
// gets who did not sit there as that identity while signed in.
func (o *Scoped) ChatOf(ctx context.Context, user UserID, meeting MeetingID, identity string, after int64) ([]OwnChat, error) {
	if err := parseID(user); err != nil {
		return nil, err
	}
	var out []OwnChat
	err := o.read(ctx, "list a person's messages", func(tx *gorm.DB) error {
		at, seated, err := ownPlace(tx, user, meeting, identity)
		if err != nil || !seated {
			return err
		}
		var rows []chatRow
		if err := ownMessages(tx, meeting, identity).Where("seq > ?", after).Order("seq").Limit(mine).Find(&rows).Error; err != nil {
			return err
		}
		messages, err := at.messages(tx, rows)
		for _, m := range messages {
			out = append(out, OwnChat{m, m.Sender == identity})
		}
		return err
	})
	return out, err
}

// ownPlace is a meeting, and whether somebody sat there as that identity while
// signed in.
func ownPlace(tx *gorm.DB, user UserID, meeting MeetingID, identity string) (at chatPlace, seated bool, err error) {
	var seats []seatRow
	if err := tx.Where("meeting_id = ?", string(meeting)).Find(&seats).Error; err != nil {
		return chatPlace{}, false, err
	}
	at = chatPlace{sitting: sitting{meeting: Meeting{ID: meeting}, seats: seats}}
	self, is := at.seat(identity)
	return at, is && self.UserID != nil && *self.UserID == user, nil
}

// ownMessages are those that an identity wrote, or that were for it alone.
func ownMessages(tx *gorm.DB, meeting MeetingID, identity string) *gorm.DB {
	return tx.Where("meeting_id = ? AND (sender = ? OR recipient = ?)", string(meeting), identity, identity)
}

// WrittenToAll lists what was written to everyone in a meeting, over or not, some at
// a time, in the order of the messages. after is the number of the last one that the
// caller has; 0 begins. Only who manages the organization may ask. An empty list is
// the end.
func (o *Scoped) WrittenToAll(ctx context.Context, by UserID, id MeetingID, after int64) (out []ChatMessage, err error) {
	err = o.manager(ctx, "list a meeting's messages", by, func(tx *gorm.DB, now time.Time) error {
		s, err := findMeeting(tx, id, now)
		if err != nil {
			return err
		}
		var rows []chatRow
		if err := tx.Where("meeting_id = ? AND circle = '' AND seq > ?", string(id), after).Order("seq").Limit(mine).Find(&rows).Error; err != nil {
			return err
		}
		out, err = chatPlace{sitting: s}.messages(tx, rows)
		return err
	})
	return out, err
}

// hasChat reports whether something that was written to everyone in a meeting is kept.
func hasChat(tx *gorm.DB, id MeetingID) (bool, error) {
	var found []int64
	err := tx.Model(&chatRow{}).Where("meeting_id = ? AND circle = ''", string(id)).Limit(1).Pluck("seq", &found).Error
	return len(found) > 0, err
}

// chatList is what was written to everyone in the organization's meetings. What two
// wrote to each other is theirs, and nobody else's who manages the organization.
func chatList() ExportList {
	cells := func(tx *gorm.DB, rows []chatRow) ([][]any, error) {
		names, err := writersOf(tx, rows)
		if err != nil {
			return nil, err
		}
		files, err := filesAmong(tx, rows)
		out := [][]any{}
		for _, r := range rows {
			if r.Circle != "" {
				continue
			}
			file := files[chatKey{r.MeetingID, r.Seq}]
			out = append(out, []any{
				string(r.MeetingID), r.Seq, r.SentAt.UTC(), r.Sender, names[seatKey{r.MeetingID, r.Sender}], r.Body, r.Sealed, r.Sticker, file.name, file.at,
				orNull(r.ReplyTo), orNull(r.EditedAt), orNull(r.DeletedAt),
			})
		}
		return out, err
	}
	return listOf("chat", "meeting_id number sent_at identity name text sealed sticker file file_at reply_to edited_at deleted_at", "meeting_id, seq",
		func(r chatRow) []any { return []any{string(r.MeetingID), r.Seq} }, cells)
}

// writersOf are the names of who wrote messages.
func writersOf(tx *gorm.DB, rows []chatRow) (map[seatKey]string, error) {
	meetings, who := map[string]bool{}, map[string]bool{}
	for _, r := range rows {
		meetings[string(r.MeetingID)], who[r.Sender] = true, true
	}
	var seats []seatRow
	err := tx.Where("meeting_id IN ? AND identity IN ?", slices.Sorted(maps.Keys(meetings)), slices.Sorted(maps.Keys(who))).Find(&seats).Error
	names := make(map[seatKey]string, len(seats))
	for _, s := range seats {
		names[seatKey{s.MeetingID, s.Identity}] = s.Name
	}
	return names, err
}

// chatKey names a message of an organization.
type chatKey struct {
	meeting MeetingID
	n       int64
}

// exportedFile is what a list of messages says of a file: what it is called, and
// where it lies in the export.
type exportedFile struct{ name, at string }

// filesAmong are the files that came with messages.
func filesAmong(tx *gorm.DB, rows []chatRow) (map[chatKey]exportedFile, error) {
	meetings, seqs := map[string]bool{}, make([]int64, len(rows))
	for i, r := range rows {
		meetings[string(r.MeetingID)], seqs[i] = true, r.Seq
	}
	var files []chatFileRow
	err := tx.Where("meeting_id IN ? AND seq IN ?", slices.Sorted(maps.Keys(meetings)), seqs).Find(&files).Error
	out := make(map[chatKey]exportedFile, len(files))
	for _, f := range files {
		out[chatKey{f.MeetingID, f.Seq}] = exportedFile{f.Name, ExportedAs(f.MeetingID, f.Seq, f.file())}
	}
	return out, err
}

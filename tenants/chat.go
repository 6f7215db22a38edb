package tenants

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// The bounds of a meeting's chat.
const (
	ChatMost       = 4000   // characters of a message
	ChatSealedMost = 24_000 // characters of a sealed one: those, at four bytes each, in base64
	ChatPageMost   = 200    // messages in one answer
	ChatMessages   = 50_000 // in one meeting
	chatReactions  = 20     // different ones on one message
)

var (
	chatClientID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)
	chatSeal     = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

// ChatMessage is what somebody wrote in a meeting, as it stands now.
type ChatMessage struct {
	N    int64 // names the message in its meeting, and orders it
	Rev  int64 // grows with each change of any message of the meeting
	Prev int64 // the rev before it among those that the same people may read; 0 for none
	// ClientID was chosen by who wrote it.
	ClientID  string
	Sender    string    // identity
	Recipient string    // identity; "" for everyone
	Text      string    // "" when it was deleted, or is a sticker
	Sealed    bool      // Text is ciphertext
	Sticker   string    // pack/name
	File      *ChatFile // nil for none; Text is then what was written beside it, if anything
	Reply     int64     // N of the message that it answers; 0 for none
	Reactions []ChatReaction
	SentAt    time.Time
	EditedAt  *time.Time
	DeletedAt *time.Time

	Names map[string]string // of sender and recipient, by identity

	// Readers are those who may be told of it, by identity, where people who came
	// later may not; nil when it is for everybody in its circle.
	Readers []string
}

// ChatReaction is what some people answered a message with.
type ChatReaction struct {
	Name string   // kind/name
	By   []string // identities
}

// ChatPost is a message to be.
type ChatPost struct {
	Room     RoomID
	Identity string // of who writes; has a seat in the meeting that runs
	ClientID string // 8 to 64 letters, digits, - and _; the same one again is the same message
	To       string // identity; "" for everyone
	Text     string
	Sealed   bool        // Text was sealed by the browser
	Sticker  string      // pack/name, in place of a text
	File     *ChatUpload // nil for none; Text may be empty beside one
	Reply    int64
}

// PostChat keeps a message. The same client id of the same person gives the
// message that is there, as it is now. Faults: [CodeForbidden] for who has no seat
// in the meeting that runs, [CodeNotFound] for a recipient who is not in it and a
// message to reply to that the writer cannot read, [CodeInvalid] for the text, and
// [CodeLimited] for a file too many, with a [StorageFault] for one that finds no
// room.
func (o *Scoped) PostChat(ctx context.Context, in ChatPost) (ChatMessage, error) {
	if !chatClientID.MatchString(in.ClientID) {
		return ChatMessage{}, invalid("id", KeyChatClient)
	}
	var out ChatMessage
	err := o.write(ctx, "post to a chat", func(tx *gorm.DB) error {
		now, file := o.store.now(), ""
		if in.File != nil { // its bytes first: that takes longest, and nobody waits for it
			at, err := chatAt(tx, in.Room, in.Identity, now, false)
			if err != nil {
				return err
			}
			if known, err := at.again(tx, in, &out); known || err != nil {
				return err
			}
			if file, err = at.bring(tx, in.File); err != nil {
				return err
			}
		}
		at, err := chatAt(tx, in.Room, in.Identity, now, true)
		if err != nil {
			return err
		}
		if known, err := at.again(tx, in, &out); known || err != nil { // it was sent twice at once
			return errors.Join(err, dropParts(tx, file))
		}
		row, err := at.write(tx, in, now)
		if err == nil && in.File != nil {
			err = at.keepFile(tx, row, file, in.File)
		}
		if err != nil {
			return err
		}
		out, err = at.message(tx, row)
		return err
	})
	return out, err
}

// again finds the message that the same request made before.
func (at chatPlace) again(tx *gorm.DB, in ChatPost, out *ChatMessage) (known bool, err error) {
	var rows []chatRow
	err = tx.Where("meeting_id = ? AND sender = ? AND client_id = ?", string(at.meeting.ID), in.Identity, in.ClientID).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return false, err
	}
	*out, err = at.message(tx, rows[0])
	return true, err
}

// write makes the row of a message, once it is found to be in order.
func (at chatPlace) write(tx *gorm.DB, in ChatPost, now time.Time) (chatRow, error) {
	text, err := at.text(in.Text, in.Sealed, in.Sticker, in.File != nil)
	if err == nil && in.File != nil && in.File.sealed != in.Sealed {
		err = invalid("file", KeyChatClear)
	}
	if err != nil {
		return chatRow{}, err
	}
	row := chatRow{
		MeetingID: at.meeting.ID, ClientID: in.ClientID, Sender: in.Identity, Recipient: in.To, Circle: circleOf(in.Identity, in.To),
		Body: text, Sealed: in.Sealed, Sticker: in.Sticker, SentAt: now,
	}
	if in.To != "" {
		if to, seated := at.seat(in.To); !seated || !to.isHere(now) || in.To == in.Identity {
			return row, &Error{Code: CodeNotFound, Key: KeyChatRecipient}
		}
	}
	if in.Reply != 0 {
		answered, err := at.find(tx, in.Reply)
		if err != nil {
			return row, err
		}
		if answered.Circle != "" && answered.Circle != row.Circle { // nobody else may learn of it
			return row, &Error{Code: CodeForbidden, Key: KeyChatGone}
		}
		row.ReplyTo = &in.Reply
	}
	if row.Seq, err = at.next(tx); err != nil {
		return row, err
	}
	var all int64
	if err := tx.Model(&chatRow{}).Where("meeting_id = ?", string(at.meeting.ID)).Count(&all).Error; err != nil {
		return row, err
	}
	if all >= ChatMessages {
		return row, &Error{Code: CodeLimited, Key: KeyChatFull}
	}
	if err := lookAfterChat(tx, now); err != nil {
		return row, err
	}
	row.Rev = row.Seq
	return row, tx.Create(&row).Error
}

// chatPlace is a meeting that runs, and who in it asks something of its chat.
type chatPlace struct {
	sitting
	self  seatRow
	since bool // who came later reads what was written after they came
}

// chatAt finds it. Who is going to write waits for those who do so already: what
// has the higher number was then kept later, and who has read up to a number has
// read all that is below it.
func chatAt(tx *gorm.DB, room RoomID, identity string, now time.Time, writes bool) (chatPlace, error) {
	outside := &Error{Code: CodeForbidden, Key: KeyChatOutside}
	if err := parseID(room); err != nil {
		return chatPlace{}, err
	}
	asked := tx
	if writes {
		asked = tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
	}
	current, err := running(asked, room, now)
	if err != nil {
		return chatPlace{}, err
	}
	self, seated := current.seat(identity)
	if !current.open() || !seated || self.RemovedAt != nil {
		return chatPlace{}, outside
	}
	policies, err := policiesOf(tx)
	return chatPlace{sitting: current, self: self, since: policies.ChatSince}, err
}

// sees limits a question to what this person may read.
func (at chatPlace) sees(tx *gorm.DB) *gorm.DB {
	who := at.self.Identity
	q := tx.Where("meeting_id = ? AND (circle = '' OR sender = ? OR recipient = ?)", string(at.meeting.ID), who, who)
	if at.since {
		q = q.Where("sent_at >= ?", at.came(at.self))
	}
	return q
}

// find is a message that this person may read and that is still there.
func (at chatPlace) find(tx *gorm.DB, n int64) (chatRow, error) {
	var rows []chatRow
	if err := at.sees(tx).Where("seq = ? AND deleted_at IS NULL", n).Find(&rows).Error; err != nil {
		return chatRow{}, err
	}
	if len(rows) == 0 {
		return chatRow{}, &Error{Code: CodeNotFound, Key: KeyChatGone}
	}
	return rows[0], nil
}

// next is the meeting's next number. They grow by chance, so that a gap says
// nothing of what others write to each other.
func (at chatPlace) next(tx *gorm.DB) (int64, error) {
	var last int64
	err := tx.Model(&chatRow{}).Where("meeting_id = ?", string(at.meeting.ID)).Select("COALESCE(MAX(rev), 0)").Scan(&last).Error
	return last + 1 + rand.Int64N(chatStep), err
}

const chatStep = 64

// text is what is kept of a message's text, if it can be. Beside a file there may be
// none.
func (at chatPlace) text(text string, sealed bool, sticker string, file bool) (string, error) {
	switch {
	case sticker != "":
		if file || text != "" || sealed || len(sticker) > 128 || !storable(sticker) {
			return "", invalid("text", KeyChatEmpty)
		}
		return "", nil
	case sealed != at.meeting.Encrypted && sealed:
		return "", invalid("text", KeyChatSealed)
	case sealed != at.meeting.Encrypted:
		return "", invalid("text", KeyChatClear)
	case sealed && len(text) > ChatSealedMost:
		return "", invalid("text", KeyChatLong)
	case sealed && !chatSeal.MatchString(text):
		return "", invalid("text", KeyChatSealed)
	case sealed:
		return text, nil
	}
	text = cleanText(text)
	switch {
	case text == "" && !file:
		return "", invalid("text", KeyChatEmpty)
	case utf8.RuneCountInString(text) > ChatMost:
		return "", invalid("text", KeyChatLong)
	}
	return text, nil
}

// cleanText keeps what can be read of what somebody typed: lines, and no control
// characters besides.
func cleanText(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, ""))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0 {
		return "" // nothing to see in it
	}
	return s
}

// circleOf names who may read a message.
func circleOf(sender, recipient string) string {
	switch {
	case recipient == "":
		return ""
	case sender < recipient:
		return sender + "\n" + recipient // no identity has a line break in it
	}
	return recipient + "\n" + sender
}

package tenants

import (
	"bytes"
	"context"
	"io"
	"time"

	"gorm.io/gorm"

	"parley/tenants/attachment"
	"parley/tenants/picture"
)

// The bounds of files in a meeting's chat.
const (
	ChatFileMost   = 25 << 20        // bytes of a file, on every plan
	ChatFilesOfOne = 100             // files that one person sends in one meeting
	ChatBytesOfOne = 250 << 20       // and their bytes
	ChatFileSeal   = 40              // bytes that sealing adds to one
	chatFileName   = 2000            // characters of a sealed name
	chatFilePart   = 256 << 10       // bytes of a part
	chatFileSide   = 560             // pixels of the small picture's longer side
	chatFileTurn   = 3 * time.Second // that a small picture waits until it is drawn
	chatFileMark   = "parleyF1"
	chatFileSealed = "application/octet-stream" // of which nobody here knows more
)

// ChatPreview is, among the parts of a file, the small picture of it: a JPEG.
const ChatPreview = -1

// ChatFile is a file that came with a message.
type ChatFile struct {
	ID        string // random
	Name      string // of a sealed one, sealed
	MediaType string // as it is handed out
	Size      int64  // bytes
	Sealed    bool
	// Width and Height are of the small picture; 0 for none.
	Width, Height int
}

// SaveAs is what the file is called when it is handed out. What a sealed one is
// called, only the browsers know.
func (f ChatFile) SaveAs() string {
	if f.Sealed {
		return "file"
	}
	return f.Name
}

// ChatUpload is a file that is to come with a message. [NewChatUpload] makes it.
type ChatUpload struct {
	name, kind    string
	size          int64
	data          io.ReaderAt
	preview       []byte
	width, height int
	sealed        bool
	limit         StorageLimit
}

// NewChatUpload looks at a file that somebody sends: what it is and what it is
// called, and draws a small picture of one. Of a sealed one, that the browser
// sealed it. Faults: [CodeInvalid] for an empty one, one that is too large, a
// program, and one without a seal.
func NewChatUpload(name string, data io.ReaderAt, size int64, sealed bool, limit StorageLimit) (*ChatUpload, error) {
	up := &ChatUpload{name: name, kind: chatFileSealed, size: size, data: data, sealed: sealed, limit: limit}
	most := int64(ChatFileMost)
	if sealed {
		most += ChatFileSeal
	}
	switch {
	case size == 0 || sealed && size <= ChatFileSeal:
		return nil, invalid("file", KeyChatFileEmpty)
	case size > most:
		return nil, invalid("file", KeyChatFileLarge)
	}
	head := make([]byte, min(size, attachment.HeadSize))
	if _, err := data.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, wrap(err, "read a file")
	}
	if sealed {
		if !bytes.HasPrefix(head, []byte(chatFileMark)) || len(name) > chatFileName || !chatSeal.MatchString(name) {
			return nil, invalid("file", KeyChatClear)
		}
		return up, nil
	}
	up.name = attachment.Name(name)
	kind, err := attachment.Type(up.name, head)
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Field: "file", Key: KeyChatFileProgram, Err: err}
	}
	up.kind = kind
	up.draw()
	return up, nil
}

// draw makes the small picture. What is none, cannot be read, or would have to
// wait behind many others, has none.
func (up *ChatUpload) draw() {
	switch up.kind {
	case "image/png", "image/jpeg", "image/webp", "image/gif":
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), chatFileTurn)
	defer cancel()
	if small, size, err := picture.Preview(ctx, up.data, up.size, chatFileSide); err == nil {
		up.preview, up.width, up.height = small, size.X, size.Y
	}
}

// bring writes a file's bytes, before there is a message or a file that they belong
// to, and sees to it that there is room for them: from here on nobody else of the
// organization counts the same free bytes.
func (at chatPlace) bring(tx *gorm.DB, up *ChatUpload) (id string, err error) {
	org, err := storageOwner(tx)
	if err != nil {
		return "", err
	}
	size := up.size + int64(len(up.preview))
	if err := storageFits(tx, org, "file", size, up.limit, nobody); err != nil { // so that nothing is written in vain
		return "", err
	}
	if err := deferKeys(tx); err != nil {
		return "", err
	}
	id = randomToken(16)
	if len(up.preview) > 0 {
		if err := tx.Create(&chatFilePartRow{FileID: id, N: ChatPreview, Data: up.preview}).Error; err != nil {
			return "", err
		}
	}
	for n := 0; int64(n)*chatFilePart < up.size; n++ {
		part := make([]byte, min(chatFilePart, up.size-int64(n)*chatFilePart))
		if got, err := up.data.ReadAt(part, int64(n)*chatFilePart); err != nil && (err != io.EOF || got < len(part)) {
			return "", wrap(err, "read a file")
		}
		if err := tx.Create(&chatFilePartRow{FileID: id, N: n, Data: part}).Error; err != nil {
			return "", err
		}
	}
	return id, storageFree(tx, org, "file", size, up.limit, nobody)
}

// keepFile gives a message the file whose bytes are there. Who asks holds the
// meeting's row.
func (at chatPlace) keepFile(tx *gorm.DB, m chatRow, id string, up *ChatUpload) error {
	var sent struct{ Files, Bytes int64 }
	theirs := tx.Model(&chatFileRow{}).Joins(`JOIN chat_messages AS m ON m.tenant_id = chat_files.tenant_id AND m.meeting_id = chat_files.meeting_id AND m.seq = chat_files.seq`)
	err := theirs.Where("chat_files.meeting_id = ? AND m.sender = ?", string(m.MeetingID), m.Sender).
		Select("COUNT(*) AS files, CAST(COALESCE(SUM(chat_files.size), 0) AS bigint) AS bytes").Scan(&sent).Error
	if err != nil {
		return err
	}
	if sent.Files >= ChatFilesOfOne || sent.Bytes+up.size > ChatBytesOfOne {
		return &Error{Code: CodeLimited, Field: "file", Key: KeyChatFileMany}
	}
	return tx.Create(&chatFileRow{
		ID: id, MeetingID: m.MeetingID, Seq: m.Seq, Name: up.name, MediaType: up.kind, Sealed: up.sealed,
		Size: up.size, PreviewSize: int64(len(up.preview)), Width: up.width, Height: up.height,
	}).Error
}

// dropParts takes bytes away that came to belong to no file.
func dropParts(tx *gorm.DB, id string) error {
	if id == "" {
		return nil
	}
	return tx.Where("file_id = ?", id).Delete(&chatFilePartRow{}).Error
}

// ChatFile finds a file of the meeting that runs, for who may read the message
// that it came with. [CodeForbidden] for who has no seat there, [CodeNotFound] for
// a file that is gone or not to be seen.
func (o *Scoped) ChatFile(ctx context.Context, room RoomID, identity, id string) (ChatFile, error) {
	var row chatFileRow
	err := o.read(ctx, "find a file", func(tx *gorm.DB) (err error) {
		row, err = o.chatFile(tx, room, identity, id)
		return err
	})
	return row.file(), err
}

// ChatFilePart gives a part of a file, from 0 on, or its [ChatPreview], to who may
// read the message that it came with; an empty one is the end. Faults are those of
// [Scoped.ChatFile].
func (o *Scoped) ChatFilePart(ctx context.Context, room RoomID, identity, id string, n int) (part []byte, err error) {
	err = o.read(ctx, "read a part of a file", func(tx *gorm.DB) error {
		row, err := o.chatFile(tx, room, identity, id)
		if err != nil {
			return err
		}
		part, err = partOf(tx, row.ID, n)
		return err
	})
	return part, err
}

// ChatFileGoesOn is [Scoped.ChatFilePart] for who has been given the parts before,
// a moment ago: nobody is asked whether they may.
func (o *Scoped) ChatFileGoesOn(ctx context.Context, id string, n int) (part []byte, err error) {
	err = o.read(ctx, "read a part of a file", func(tx *gorm.DB) error {
		part, err = partOf(tx, id, n)
		return err
	})
	return part, err
}

func partOf(tx *gorm.DB, id string, n int) ([]byte, error) {
	var parts []chatFilePartRow
	if err := tx.Where("file_id = ? AND n = ?", id, n).Limit(1).Find(&parts).Error; err != nil || len(parts) == 0 {
		return nil, err
	}
	return parts[0].Data, nil
}

func (o *Scoped) chatFile(tx *gorm.DB, room RoomID, identity, id string) (chatFileRow, error) {
	at, err := chatAt(tx, room, identity, o.store.now(), false)
	if err != nil {
		return chatFileRow{}, err
	}
	gone := &Error{Code: CodeNotFound, Key: KeyChatFileGone}
	if len(id) > 64 || !storable(id) {
		return chatFileRow{}, gone
	}
	var rows []chatFileRow
	if err := tx.Where("meeting_id = ? AND id = ?", string(at.meeting.ID), id).Find(&rows).Error; err != nil {
		return chatFileRow{}, err
	}
	if len(rows) == 0 {
		return chatFileRow{}, gone
	}
	if _, err = at.find(tx, rows[0].Seq); CodeOf(err) == CodeNotFound {
		err = gone
	}
	return rows[0], err
}

// filesOf are the files that came with messages, by their numbers.
func (at chatPlace) filesOf(tx *gorm.DB, seqs []int64) (map[int64]*ChatFile, error) {
	var rows []chatFileRow
	err := tx.Where("meeting_id = ? AND seq IN ?", string(at.meeting.ID), seqs).Find(&rows).Error
	out := make(map[int64]*ChatFile, len(rows))
	for _, r := range rows {
		file := r.file()
		out[r.Seq] = &file
	}
	return out, err
}

// dropFile takes a message's file away, if it has one.
func dropFile(tx *gorm.DB, meeting MeetingID, seq int64) error {
	return tx.Where("meeting_id = ? AND seq = ?", string(meeting), seq).Delete(&chatFileRow{}).Error // its parts go with it
}

type chatFileRow struct {
	Tenant      TenantID `gorm:"column:tenant_id;primaryKey"`
	ID          string   `gorm:"primaryKey"`
	MeetingID   MeetingID
	Seq         int64
	Name        string
	MediaType   string
	Sealed      bool
	Size        int64
	PreviewSize int64
	Width       int
	Height      int
}

func (chatFileRow) TableName() string { return "chat_files" }

func (r chatFileRow) file() ChatFile {
	return ChatFile{ID: r.ID, Name: r.Name, Sealed: r.Sealed, MediaType: r.MediaType, Size: r.Size, Width: r.Width, Height: r.Height}
}

type chatFilePartRow struct {
	Tenant TenantID `gorm:"column:tenant_id;primaryKey"`
	FileID string   `gorm:"primaryKey"`
	N      int      `gorm:"primaryKey;autoIncrement:false"`
	Data   []byte
}

func (chatFilePartRow) TableName() string { return "chat_file_parts" }

package tenants

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// ChatExportFile is a file of a chat on its way into an export.
type ChatExportFile struct {
	Meeting MeetingID
	N       int64  // the number of its message
	At      string // its place in the export
	Size    int64  // bytes
}

// ExportedAs is where a file of a chat lies in an export; "" for a sealed one, whose
// bytes are of no use to anybody without the key, which we do not have.
func ExportedAs(meeting MeetingID, n int64, f ChatFile) string {
	if f.Sealed {
		return ""
	}
	return fmt.Sprintf("chat-files/%s/%d %s", meeting, n, f.Name)
}

// toAll is of files that came with what was written to everyone.
const toAll = "EXISTS (SELECT 1 FROM chat_messages AS m WHERE m.tenant_id = chat_files.tenant_id AND m.meeting_id = chat_files.meeting_id AND m.seq = chat_files.seq AND m.circle = '')"

// ChatExportFiles lists the files that were sent to everyone in the organization's
// meetings and are no secret to us, some at a time; after is the last one that the
// caller has, the zero value begins, and an empty list is the end. It is for who
// makes an export that somebody asked for.
func (o *Scoped) ChatExportFiles(ctx context.Context, after ChatExportFile) (out []ChatExportFile, err error) {
	err = o.read(ctx, "list files for an export", func(tx *gorm.DB) error {
		var rows []chatFileRow
		q := tx.Where("sealed = ?", false).Where(toAll)
		if after.Meeting != "" {
			q = q.Where("(meeting_id, seq) > (?, ?)", string(after.Meeting), after.N)
		}
		err := q.Order("meeting_id, seq").Limit(exportBatch).Find(&rows).Error
		for _, r := range rows {
			out = append(out, ChatExportFile{Meeting: r.MeetingID, N: r.Seq, At: ExportedAs(r.MeetingID, r.Seq, r.file()), Size: r.Size})
		}
		return err
	})
	return out, err
}

// ChatExportPart gives a part of such a file, from 0 on; an empty one is the end,
// also of a file that has been deleted since.
func (o *Scoped) ChatExportPart(ctx context.Context, f ChatExportFile, n int) (part []byte, err error) {
	err = o.read(ctx, "read a part of a file for an export", func(tx *gorm.DB) error {
		part, err = filePart(tx.Where(toAll), tx, f.Meeting, f.N, n)
		return err
	})
	return part, err
}

// ChatPartOf gives a part of a file that came with one of [Scoped.ChatOf]'s
// messages; an empty one is the end, and what everybody else gets.
func (o *Scoped) ChatPartOf(ctx context.Context, user UserID, meeting MeetingID, identity string, message int64, n int) (part []byte, err error) {
	if err := parseID(user); err != nil {
		return nil, err
	}
	err = o.read(ctx, "read a part of a person's file", func(tx *gorm.DB) error {
		_, seated, err := ownPlace(tx, user, meeting, identity)
		if err != nil || !seated {
			return err
		}
		var rows []chatRow
		if err := ownMessages(tx, meeting, identity).Where("seq = ?", message).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		part, err = filePart(tx, tx, meeting, message, n)
		return err
	})
	return part, err
}

// filePart is a part of a message's file, if q finds that one and it is not sealed.
func filePart(q, tx *gorm.DB, meeting MeetingID, seq int64, n int) ([]byte, error) {
	var files []chatFileRow
	if err := q.Where("meeting_id = ? AND seq = ? AND sealed = ?", string(meeting), seq, false).Find(&files).Error; err != nil || len(files) == 0 {
		return nil, err
	}
	var parts []chatFilePartRow
	if err := tx.Where("file_id = ? AND n = ?", files[0].ID, n).Limit(1).Find(&parts).Error; err != nil || len(parts) == 0 {
		return nil, err
	}
	return parts[0].Data, nil
}

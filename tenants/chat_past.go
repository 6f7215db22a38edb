package tenants

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
)

// What a file that is left of a meeting is to who manages the organization.
const (
	PastFileToAll  = ""       // sent to everyone: it is named, and can be taken
	PastFileOfTwo  = "two"    // what two people sent to each other is theirs
	PastFileSealed = "sealed" // its key was in the browsers of who was there
)

// PastFile is a file that is left of a meeting that is over. Of one that was not
// sent to everyone, or is sealed, nothing is told but what it is and its size.
type PastFile struct {
	ID     string
	Kind   string // [PastFileToAll], [PastFileOfTwo] or [PastFileSealed]
	Size   int64  // bytes that it takes of the storage, with the small picture of it
	Name   string
	Sender string    // what who sent it was called; "" for a person who has been deleted
	SentAt time.Time // zero where it is not told
}

// PastFileList is a page of the files that are left of a meeting, largest first, and
// what all of them are.
type PastFileList struct {
	Files []PastFile
	Page  int   // of which this is one
	Total int   // files
	Bytes int64 // that they take of the storage
}

// PastFiles lists what is left of a meeting's files once it is over: [PageSize] of
// them, from page 1 on. While it runs, there are none. Only who manages the
// organization may ask.
func (o *Scoped) PastFiles(ctx context.Context, by UserID, id MeetingID, page int) (out PastFileList, err error) {
	err = o.manager(ctx, "list a meeting's files", by, func(tx *gorm.DB, now time.Time) error {
		s, err := findMeeting(tx, id, now)
		if err != nil || s.open() {
			return err
		}
		var all struct {
			Total int
			Bytes int64
		}
		of := tx.Where("meeting_id = ?", string(id)).Session(&gorm.Session{})
		err = of.Model(&chatFileRow{}).Select("COUNT(*) AS total, CAST(COALESCE(SUM(size + preview_size), 0) AS bigint) AS bytes").Scan(&all).Error
		if err != nil || all.Total == 0 {
			return err
		}
		out = PastFileList{Page: PageWithin(page, all.Total, PageSize), Total: all.Total, Bytes: all.Bytes}
		var rows []chatFileRow
		if err := of.Order("size + preview_size DESC, seq").Limit(PageSize).Offset((out.Page - 1) * PageSize).Find(&rows).Error; err != nil {
			return err
		}
		out.Files, err = s.pastFiles(of, rows)
		return err
	})
	return out, err
}

// pastFiles tells of files what may be told of each; of finds what belongs to the
// meeting.
func (s sitting) pastFiles(of *gorm.DB, rows []chatFileRow) ([]PastFile, error) {
	seqs := make([]int64, len(rows))
	for i, r := range rows {
		seqs[i] = r.Seq
	}
	var messages []chatRow
	if err := of.Where("seq IN ?", seqs).Find(&messages).Error; err != nil {
		return nil, err
	}
	came := make(map[int64]chatRow, len(messages))
	for _, m := range messages {
		came[m.Seq] = m
	}
	out := make([]PastFile, len(rows))
	for i, r := range rows {
		m := came[r.Seq]
		out[i] = PastFile{ID: r.ID, Kind: pastKind(r, m), Size: r.Size + r.PreviewSize}
		if out[i].Kind == PastFileToAll {
			from, _ := s.seat(m.Sender)
			out[i].Name, out[i].Sender, out[i].SentAt = r.Name, from.Name, m.SentAt.UTC()
		}
	}
	return out, nil
}

func pastKind(r chatFileRow, m chatRow) string {
	switch {
	case r.Sealed:
		return PastFileSealed
	case m.Circle != "":
		return PastFileOfTwo
	}
	return PastFileToAll
}

// PastFile finds a file that was sent to everyone in a meeting that is over, for who
// manages the organization. [CodeNotFound] for one that is gone, that two people sent
// to each other, or that is sealed; [CodeTaken] while the meeting runs.
func (o *Scoped) PastFile(ctx context.Context, by UserID, meeting MeetingID, id string) (file ChatFile, err error) {
	err = o.manager(ctx, "find a file of a meeting", by, func(tx *gorm.DB, now time.Time) error {
		row, err := pastFileToAll(tx, meeting, id, now)
		file = row.file()
		return err
	})
	return file, err
}

// PastFilePart gives a part of such a file, from 0 on; an empty one is the end.
// Faults are those of [Scoped.PastFile].
func (o *Scoped) PastFilePart(ctx context.Context, by UserID, meeting MeetingID, id string, n int) (part []byte, err error) {
	err = o.manager(ctx, "read a part of a meeting's file", by, func(tx *gorm.DB, now time.Time) error {
		row, err := pastFileToAll(tx, meeting, id, now)
		if err != nil {
			return err
		}
		part, err = partOf(tx, row.ID, n)
		return err
	})
	return part, err
}

func pastFileToAll(tx *gorm.DB, meeting MeetingID, id string, now time.Time) (chatFileRow, error) {
	_, row, message, err := pastFile(tx, meeting, id, now)
	if err == nil && pastKind(row, message) != PastFileToAll {
		err = &Error{Code: CodeNotFound, Key: KeyChatFileGone}
	}
	if err != nil {
		return chatFileRow{}, err
	}
	return row, nil
}

// pastFile finds any file of a meeting that is over, and its message.
func pastFile(tx *gorm.DB, meeting MeetingID, id string, now time.Time) (s sitting, row chatFileRow, message chatRow, err error) {
	if s, err = findMeeting(tx, meeting, now); err != nil {
		return s, row, message, err
	}
	if s.open() {
		return s, row, message, &Error{Code: CodeTaken, Key: KeyChatFileRuns}
	}
	gone := &Error{Code: CodeNotFound, Key: KeyChatFileGone}
	if len(id) > 64 || !storable(id) {
		return s, row, message, gone
	}
	err = first(tx.Where("meeting_id = ? AND id = ?", string(meeting), id), &row, "file")
	if err == nil {
		err = first(tx.Where("meeting_id = ? AND seq = ?", string(meeting), row.Seq), &message, "message")
	}
	if CodeOf(err) == CodeNotFound {
		err = gone
	}
	return s, row, message, err
}

// RemovePastFile takes a file away that is left of a meeting, whoever it was for, and
// says so in the audit log. What was written beside it stays; a message of which it
// was all is one that was deleted. Only who manages the organization may. Faults:
// [CodeNotFound] for a file that is gone, [CodeTaken] while the meeting runs.
func (o *Scoped) RemovePastFile(ctx context.Context, by UserID, meeting MeetingID, id string) error {
	return o.write(ctx, "delete a file of a meeting", func(tx *gorm.DB) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins delete files of meetings")
		}
		now := o.store.now()
		s, file, message, err := pastFile(tx, meeting, id, now)
		if err != nil {
			return err
		}
		taken := tx.Where("id = ?", file.ID).Delete(&chatFileRow{}) // its parts go with it
		if taken.Error != nil {
			return taken.Error
		}
		if taken.RowsAffected == 0 { // somebody else was faster
			return &Error{Code: CodeNotFound, Key: KeyChatFileGone}
		}
		if message.Body == "" {
			if err := unsay(tx, &message, now); err != nil {
				return err
			}
			if err := (chatPlace{sitting: s}).keep(tx, &message); err != nil {
				return err
			}
		}
		return record(tx, now, by, "chat.file.remove", string(s.meeting.Room), removedFile(file, message))
	})
}

// removedFile is what the audit log says of a file that was taken away. The log is
// for good: it names only what was sent to everyone.
func removedFile(r chatFileRow, m chatRow) string {
	what := strconv.Quote(r.Name)
	if kind := pastKind(r, m); kind != PastFileToAll {
		what = kind
	}
	return fmt.Sprintf("%s, %d bytes, meeting %s", what, r.Size+r.PreviewSize, m.MeetingID)
}

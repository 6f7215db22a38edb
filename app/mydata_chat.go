package app

import (
	"io"

	"parley/tenants"
)

// ownLine is a message of a person's export, and where it was written.
type ownLine struct {
	tenants.OwnChat
	in tenants.JoinedMeeting
}

// fileAt is where the message's file lies in the export; "" without one, and for a sealed one.
func (l ownLine) fileAt() string {
	if l.File == nil {
		return ""
	}
	return tenants.ExportedAs(l.in.Meeting, l.N, *l.File)
}

// chat is what the person wrote in meetings, and what was written to them alone.
func (e export) chat() error {
	return list(e, "chat.json", e.ownChat(), func(l ownLine) any {
		f := fields{
			"organization": l.in.Org.Name, "room": l.in.Room, "meeting_id": l.in.Meeting, "number": l.N, "at": l.SentAt, "by_you": l.Mine,
			"by": l.Names[l.Sender], "to": l.Names[l.Recipient], "text": l.Text, "sealed": l.Sealed, "sticker": l.Sticker, "reply_to": l.Reply,
			"edited_at": l.EditedAt, "deleted_at": l.DeletedAt,
		}
		if l.File != nil {
			f["file"], f["file_at"] = l.File.Name, l.fileAt()
		}
		return f
	})
}

// ownChat reads the person's messages, some at a time.
func (e export) ownChat() func() ([]ownLine, error) {
	var at tenants.JoinedMeeting // whose messages are being read
	var left []tenants.JoinedMeeting
	var after int64
	return func() (out []ownLine, err error) {
		for len(out) == 0 {
			if len(left) == 0 {
				if left, err = e.tenants.MeetingsOf(e.ctx, e.me.User.ID, at); err != nil || len(left) == 0 {
					return nil, err
				}
			}
			at = left[0]
			some, err := e.tenants.Org(at.Org.ID).ChatOf(e.ctx, e.me.User.ID, at.Meeting, at.Identity, after)
			if err != nil {
				return nil, err
			}
			for _, one := range some {
				out, after = append(out, ownLine{one, at}), one.N
			}
			if len(some) == 0 {
				left, after = left[1:], 0
			}
		}
		return out, nil
	}
}

// chatFiles are the files of those messages.
func (e export) chatFiles() error {
	for next := e.ownChat(); ; {
		some, err := next()
		if err != nil || len(some) == 0 {
			return err
		}
		for _, l := range some {
			if l.fileAt() == "" {
				continue
			}
			org := e.tenants.Org(l.in.Org.ID)
			err := e.chatFile(l.fileAt(), l.File.Size, func(n int) ([]byte, error) {
				return org.ChatPartOf(e.ctx, e.me.User.ID, l.in.Meeting, l.in.Identity, l.N, n)
			})
			if err != nil {
				return err
			}
		}
	}
}

// chatFile copies a file into an export, a part at a time. One that was deleted since it was listed is left out.
func (e export) chatFile(at string, size int64, part func(n int) ([]byte, error)) error {
	first, err := part(0)
	if err != nil || len(first) == 0 {
		return err
	}
	w, err := e.file(at)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, &partReader{next: part, left: size, part: first, n: 1})
	return err
}

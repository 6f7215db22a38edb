package app

import "parley/tenants"

// chat is what the person wrote in meetings, and what was written to them alone.
func (e export) chat() error {
	type line struct {
		tenants.OwnChat
		in tenants.JoinedMeeting
	}
	var at tenants.JoinedMeeting // whose messages are being read
	var left []tenants.JoinedMeeting
	var after int64
	next := func() (out []line, err error) {
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
				out, after = append(out, line{one, at}), one.N
			}
			if len(some) == 0 {
				left, after = left[1:], 0
			}
		}
		return out, nil
	}
	return list(e, "chat.json", next, func(l line) any {
		f := fields{
			"organization": l.in.Org.Name, "room": l.in.Room, "meeting_id": l.in.Meeting, "number": l.N, "at": l.SentAt, "by_you": l.Mine,
			"by": l.Names[l.Sender], "to": l.Names[l.Recipient], "text": l.Text, "sealed": l.Sealed, "sticker": l.Sticker, "reply_to": l.Reply,
			"edited_at": l.EditedAt, "deleted_at": l.DeletedAt,
		}
		if l.File != nil {
			f["file"] = l.File.Name
		}
		return f
	})
}

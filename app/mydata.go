package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"parley/tenants"
)

// exportMe gives a person all that is kept about them, as a zip of JSON files. It is written while it is sent: how much there is costs no
// memory.
func (s *Server) exportMe(c *fiber.Ctx) error {
	me, words := visitor(c), s.texts(c).T("export.readme")
	at := s.clock.Now().UTC()
	return s.download(c, "parley-"+at.Format(time.DateOnly)+".zip", "application/zip", func(ctx context.Context, w io.Writer) error {
		e := export{Server: s, ctx: ctx, me: me, zip: zip.NewWriter(w), at: at}
		if err := e.write(words); err != nil {
			return err
		}
		return e.zip.Close()
	})
}

// export is one person's data on its way out.
type export struct {
	*Server
	ctx context.Context
	me  who
	zip *zip.Writer
	at  time.Time
}

func (e export) write(words string) error {
	readme, err := e.file("README.txt")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(readme, words+"\n"); err != nil {
		return err
	}
	for _, part := range []func() error{e.profile, e.picture, e.identities, e.memberships, e.signIns, e.meetings, e.chat, e.purchases, e.audit, e.chatFiles} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (e export) file(name string) (io.Writer, error) {
	return e.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: e.at})
}

// object writes a file of one JSON value.
func (e export) object(name string, value any) error {
	w, err := e.file(name)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

// list writes a file of a JSON list, a line each. Next gives some of it at a time; none is the end.
func list[T any](e export, name string, next func() ([]T, error), line func(T) any) error {
	w, err := e.file(name)
	if err != nil {
		return err
	}
	between := "[\n"
	for {
		some, err := next()
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		var text bytes.Buffer
		for _, one := range some {
			text.WriteString(between)
			raw, err := json.Marshal(line(one))
			if err != nil {
				return err
			}
			text.Write(raw)
			between = ",\n"
		}
		if _, err := w.Write(text.Bytes()); err != nil {
			return err
		}
	}
	end := "\n]\n"
	if between == "[\n" {
		end = "[]\n"
	}
	_, err = io.WriteString(w, end)
	return err
}

// once gives a list that is short enough to be read in one go, and then the end.
func once[T any](all []T, err error) func() ([]T, error) {
	return func() ([]T, error) {
		some := all
		all = nil
		return some, err
	}
}

type fields = map[string]any

func (e export) profile() error {
	u, err := e.tenants.User(e.ctx, e.me.User.ID)
	if err != nil {
		return err
	}
	waiting, err := e.tenants.WaitingAddress(e.ctx, u.ID)
	if err != nil {
		return err
	}
	return e.object("profile.json", fields{
		"id": u.ID, "name": u.Name, "nickname": u.Nickname, "email": u.Email, "email_confirmed_at": u.ConfirmedAt, "new_email_waiting": waiting,
		"created_at": u.CreatedAt, "has_password": u.HasPassword, "language": u.Language, "time_zone": u.TimeZone,
		"findable_by": u.Findable, "shows_email": u.ShowEmail, "shows_picture": u.ShowPicture, "shows_time_zone": u.ShowZone, "delete_at": u.EraseAt,
	})
}

func (e export) picture() error {
	u, err := e.tenants.User(e.ctx, e.me.User.ID)
	if err != nil || u.Picture == "" {
		return err
	}
	_, data, err := e.tenants.Picture(e.ctx, u.ID, u.ID, u.Picture)
	if err != nil {
		return err
	}
	w, err := e.file("picture.jpg")
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func (e export) identities() error {
	return list(e, "identities.json", once(e.tenants.Identities(e.ctx, e.me.User.ID)), func(i tenants.LinkedIdentity) any {
		return fields{"issuer": i.Issuer, "subject": i.Subject, "email": i.Email, "linked_at": i.CreatedAt, "last_used_at": i.UsedAt}
	})
}

func (e export) memberships() error {
	return list(e, "memberships.json", once(e.tenants.OrgsOf(e.ctx, e.me.User.ID)), func(m tenants.Membership) any {
		return fields{"organization": m.Org.Name, "organization_id": m.Org.ID, "address": e.cfg.BaseURL + "/o/" + m.Org.Slug, "role": m.Role, "since": m.Since}
	})
}

func (e export) signIns() error {
	return list(e, "sign-ins.json", once(e.tenants.AllSignIns(e.ctx, e.me.User.ID)), func(i tenants.SignIn) any {
		return fields{"browser": i.Browser, "network": i.Network, "method": i.Method, "at": i.CreatedAt, "last_seen_at": i.SeenAt, "ended_at": i.EndedAt}
	})
}

func (e export) meetings() error {
	var last tenants.JoinedMeeting
	next := func() ([]tenants.JoinedMeeting, error) {
		some, err := e.tenants.MeetingsOf(e.ctx, e.me.User.ID, last)
		if len(some) > 0 {
			last = some[len(some)-1]
		}
		return some, err
	}
	return list(e, "meetings.json", next, func(m tenants.JoinedMeeting) any {
		return fields{
			"organization": m.Org.Name, "room": m.Room, "meeting_id": m.Meeting, "as": m.Name, "member": m.Member, "joined_at": m.JoinedAt, "left_at": m.LeftAt,
			"banned_at": m.BannedAt,
		}
	})
}

// audit is what the logs of the person's organizations have about them.
func (e export) audit() error {
	type entry struct {
		tenants.AuditEntry
		org string
	}
	orgs, err := e.tenants.OrgsOf(e.ctx, e.me.User.ID)
	if err != nil {
		return err
	}
	var after *int64
	next := func() (out []entry, err error) {
		for len(orgs) > 0 && len(out) == 0 {
			some, err := e.tenants.Org(orgs[0].Org.ID).AuditOf(e.ctx, e.me.User.ID, after)
			if err != nil {
				return nil, err
			}
			for _, one := range some {
				out, after = append(out, entry{one, orgs[0].Org.Name}), &one.Seq
			}
			if len(some) == 0 {
				orgs, after = orgs[1:], nil
			}
		}
		return out, nil
	}
	return list(e, "audit.json", next, func(a entry) any {
		return fields{
			"organization": a.org, "number": a.Seq, "at": a.At, "action": a.Action, "by_you": a.Actor == e.me.User.ID, "target": a.Target, "target_name": a.About,
			"detail": a.Detail, "address": a.Address,
		}
	})
}

package app

import (
	"context"
	"strconv"
	"strings"
	"time"

	"parley/tenants"
	"parley/views"
)

const (
	outboxPause = 2 * time.Second // between two looks at an empty outbox
	outboxBatch = 25
)

// sendMails hands over the mails of the outbox until the context ends. Whoever puts mails there rings the bell, so that nobody waits for
// the next look. Several processes may do this at once: each mail goes to one of them.
func (s *Server) sendMails(ctx context.Context) {
	for ctx.Err() == nil {
		if s.sendBatch(ctx) == outboxBatch {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.mailBell:
		case <-s.clock.After(outboxPause):
		}
	}
}

// ringMails says that there are new mails.
func (s *Server) ringMails() {
	select {
	case s.mailBell <- struct{}{}:
	default: // it rings already
	}
}

// sendBatch tries the mails that are due and says how many it took.
func (s *Server) sendBatch(ctx context.Context) int {
	mails, err := s.tenants.DueMails(ctx, outboxBatch)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Error("outbox not read", "err", err)
		}
		return 0
	}
	for _, m := range mails {
		if err := s.sendOne(ctx, m); err != nil && ctx.Err() == nil {
			s.log.Error("outbox not written", "mail", m.ID, "err", err)
		}
	}
	return len(mails)
}

func (s *Server) sendOne(ctx context.Context, m tenants.OutMail) error {
	letter := views.Letter{Texts: s.catalogue.For(m.Lang), Kind: m.Kind, Name: m.Params["Name"], Link: m.Params["Link"]}
	if path := m.Params["Path"]; path != "" { // of who wrote the mail and does not know the service's address
		letter.Link = s.cfg.BaseURL + path
	}
	for name, value := range m.Params {
		if day, err := time.Parse(time.DateOnly, value); err == nil && name == "Day" {
			value = letter.Texts.Date(day) // each reader has it in their own words
		}
		if name != "Name" && name != "Link" && name != "Path" {
			letter.Pairs = append(letter.Pairs, letterPair(letter.Texts, name, value)...)
		}
	}
	failed := s.sendLetter(ctx, m.To, letter)
	if failed == nil {
		return s.tenants.MailSent(ctx, m.ID)
	}
	if ctx.Err() != nil {
		return nil // it is tried again when its claim is over
	}
	givenUp, err := s.tenants.MailFailed(ctx, m.ID, failed)
	s.log.Warn("mail not sent", "mail", m.ID, "kind", m.Kind, "tries", m.Tries, "given_up", givenUp, "err", failed)
	return err
}

// letterPair is what a letter says of one parameter of a mail: a number of bytes in words, and what binds a limit as who can lift it.
func letterPair(t *views.Texts, name, value string) []any {
	if short, is := strings.CutSuffix(name, "Bytes"); is {
		bytes, _ := strconv.ParseInt(value, 10, 64) // our own, written by the store
		return []any{short, t.Size(bytes)}
	}
	if name == "Lift" && value == string(tenants.ByOrganization) {
		return []any{name, t.T("quotas.lift_storage_quota")}
	}
	if name == "Lift" {
		return []any{name, t.T("quotas.lift_storage_plan")}
	}
	return []any{name, value}
}

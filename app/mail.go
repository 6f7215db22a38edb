package app

import (
	"context"
	"fmt"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"
)

// Mail is one message to one person, as text and as HTML.
type Mail struct {
	To, Subject, Text, HTML string
}

// Mailer sends mails.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// SMTPMailer sends through an SMTP server.
type SMTPMailer struct {
	from   string
	client *mail.Client
}

// NewSMTPMailer reads an address such as smtp://user:password@host:587 (STARTTLS required) or smtps://… (TLS from the start).
func NewSMTPMailer(address, from string) (*SMTPMailer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read SMTP address: %w", err)
	}
	opts := []mail.Option{mail.WithTimeout(15 * time.Second)}
	if u.Scheme == "smtps" {
		opts = append(opts, mail.WithSSLPort(false))
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		opts = append(opts, mail.WithPort(port))
	}
	if pass, ok := u.User.Password(); ok {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(pass))
	}
	client, err := mail.NewClient(u.Hostname(), opts...)
	if err != nil {
		return nil, fmt.Errorf("set up SMTP client: %w", err)
	}
	return &SMTPMailer{from: from, client: client}, nil
}

// Send delivers one mail.
func (s *SMTPMailer) Send(ctx context.Context, m Mail) error {
	msg, err := message(s.from, m)
	if err != nil {
		return err
	}
	if err := s.client.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return nil
}

// FolderMailer writes each mail as an .eml file, for demo mode and for installations without an SMTP server yet.
type FolderMailer struct {
	Dir, From string
}

// Send writes the mail to the folder; names sort by time.
func (f FolderMailer) Send(_ context.Context, m Mail) error {
	msg, err := message(f.From, m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("make mail folder: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name mail: %w", err)
	}
	// Under another name first: who lists the folder sees whole mails only.
	path := filepath.Join(f.Dir, id.String())
	if err := msg.WriteToFile(path + ".part"); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if err := os.Rename(path+".part", path+".eml"); err != nil {
		return fmt.Errorf("put mail in place: %w", err)
	}
	return nil
}

// StoredMail is a mail in the folder.
type StoredMail struct {
	ID string
	At time.Time
	Mail
}

// List gives the mails in the folder, newest first, at most 200.
func (f FolderMailer) List() ([]StoredMail, error) {
	names, err := filepath.Glob(filepath.Join(f.Dir, "*.eml"))
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	slices.Sort(names)
	slices.Reverse(names)
	var out []StoredMail
	for _, name := range names[:min(len(names), 200)] {
		m, err := f.Read(strings.TrimSuffix(filepath.Base(name), ".eml"))
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Read gives one mail by its id.
func (f FolderMailer) Read(id string) (StoredMail, error) {
	if _, err := uuid.Parse(id); err != nil {
		return StoredMail{}, errNotFound
	}
	path := filepath.Join(f.Dir, id+".eml")
	info, err := os.Stat(path)
	if err != nil {
		return StoredMail{}, errNotFound
	}
	msg, err := mail.EMLToMsgFromFile(path)
	if err != nil {
		return StoredMail{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	out := StoredMail{ID: id, At: info.ModTime()}
	if to := msg.GetToString(); len(to) > 0 {
		out.To = strings.Trim(to[0], "<>")
	}
	subject := strings.Join(msg.GetGenHeader(mail.HeaderSubject), " ")
	if out.Subject, err = new(mime.WordDecoder).DecodeHeader(subject); err != nil { // RFC 2047: it has letters that ASCII has not
		return StoredMail{}, fmt.Errorf("read the subject of mail %s: %w", id, err)
	}
	for _, part := range msg.GetParts() {
		body, err := part.GetContent()
		if err != nil {
			return StoredMail{}, fmt.Errorf("read mail %s: %w", id, err)
		}
		if part.GetContentType() == mail.TypeTextHTML {
			out.HTML = string(body)
		} else {
			out.Text = string(body)
		}
	}
	return out, nil
}

func message(from string, m Mail) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(from); err != nil {
		return nil, fmt.Errorf("mail sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("mail recipient: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageID()
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

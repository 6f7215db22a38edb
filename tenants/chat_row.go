package tenants

import (
	"time"

	"gorm.io/gorm"
)

type chatRow struct {
	Tenant    TenantID  `gorm:"column:tenant_id;primaryKey"`
	MeetingID MeetingID `gorm:"primaryKey"`
	Seq       int64     `gorm:"primaryKey;autoIncrement:false"`
	Rev       int64
	ClientID  string
	Sender    string
	Recipient string
	Circle    string
	Body      string
	Sealed    bool
	Sticker   string
	ReplyTo   *int64
	SentAt    time.Time
	EditedAt  *time.Time
	DeletedAt *time.Time
}

func (chatRow) TableName() string { return "chat_messages" }

type chatReactionRow struct {
	Tenant    TenantID  `gorm:"column:tenant_id;primaryKey"`
	MeetingID MeetingID `gorm:"primaryKey"`
	Seq       int64     `gorm:"primaryKey;autoIncrement:false"`
	Identity  string    `gorm:"primaryKey"`
	Name      string    `gorm:"primaryKey"`
}

func (chatReactionRow) TableName() string { return "chat_reactions" }

// message is a row as others read it, with what came before it in its circle.
func (at chatPlace) message(tx *gorm.DB, r chatRow) (ChatMessage, error) {
	all, err := at.messages(tx, []chatRow{r})
	if err != nil {
		return ChatMessage{}, err
	}
	before := tx.Model(&chatRow{}).Where("meeting_id = ? AND circle = ? AND rev < ?", string(at.meeting.ID), r.Circle, r.Rev)
	all[0].Readers = at.readers(r)
	return all[0], before.Select("COALESCE(MAX(rev), 0)").Scan(&all[0].Prev).Error
}

func (at chatPlace) messages(tx *gorm.DB, rows []chatRow) ([]ChatMessage, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	seqs := make([]int64, len(rows))
	for i, r := range rows {
		seqs[i] = r.Seq
	}
	var given []chatReactionRow
	err := tx.Where("meeting_id = ? AND seq IN ?", string(at.meeting.ID), seqs).Order("seq, name, identity").Find(&given).Error
	if err != nil {
		return nil, err
	}
	reactions := map[int64][]ChatReaction{}
	for _, g := range given {
		of := reactions[g.Seq]
		if len(of) == 0 || of[len(of)-1].Name != g.Name {
			of = append(of, ChatReaction{Name: g.Name})
		}
		of[len(of)-1].By = append(of[len(of)-1].By, g.Identity)
		reactions[g.Seq] = of
	}
	files, err := at.filesOf(tx, seqs)
	out := make([]ChatMessage, len(rows))
	for i, r := range rows {
		out[i] = at.shown(r, reactions[r.Seq])
		out[i].File = files[r.Seq]
	}
	return out, err
}

func (at chatPlace) shown(r chatRow, reactions []ChatReaction) ChatMessage {
	m := ChatMessage{
		N: r.Seq, Rev: r.Rev, ClientID: r.ClientID, Sender: r.Sender, Recipient: r.Recipient, Text: r.Body, Sealed: r.Sealed, Sticker: r.Sticker,
		Reactions: reactions, SentAt: r.SentAt.UTC(), EditedAt: utc(r.EditedAt), DeletedAt: utc(r.DeletedAt), Names: map[string]string{},
	}
	if r.ReplyTo != nil {
		m.Reply = *r.ReplyTo
	}
	for _, who := range []string{r.Sender, r.Recipient} {
		if seat, ok := at.seat(who); ok {
			m.Names[who] = seat.Name
		}
	}
	return m
}

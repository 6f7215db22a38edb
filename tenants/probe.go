package tenants

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Probe is a throw-away organization, whose people try what they can see of
// another one's.
type Probe struct {
	Org      Organization
	Owner    User
	Member   User
	Password string // of both
	Room     Room
	MediaKey MediaKey
	APIKey   APIKey // with every scope
}

// probeRef is the reference of the job that takes a probe away.
const probeRef = "probe"

// probeDomain is where nobody gets mail (RFC 2606, section 2).
const probeDomain = "@isolation.invalid"

// MakeProbe makes a throw-away organization with two people, a room and keys. It
// is taken away by [Store.EraseProbe], at the latest by the errand that is due
// after that time, also when the process that made it is gone by then.
func (s *Store) MakeProbe(ctx context.Context, within time.Duration) (Probe, error) {
	p := Probe{Password: randomToken(24)}
	mark := strings.ToLower(randomSymbols(10))
	owner, err := s.newPerson("Isolation test owner", "owner-"+mark+probeDomain, p.Password, nil)
	if err != nil {
		return p, err
	}
	member, err := s.newPerson("Isolation test member", "member-"+mark+probeDomain, p.Password, nil)
	if err != nil {
		return p, err
	}
	id, err := newID()
	if err != nil {
		return p, err
	}
	org := s.Org(OrgID(id))
	room, err := org.newRoom("Isolation test room " + mark)
	if err != nil {
		return p, err
	}
	room.MediaName, room.CreatedBy = room.Code, &owner.ID
	err = s.db.InOrg(ctx, OrgID(id), func(tx *gorm.DB) error {
		row, err := s.insertOrg(tx, OrgID(id), "Isolation test "+mark)
		if err != nil {
			return err
		}
		now := s.now()
		for who, role := range map[*userRow]Role{&owner: RoleOwner, &member: RoleMember} {
			who.ConfirmedAt = &now
			if err := insertAddress(tx, who); err != nil {
				return err
			}
			if err := s.insertMember(tx, who.ID, role); err != nil {
				return err
			}
		}
		if err := tx.Create(&room).Error; err != nil {
			return err
		}
		if p.MediaKey, err = s.insertKey(tx, OrgID(id), "Isolation test", false); err != nil {
			return err
		}
		if p.APIKey, err = s.insertAPIKey(tx, owner.ID, "Isolation test", APIScopes()); err != nil {
			return err
		}
		p.Org, p.Owner, p.Member, p.Room = row.organization(), owner.user(), member.user(), room.room()
		return addJob(tx, ErrandProbe, probeRef, now.Add(within))
	})
	return p, wrap(err, "make a throw-away organization")
}

// Marks are what an organization can be known by: ids to ask for, by what they
// name, and texts that nobody else may see, with the column that each lies in.
type Marks struct {
	IDs   map[string][]string // "rooms.id" and so on
	Texts map[string]string
}

// marksEach is how many things of each kind are asked for.
const marksEach = 2

// Marks gives what the isolation test asks for. Names may be common words: who
// looks for them has to judge that.
func (o *Scoped) Marks(ctx context.Context, by UserID) (Marks, error) {
	m := Marks{IDs: map[string][]string{}, Texts: map[string]string{}}
	err := o.read(ctx, "gather what an organization can be known by", func(tx *gorm.DB) error {
		if err := manages(tx, by); err != nil {
			return err
		}
		return m.gather(tx, o.org)
	})
	return m, err
}

func (m Marks) gather(tx *gorm.DB, org OrgID) error {
	var own orgRow
	if err := first(tx.Where("id = ?", string(org)), &own, "organization"); err != nil {
		return err
	}
	m.say("organizations.id", string(own.ID))
	m.say("organizations.name", own.Name)
	m.IDs["organizations.slug"] = []string{own.Slug}
	for _, kind := range markedColumns {
		for _, column := range kind.columns {
			var values []string
			rows := tx.Table(kind.table).Model(kind.model).Order(kind.newest).Limit(marksEach)
			if err := rows.Pluck(column, &values).Error; err != nil {
				return wrap(err, "read "+kind.table)
			}
			name := kind.table + "." + column
			for _, v := range values {
				m.say(name, v)
			}
			m.IDs[name] = slices.DeleteFunc(values, func(v string) bool { return v == "" })
		}
	}
	return m.people(tx)
}

// people adds who belongs to the organization.
func (m Marks) people(tx *gorm.DB) error {
	var rows []membershipRow
	if err := tx.Order("created_at DESC").Limit(marksEach).Find(&rows).Error; err != nil {
		return err
	}
	found, err := membersOf(tx, rows)
	for _, p := range found {
		m.IDs["memberships.user_id"] = append(m.IDs["memberships.user_id"], string(p.ID))
		m.say("memberships.user_id", string(p.ID))
		m.say("users.email", p.Email)
		m.say("participants.name", p.Name) // the lobby of a room names who is in it
	}
	return err
}

func (m Marks) say(from, text string) {
	if len(text) >= 8 {
		m.Texts[text] = from
	}
}

// markedColumns are the columns that marks are read from.
var markedColumns = []struct {
	table   string
	model   any
	columns []string
	newest  string
}{
	{"rooms", &roomRow{}, []string{"id", "name", "code"}, "created_at DESC"},
	{"meetings", &meetingRow{}, []string{"id"}, "started_at DESC"},
	{"participants", &seatRow{}, []string{"name"}, "joined_at DESC"},
	{"api_keys", &apiKeyRow{}, []string{"id", "label"}, "created_at DESC"},
	{"media_keys", &keyRow{}, []string{"id"}, "created_at DESC"},
	{"webhook_endpoints", &webhookRow{}, []string{"id", "url"}, "created_at DESC"},
	{"webhook_deliveries", &deliveryRow{}, []string{"id"}, "created_at DESC"},
	{"invitations", &invitationRow{}, []string{"id", "email"}, "created_at DESC"},
	{"invite_links", &inviteLinkRow{}, []string{"id"}, "created_at DESC"},
	{"emoji", &emojiRow{}, []string{"id"}, "made_at DESC"},
	{"audit", &auditRow{}, []string{"id"}, "seq DESC"},
	{"isolation_runs", &isolationRow{}, []string{"id"}, "asked_at DESC"},
	{"exports", &exportRow{}, []string{"id"}, "asked_at DESC"},
}

package tenants

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"gorm.io/gorm"
)

// SeedOptions say how much is made up.
type SeedOptions struct {
	Organizations int
	People        int    // in each organization
	Meetings      int    // in all; the first organization has every tenth
	Password      string // everybody's
	Force         bool   // also into a database that has organizations
	Seed          uint64 // the same numbers give the same names and times
	Progress      func(organization int)
}

// ErrNotEmpty is the refusal to fill a database that somebody uses.
var ErrNotEmpty = errors.New("the database has organizations already")

// seedBatch is how many rows go into one statement: PostgreSQL takes 65,535
// values, SQLite 32,766.
const seedBatch = 1500

// Seed fills a database with made-up organizations, people, rooms, meetings of
// the last year and an audit log, for measuring and for trying out. It returns
// the address of the owner of the first organization, which is the largest. The
// addresses are at example domains (RFC 2606): no mail can reach anybody.
func (s *Store) Seed(ctx context.Context, o SeedOptions) (owner string, err error) {
	if o.Organizations < 1 || o.People < 1 || o.Meetings < 0 {
		return "", errors.New("there must be at least one organization with one person")
	}
	var there int64
	err = s.db.ReadGlobal(ctx, func(tx *gorm.DB) error { return tx.Model(&orgRow{}).Count(&there).Error })
	if err != nil {
		return "", wrap(err, "look for organizations")
	}
	if there > 0 && !o.Force {
		return "", ErrNotEmpty
	}
	hash, err := s.password.hash(o.Password)
	if err != nil {
		return "", wrap(err, "hash the password")
	}
	g := &sower{store: s, hash: hash, now: s.now(), dice: rand.New(rand.NewPCG(o.Seed, 1))} //nolint:gosec // names and times need no secrecy
	for i := range o.Organizations {
		meetings := o.Meetings * 9 / 10 / max(o.Organizations-1, 1)
		if i == 0 {
			meetings = o.Meetings - meetings*(o.Organizations-1)
		}
		first, err := g.organization(ctx, o.People, meetings)
		if err != nil {
			return "", wrap(err, fmt.Sprintf("make organization %d", i+1))
		}
		if i == 0 {
			owner = first
		}
		if o.Progress != nil {
			o.Progress(i + 1)
		}
	}
	return owner, wrap(s.db.Analyze(ctx), "count what was made")
}

// sower makes things up.
type sower struct {
	store *Store
	hash  string
	now   time.Time
	dice  *rand.Rand
}

// organization makes one with everything in it, and gives its owner's address.
func (g *sower) organization(ctx context.Context, people, meetings int) (owner string, err error) {
	id, err := newID()
	if err != nil {
		return "", err
	}
	name := pickWord(g.dice, seedPlaces) + " " + pickWord(g.dice, seedTrades)
	err = g.store.db.InOrg(ctx, OrgID(id), func(tx *gorm.DB) error {
		org, err := g.store.insertOrg(tx, OrgID(id), name)
		if err != nil {
			return err
		}
		crew, err := g.people(tx, org.Slug, people)
		if err != nil {
			return err
		}
		owner = crew[0].Email
		rooms, err := g.rooms(tx, crew)
		if err != nil {
			return err
		}
		if err := g.meetings(tx, rooms, crew, meetings); err != nil {
			return err
		}
		return g.log(tx, crew)
	})
	return owner, err
}

func (g *sower) people(tx *gorm.DB, slug string, n int) ([]userRow, error) {
	users, members := make([]userRow, n), make([]membershipRow, n)
	for i := range users {
		id, err := newID()
		if err != nil {
			return nil, err
		}
		first, last := pickWord(g.dice, seedFirst), pickWord(g.dice, seedLast)
		since := g.past(365 * 24 * time.Hour)
		users[i] = userRow{
			ID: UserID(id), Name: first + " " + last, PasswordHash: g.hash, ConfirmedAt: &since, CreatedAt: since, Findable: FoundByOrganization, ShowPicture: true,
			Email: strings.ToLower(fmt.Sprintf("%s.%s.%d@%s.example", plainLetters(first), plainLetters(last), i, slug)),
		}
		members[i] = membershipRow{UserID: users[i].ID, Role: g.role(i), CreatedAt: since}
	}
	if err := tx.CreateInBatches(&users, seedBatch).Error; err != nil {
		return nil, err
	}
	return users, tx.CreateInBatches(&members, seedBatch).Error
}

// role makes one owner, and few who manage or pay.
func (g *sower) role(i int) Role {
	switch {
	case i == 0:
		return RoleOwner
	case i%50 == 1:
		return RoleAdmin
	case i%100 == 2:
		return RoleBilling
	}
	return RoleMember
}

// rooms makes about one for every twelve people.
func (g *sower) rooms(tx *gorm.DB, crew []userRow) ([]roomRow, error) {
	rooms := make([]roomRow, 2+len(crew)/12)
	for i := range rooms {
		id, err := newID()
		if err != nil {
			return nil, err
		}
		code, by := newCode(), crew[g.dice.IntN(len(crew))].ID
		rooms[i] = roomRow{
			ID: RoomID(id), Name: pickWord(g.dice, seedTopics) + pickWord(g.dice, seedRhythms), Code: code, MediaName: code, CreatedBy: &by, CreatedAt: g.past(400 * 24 * time.Hour),
		}
	}
	return rooms, tx.CreateInBatches(&rooms, seedBatch).Error
}

// meetings makes sittings of the last year: on weekdays, in working hours, of
// twenty minutes to an hour and a half, two to nine people in each.
func (g *sower) meetings(tx *gorm.DB, rooms []roomRow, crew []userRow, n int) error {
	sittings := make([]meetingRow, n)
	var seats []seatRow
	for i := range sittings {
		id, err := newID()
		if err != nil {
			return err
		}
		start := g.workingHour()
		length := time.Duration(20+g.dice.IntN(70)) * time.Minute
		end, limit := start.Add(length), start.Add(30*time.Hour)
		sittings[i] = meetingRow{
			ID: MeetingID(id), RoomID: rooms[g.dice.IntN(len(rooms))].ID, StartedAt: start, EndsAt: &limit, EndedAt: &end, EndReason: EndEmpty,
			ParticipantLimit: 150, Length: 30 * time.Hour, Plan: "Pro", Revision: 1,
		}
		for range 2 + g.dice.IntN(8) {
			who := crew[g.dice.IntN(len(crew))]
			in := start.Add(time.Duration(g.dice.IntN(300)) * time.Second)
			seats = append(seats, seatRow{
				MeetingID: MeetingID(id), Identity: "p-" + randomSymbols(16), Name: who.Name, Member: true, UserID: &who.ID, JoinedAt: in, SeenAt: end, LeftAt: &end,
			})
		}
	}
	if n == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&sittings, seedBatch).Error; err != nil {
		return err
	}
	if err := tx.CreateInBatches(&seats, seedBatch).Error; err != nil {
		return err
	}
	minutes := g.quality(seats)
	if len(minutes) == 0 {
		return nil
	}
	return tx.CreateInBatches(&minutes, seedBatch).Error
}

// qualitySeeded is how far back connections are made up: enough to look at, and
// few beside all that a year would be.
const qualitySeeded = 4 * 24 * time.Hour

// quality makes connections up, good ones mostly, with a bad spell here and there.
func (g *sower) quality(seats []seatRow) (rows []qualityRow) {
	for _, s := range seats {
		if g.now.Sub(s.JoinedAt) > qualitySeeded {
			continue
		}
		spell, cause := 0, ""
		for at := s.JoinedAt.Truncate(time.Minute); at.Before(*s.LeftAt); at = at.Add(time.Minute) {
			row := qualityRow{MeetingID: s.MeetingID, Identity: s.Identity, Minute: at, Score: 44 + g.dice.IntN(7), RTT: 15 + g.dice.IntN(40), Jitter: 2 + g.dice.IntN(9), Layer: 2, Size: 720}
			if spell--; spell < 0 && g.dice.IntN(90) == 0 {
				spell, cause = 1+g.dice.IntN(6), qualityCauses[1+g.dice.IntN(len(qualityCauses)-1)]
			}
			if spell >= 0 && cause != "" {
				row.Score, row.Cause, row.Layer = 12+g.dice.IntN(28), cause, 0
				row.Size, row.Held = 180, map[string]string{"layer": "paused", "downlink": "smaller"}[cause]
				row.LossUp, row.LossDown, row.RTT = g.dice.IntN(180), g.dice.IntN(90), row.RTT*6
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// log notes a deed for every fifth person, as one chain.
func (g *sower) log(tx *gorm.DB, crew []userRow) error {
	head, err := lockHead(tx)
	if err != nil {
		return err
	}
	before := head.Seq
	var rows []auditRow
	for i := 1; i < len(crew); i += 5 {
		id, err := newID()
		if err != nil {
			return err
		}
		head.Seq++
		row := auditRow{
			Tenant: TenantID(scopeOf(tx.Statement.Context).tenant), ID: id, Seq: head.Seq, At: crew[i].CreatedAt.Truncate(time.Microsecond), Actor: &crew[0].ID,
			Action: "member.create", Target: string(crew[i].ID), Detail: string(g.role(i)), Via: ViaTerminal,
		}
		row.Hash = link(head.Hash, row)
		head.Hash, rows = row.Hash, append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	if err := tx.CreateInBatches(&rows, seedBatch).Error; err != nil {
		return err
	}
	return tx.Model(&auditHeadRow{}).Where("seq = ?", before).Updates(map[string]any{"seq": head.Seq, "hash": head.Hash}).Error
}

// past is a moment within that time before now.
func (g *sower) past(within time.Duration) time.Time {
	return g.now.Add(-time.Duration(g.dice.Int64N(int64(within)))).Truncate(time.Second)
}

// workingHour is a moment of a weekday of the last year between eight and six.
func (g *sower) workingHour() time.Time {
	day := g.now.AddDate(0, 0, -1-g.dice.IntN(364)).Truncate(24 * time.Hour)
	for day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		day = day.AddDate(0, 0, -1)
	}
	return day.Add(8*time.Hour + time.Duration(g.dice.IntN(40))*15*time.Minute)
}

func pickWord(dice *rand.Rand, words string) string {
	all := strings.Split(words, "|")
	return all[dice.IntN(len(all))]
}

// plainLetters spells a name as an address can carry it.
func plainLetters(name string) string {
	return strings.NewReplacer("á", "a", "é", "e", "í", "i", "ö", "o", "ü", "u", "ø", "o", "ł", "l", "ñ", "n", "'", "", " ", "").Replace(strings.ToLower(name))
}

// What names are made of.
const (
	seedFirst   = "Amara|Mateo|Ingrid|Jonas|Priya|Oisín|Leyla|Kofi|Hanna|Tomás|Mei|Yusuf|Élise|Daniel|Sofia|Ravi|Nadia|Lukas|Chiara|Omar|Freya|Pavel|Aiko|Samuel|Zeynep|Björn|Maria|Ewa|Hugo|Fatima|Noah|Greta|Ivan|Lucía|Tariq|Anneke"
	seedLast    = "Okafor|Rivas|Lindqvist|Weber|Sharma|Byrne|Demir|Mensah|Novak|Pereira|Chen|Aydin|Moreau|Fischer|Rossi|Iyer|Haddad|Bauer|Conti|Farouk|Holm|Dvorak|Tanaka|Adeyemi|Kaya|Nyström|Silva|Kowalska|Lambert|Rahman|Jansen|Vogel|Petrov|Núñez|Malik|de Vries"
	seedPlaces  = "Fernhill|Harbour|Northgate|Larkfield|Stonebridge|Willow|Marlow|Ashdown|Copper|Juniper|Westbrook|Rowan|Amber|Highfield|Birch|Quay|Meadow|Thistle|Cedar|Granary"
	seedTrades  = "Studio|Interiors|Clinic|Architects|Press|Coffee|Logistics|Law|Robotics|Orchestra|Institute|Bakery|Energy|School|Books|Surveyors|Insurance|Theatre|Software|Gardens"
	seedTopics  = "Standup|Kitchen refit|Budget|Hiring|Support|Design review|Board|Sales|Onboarding|Release|Retrospective|Research|Editorial|Planning|One to one|Press|Site visit|Training"
	seedRhythms = "|, weekly|, monthly|, Berlin|, Lisbon|, team A|, team B|, spring|, autumn"
)

package tenants

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// JoinedMeeting is a meeting that a person was in, in whatever organization.
type JoinedMeeting struct {
	Org      Organization
	Room     string // its name
	Meeting  MeetingID
	Identity string // who they were to the others there: another one in each room and on each device
	Name     string // under which they came in
	Member   bool   // of the organization, at that time
	JoinedAt time.Time
	LeftAt   *time.Time
	BannedAt *time.Time // the room has kept them out since; nil where it does not
}

// mine bounds what one question about one's own data gets.
const mine = 500

// AllSignIns lists all sign-ins of a person that are still noted, ended ones too,
// the oldest first.
func (s *Store) AllSignIns(ctx context.Context, user UserID) ([]SignIn, error) {
	var rows []signInRow
	err := s.db.ReadGlobal(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ?", string(user)).Order("created_at, id").Find(&rows).Error
	})
	out := make([]SignIn, len(rows))
	for i, r := range rows {
		out[i] = r.signIn()
	}
	return out, wrap(err, "list all sign-ins")
}

// MeetingsOf lists the meetings that a person was in while signed in, some at a
// time, in the order of the meetings. after is the last one that the caller has;
// the zero value begins. An empty list is the end.
func (s *Store) MeetingsOf(ctx context.Context, user UserID, after JoinedMeeting) ([]JoinedMeeting, error) {
	if err := parseID(user); err != nil {
		return nil, err
	}
	var seats []seatRow
	err := s.db.Knowing(ctx, KnowsUserID, string(user), func(tx *gorm.DB) error {
		if after.Meeting != "" {
			tx = tx.Where("meeting_id > ? OR (meeting_id = ? AND identity > ?)", string(after.Meeting), string(after.Meeting), after.Identity)
		}
		return tx.Order("meeting_id, identity").Limit(mine).Find(&seats).Error
	})
	if err != nil {
		return nil, wrap(err, "list a person's meetings")
	}
	byOrg := map[OrgID][]string{}
	for _, seat := range seats {
		byOrg[OrgID(seat.Tenant)] = append(byOrg[OrgID(seat.Tenant)], string(seat.MeetingID))
	}
	orgs, rooms, bans := map[OrgID]Organization{}, map[MeetingID]string{}, map[seatKey]time.Time{}
	for id, meetings := range byOrg {
		if orgs[id], err = s.Org(id).nameRooms(ctx, meetings, rooms, bans); err != nil {
			return nil, wrap(err, "list a person's meetings")
		}
	}
	out := make([]JoinedMeeting, len(seats))
	for i, r := range seats {
		out[i] = JoinedMeeting{
			Org: orgs[OrgID(r.Tenant)], Room: rooms[r.MeetingID], Meeting: r.MeetingID, Identity: r.Identity, Name: r.Name, Member: r.Member,
			JoinedAt: r.JoinedAt.UTC(), LeftAt: utc(r.LeftAt),
		}
		if since, banned := bans[seatKey{r.MeetingID, r.Identity}]; banned {
			out[i].BannedAt = &since
		}
	}
	return out, nil
}

// nameRooms finds the names of the rooms that meetings were held in, whose they
// are, and whom they keep out for what was in those meetings.
func (o *Scoped) nameRooms(ctx context.Context, meetings []string, into map[MeetingID]string, bans map[seatKey]time.Time) (Organization, error) {
	var org orgRow
	var rows []meetingRow
	err := o.read(ctx, "name rooms", func(tx *gorm.DB) error {
		if err := first(tx.Where("id = ?", string(o.org)), &org, "organization"); err != nil {
			return err
		}
		if err := tx.Where("id IN ?", meetings).Find(&rows).Error; err != nil {
			return err
		}
		ids := make(map[string]bool, len(rows))
		for _, r := range rows {
			ids[string(r.RoomID)] = true
		}
		names, err := namesOf(tx, ids)
		for _, r := range rows {
			into[r.ID] = names[string(r.RoomID)]
		}
		if err != nil {
			return err
		}
		var kept []banRow
		err = tx.Where("meeting_id IN ?", meetings).Find(&kept).Error
		for _, r := range kept {
			bans[seatKey{r.MeetingID, r.Identity}] = r.BannedAt.UTC()
		}
		return err
	})
	return org.organization(), err
}

// AuditOf lists what the organization's log has about a member: what they did and
// what was done to them, some at a time, the oldest first. after is the number of
// the last entry that the caller has; nil begins. Who else did something, and
// from where, is not told. An empty list is the end.
func (o *Scoped) AuditOf(ctx context.Context, user UserID, after *int64) ([]AuditEntry, error) {
	var out []AuditEntry
	err := o.read(ctx, "list a person's audit entries", func(tx *gorm.DB) error {
		if _, err := roleOf(tx, user); err != nil {
			return err
		}
		q := tx.Where("actor = ? OR target = ?", string(user), string(user))
		if after != nil {
			q = q.Where("seq > ?", *after)
		}
		var rows []auditRow
		if err := q.Order("seq").Limit(mine).Find(&rows).Error; err != nil {
			return err
		}
		var err error
		out, err = auditEntries(tx, rows)
		for i := range out {
			if out[i].Actor != user {
				out[i].Actor, out[i].Name, out[i].Address, out[i].Via, out[i].Guest = "", "", "", "", false
			}
		}
		return err
	})
	return out, err
}

package tenants

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Circle is a part of the people in a meeting.
type Circle string

// The circles, each within the one before.
const (
	Everyone Circle = "everyone" // guests too
	Members  Circle = "members"  // of the organization
	Managers Circle = "managers" // its owners and admins, and who made the room
)

// Valid reports whether the circle is one of ours.
func (c Circle) Valid() bool { return c == Everyone || c == Members || c == Managers }

// Standing is what somebody is in a meeting, as far as policies ask.
type Standing struct {
	Member  bool // of the organization
	Manages bool // the organization, or the room, which they made
	Program bool // the organization's own program let them in: its key says what they may
}

func (c Circle) holds(s Standing) bool {
	switch c {
	case Everyone:
		return true
	case Members:
		return s.Member
	}
	return s.Member && s.Manages
}

// Policies say what happens to people in an organization's meetings.
type Policies struct {
	Guests  bool        // people who do not belong to the organization may come in
	Waiting WaitingRoom // who has to be let in by somebody inside
	Share   Circle      // who may share a screen
	Chat    Circle      // who may write to the others

	ChatSince bool // who comes later reads only what is written after they came, and not all of the meeting

	Encryption bool // sound and picture have to be encrypted end to end; of meetings that begin from now on

	WaitingText string // what who waits reads before a room that has no text of its own; "" = our own sentence
}

// DefaultPolicies hold until somebody sets others: everything is open.
func DefaultPolicies() Policies {
	return Policies{Guests: true, Waiting: NobodyWaits, Share: Everyone, Chat: Everyone}
}

// Rights are what policies, and the meeting's host, leave to one person in it.
type Rights struct {
	Share bool // a screen
	Chat  bool
	Speak bool // with a microphone
}

// For is what somebody may do under these policies.
func (p Policies) For(s Standing) Rights {
	return Rights{Share: s.Program || p.Share.holds(s), Chat: s.Program || p.Chat.holds(s), Speak: true}
}

// String is for the audit log.
func (p Policies) String() string {
	guests := "forbidden"
	if p.Guests {
		guests = "allowed"
	}
	history := "all"
	if p.ChatSince {
		history = "since"
	}
	encryption := "optional"
	if p.Encryption {
		encryption = "required"
	}
	return fmt.Sprintf("guests %s, waiting %s, share %s, chat %s, history %s, encryption %s", guests, p.Waiting, p.Share, p.Chat, history, encryption)
}

func (p Policies) check() error {
	var faults Errors
	for field, c := range map[string]Circle{"share": p.Share, "chat": p.Chat} {
		if !c.Valid() {
			faults = append(faults, invalid(field, KeyPolicyInvalid))
		}
	}
	if !p.Waiting.Valid() {
		faults = append(faults, invalid("waiting", KeyPolicyInvalid))
	}
	if !waitingTextFits(p.WaitingText) {
		faults = append(faults, invalid("waiting_text", KeyWaitingTextLong))
	}
	return faults.orNil()
}

// policiesID is the id of the one row of policies that an organization has.
const policiesID = "organization"

// Policies are those that the organization's admins have set.
func (o *Scoped) Policies(ctx context.Context) (Policies, error) {
	var p Policies
	err := o.read(ctx, "read the policies", func(tx *gorm.DB) error {
		var err error
		p, err = policiesOf(tx)
		return err
	})
	return p, err
}

// SetPolicies replaces the policies. Only who manages the organization may. Who
// enters a meeting at this moment does so before it or after it: when it returns,
// everybody who came in under the old policies has a seat to be found.
func (o *Scoped) SetPolicies(ctx context.Context, by UserID, p Policies) error {
	p.WaitingText = cleanText(p.WaitingText)
	if err := p.check(); err != nil {
		return err
	}
	return o.withOwners(ctx, "set the policies", func(tx *gorm.DB, _ []UserID) error {
		role, err := roleOf(tx, by)
		if err != nil {
			return err
		}
		if !role.CanManage() {
			return forbidden("only owners and admins set policies")
		}
		before, err := policiesOf(tx)
		if err != nil || before == p {
			return err
		}
		now := o.store.now()
		row := policyRow{
			ID: policiesID, Guests: p.Guests, Waiting: p.Waiting, Share: p.Share, Chat: p.Chat, ChatSince: p.ChatSince, Encryption: p.Encryption,
			WaitingText: p.WaitingText, ChangedAt: now,
		}
		set := clause.OnConflict{
			Columns:   []clause.Column{{Name: "tenant_id"}, {Name: "id"}},
			DoUpdates: clause.AssignmentColumns([]string{"guests", "waiting", "share", "chat", "chat_since", "encryption", "waiting_text", "updated_at"}),
		}
		if err := tx.Clauses(set).Create(&row).Error; err != nil {
			return err
		}
		return recordPolicies(tx, now, by, before, p)
	})
}

// recordPolicies notes what was changed: the text for who waits by itself, as
// people wrote it.
func recordPolicies(tx *gorm.DB, now time.Time, by UserID, before, after Policies) error {
	if before.WaitingText != after.WaitingText {
		if err := record(tx, now, by, "policy.waiting_text", policiesID, cleanName(after.WaitingText)); err != nil {
			return err
		}
	}
	if before.WaitingText = after.WaitingText; before == after {
		return nil
	}
	return record(tx, now, by, "policy.set", policiesID, before.String()+" → "+after.String())
}

func policiesOf(tx *gorm.DB) (Policies, error) {
	var rows []policyRow
	if err := tx.Where("id = ?", policiesID).Find(&rows).Error; err != nil || len(rows) == 0 {
		return DefaultPolicies(), err
	}
	return rows[0].policies(), nil
}

// heldPolicies are the policies, which nobody changes until the transaction ends.
// Those who enter do not wait for each other, only for [Scoped.SetPolicies].
func heldPolicies(tx *gorm.DB) (Policies, error) {
	hold := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthShare})
	if err := hold.Where("id = ?", string(scopeOf(tx.Statement.Context).tenant)).Take(&orgRow{}).Error; err != nil {
		return Policies{}, err
	}
	return policiesOf(tx)
}

// standingOf says what somebody is in the meetings of a room. member is what the
// web tier has found: a member who has yet to pass the organization's own sign-in
// is a guest until then.
func standingOf(tx *gorm.DB, room roomRow, user *UserID, member bool) (Standing, error) {
	switch {
	case !member:
		return Standing{}, nil
	case user == nil:
		return Standing{Member: true}, nil
	}
	role, err := roleOf(tx, *user)
	if CodeOf(err) == CodeForbidden {
		return Standing{}, nil // not any more
	}
	made := room.CreatedBy != nil && *room.CreatedBy == *user
	return Standing{Member: err == nil, Manages: made || role.CanManage()}, err
}

package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/livekit/protocol/livekit"

	"parley/sfu/sfutest"
	"parley/tenants"
)

// may is what the node lets somebody in the only open room do; nil while they are not there.
func (w *world) may(identity string) *livekit.ParticipantPermission {
	w.t.Helper()
	rooms := w.node.Rooms()
	if len(rooms) != 1 {
		w.t.Fatalf("the node has %+v", rooms)
	}
	p, err := w.node.Participant(w.t.Context(), rooms[0].Room, identity)
	if err != nil {
		return nil
	}
	return p.GetPermission()
}

func mayShare(p *livekit.ParticipantPermission) bool {
	return len(p.GetCanPublishSources()) == 0 || slices.Contains(p.GetCanPublishSources(), livekit.TrackSource_SCREEN_SHARE)
}

// Policies change while people meet: what they may do changes on the node, and old tokens do not bring it back.
func TestPoliciesReachTheRunningMeeting(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		bob := w.member(org, "Bob", tenants.RoleMember)
		code := ann.room(org)
		host, member, guest := ann.join(code, "Ann"), bob.join(code, "Bob"), w.browser().join(code, "Gil")
		there := dial(t, host)
		dial(t, member)
		gil := dial(t, guest)
		late := w.browser().join(code, "Late") // has a token of before the change, and has not connected yet
		eventually(t, "three are in", func() bool { return there.others() == 2 })
		if p := w.may(guest.Identity); !p.GetCanPublishData() || !mayShare(p) {
			t.Fatalf("without policies a guest may %v", p)
		}

		bob.get(org + "/policies").status(403)
		ann.get(org + "/policies").status(200).has("Guests who are in a meeting when you save are sent out at once")
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "managers", "chat", "somebody")).status(400).has("Choose one of these", `value="managers" checked`)
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "managers", "chat", "members")).status(303).location(org + "/policies?done=policies_saved")
		if p := w.may(host.Identity); !p.GetCanPublishData() || !mayShare(p) {
			t.Errorf("the owner may %v", p)
		}
		if p := w.may(member.Identity); !p.GetCanPublishData() || mayShare(p) || !p.GetCanPublish() || !p.GetCanSubscribe() {
			t.Errorf("a member may %v", p)
		}
		if p := w.may(guest.Identity); p.GetCanPublishData() || mayShare(p) {
			t.Errorf("a guest may %v", p)
		}
		dial(t, late)
		if p := w.may(late.Identity); p.GetCanPublishData() || mayShare(p) {
			t.Errorf("with a token of before the change a guest may %v", p)
		}

		// A changed role holds in the open meeting.
		ann.post(org+"/people/"+w.id(org, "Bob")+"/role", form("role", "admin")).status(303)
		if p := w.may(member.Identity); !mayShare(p) {
			t.Errorf("promoted, Bob may %v", p)
		}
		ann.post(org+"/people/"+w.id(org, "Bob")+"/role", form("role", "member")).status(303)
		if p := w.may(member.Identity); mayShare(p) {
			t.Errorf("demoted, Bob may %v", p)
		}
		ann.post(org+"/people/"+w.id(org, "Bob")+"/handover", form()).status(303)
		if p := w.may(member.Identity); !mayShare(p) {
			t.Errorf("as owner, Bob may %v", p)
		}

		ann.post(org+"/policies", form("guests", "no", "waiting", "nobody", "share", "everyone", "chat", "everyone")).status(303)
		gil.sentAway()
		if why := gil.LeaveRequest().GetReason(); why != livekit.DisconnectReason_PARTICIPANT_REMOVED {
			t.Errorf("the guest was sent out with %s", why)
		}
		if there.gone() {
			t.Error("a member was sent out")
		}
		if p, err := sfutest.Dial(t.Context(), guest.ServerURL, sfutest.Options{Token: guest.Token}); !sfutest.ErrRefused(err) {
			p.Leave()
			t.Errorf("the old token opens the door: %v", err)
		}
		w.browser().get("/m/"+code).status(403).has("This meeting is for members", "/login?next=/m/"+code).lacks("Ann")
		ann.get(org + "/policies").status(200).has(`name="guests" value="no" checked`)
	})
}

// A meeting that has to be encrypted is so from its first minute, on the page and on the node.
func TestEncryptionReachesPageAndNode(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ann, org := w.owner("Ann")
		code := ann.room(org)
		w.browser().get("/m/" + code).status(200).lacks("data-encrypted")
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "everyone", "encryption", "required")).status(303)
		ann.get(org+"/policies").status(200).has(`name="encryption" value="required" checked`, "no server has it", "begins with the next meeting")
		w.browser().get("/m/"+code).status(200).has("data-encrypted", "Sound and picture are encrypted end to end")
		seat := w.browser().join(code, "Gil")
		if seat.Encryption == nil || !strings.HasPrefix(seat.Encryption.Worker, "/static/worker-") {
			t.Fatalf("the page is told %+v", seat.Encryption)
		}
		ann.get(seat.Encryption.Worker).status(200)
		dial(t, seat)
		if rooms := w.node.Rooms(); len(rooms) != 1 || !rooms[0].Limits.Encrypted {
			t.Errorf("the node has %+v", rooms)
		}
		// The meeting stays as it began.
		ann.post(org+"/policies", form("guests", "yes", "waiting", "nobody", "share", "everyone", "chat", "everyone", "encryption", "optional")).status(303)
		w.browser().get("/m/" + code).status(200).has("data-encrypted")
		if late := w.browser().join(code, "Hal"); late.Encryption == nil {
			t.Error("who joins later is not told")
		}
		ann.post(org+"/policies", form("guests", "yes", "waiting", "guests", "share", "everyone", "chat", "everyone", "encryption", "optional")).status(303)
		ida := w.browser()
		ida.postJoin(code, "Ida").status(303)
		ida.get("/m/" + code + "/waiting").status(200).has("not encrypted end to end") // as the meeting is
	})
}

package app_test

import (
	"strconv"
	"strings"
	"testing"

	"parley/billing"
	"parley/tenants"
)

// Whoever finds no room for a picture is told whose limit it is, who can lift it and how; who manages the organization gets a mail.
func TestFullStorageSaysWhatToDo(t *testing.T) { onBoth(t, fullStorageSaysWhatToDo) }

func fullStorageSaysWhatToDo(t *testing.T, w *world) {
	ann, org := w.owner("Ann")
	bob := w.member(org, "Bob", tenants.RoleMember)
	at, err := w.store.OrgBySlug(t.Context(), strings.TrimPrefix(org, "/o/"))
	must(t, err)
	by := tenants.UserID(w.id(org, "Ann"))
	bob.get("/me")
	bob.sendPicture(picturePNG(t)).status(303)
	used, err := w.store.Org(at.ID).StorageUsed(t.Context())
	must(t, err)
	if used.Pictures == 0 {
		t.Fatal("Bob's picture counts for nothing")
	}
	few := used.Total() + 1
	size := strconv.FormatInt((few+1023)/1024, 10) + " KB"
	ann.get(org+"/quotas").status(200).has("people’s pictures "+size, "counts in each organization that shows it").lacks("are stored")

	must(t, w.store.Org(at.ID).SetQuota(t.Context(), by, tenants.Quota{StorageBytes: &few}))
	ann.get("/me")
	ann.sendPicture(picturePNG(t)).status(403).has("Ann and friends may keep "+size+", by its quota", "An owner or an admin can raise it under Quotas").lacks("Remove picture")
	w.mailed(t, "ann@parley.example", "The storage of Ann and friends is full", "You can raise the quota")
	ann.get(org + "/quotas").has("are stored. Beyond that")
	bob.get(org).lacks("are stored. Beyond that")
	ann.get(org + "/settings")
	ann.sendFile(org+"/settings/logo", "logo", picturePNG(t)).status(400).has("may keep " + size + ", by its quota")

	none := tenants.Quota{}
	must(t, w.store.Org(at.ID).SetQuota(t.Context(), by, none))
	must(t, w.billing.SetPlanLimits(t.Context(), "free", billing.LimitsChange{StorageBytes: &few}))
	ann.get("/me")
	ann.sendPicture(picturePNG(t)).status(403).has("by its plan", "An owner can choose a bigger plan under Billing")
	ann.post("/me/shown", form("findable", "yes")).status(303)
	ann.sendPicture(picturePNG(t)).status(303) // nobody shows it
	ann.post("/me/shown", form("findable", "yes", "picture", "yes")).status(403).has("by its plan")
	bob.get("/me")
	bob.sendPicture(picturePNG(t)).status(303) // in place of the one before
}

// mailed waits for a mail.
func (w *world) mailed(t *testing.T, to, subject, part string) {
	t.Helper()
	eventually(t, "a mail to "+to+": "+subject, func() bool {
		mails, err := w.mails.List()
		must(t, err)
		for _, m := range mails {
			if m.To == to && m.Subject == subject && strings.Contains(m.Text, part) {
				return true
			}
		}
		return false
	})
}

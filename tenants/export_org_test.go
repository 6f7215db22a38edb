package tenants_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"parley/tenants"
	"parley/tenants/tenantstest"
)

func TestAnExportIsMadeTakenAndForgotten(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		w := tenantstest.New(t, db, clock)
		acme := w.Org("acme").Owner("ann").Admin("ada").Member("bob")
		s, ada, bob := w.Store, acme.User("ada"), acme.User("bob")
		ask := func(by tenants.UserID) (tenants.Export, error) {
			return acme.AskExport(t.Context(), tenants.AskExportInput{By: by, Lang: "de", Base: "https://parley.example"})
		}
		if _, err := ask(bob.ID); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Fatalf("a member: %v", err)
		}
		asked, err := ask(ada.ID)
		ok(t, err)
		if _, err := ask(acme.User("ann").ID); tenants.KeyOf(err) != tenants.KeyExportBusy {
			t.Errorf("two at once: %v", err)
		}
		if due, err := s.DueErrands(t.Context(), 5, time.Minute); err != nil || len(due) != 1 || due[0] != (tenants.Job{Kind: tenants.ErrandExport, Org: acme.ID, Ref: asked.ID}) {
			t.Fatalf("due: %+v, %v", due, err)
		}
		if _, err := acme.TakeExport(t.Context(), ada.ID, asked.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("taken before it is made: %v", err)
		}
		// An attempt that broke off leaves nothing behind.
		for range 2 {
			_, err = acme.BeginExport(t.Context(), asked.ID)
			ok(t, err)
			for n := range 3 {
				ok(t, acme.PutExportPart(t.Context(), asked.ID, n, bytes.Repeat([]byte{byte(n)}, 1000)))
			}
		}
		ok(t, acme.FinishExport(t.Context(), asked.ID, false))
		if _, err := acme.BeginExport(t.Context(), asked.ID); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("begun again when it was done: %v", err)
		}
		got, err := acme.TakeExport(t.Context(), ada.ID, asked.ID)
		ok(t, err)
		if want := clock.Now().Add(7 * 24 * time.Hour); got.Bytes != 3000 || !got.ExpiresAt.Equal(want) {
			t.Errorf("%+v", got)
		}
		for n, want := range []int{1000, 1000, 1000, 0} {
			part, err := acme.ExportPart(t.Context(), ada.ID, asked.ID, n)
			if err != nil || !bytes.Equal(part, bytes.Repeat([]byte{byte(n)}, want)) {
				t.Errorf("part %d has %d bytes, %v", n, len(part), err)
			}
		}
		mails, err := s.DueMails(t.Context(), 10)
		if err != nil || len(mails) != 1 || mails[0].To != ada.Email || mails[0].Lang != "de" || mails[0].Params["Link"] != "https://parley.example/o/"+acme.Slug+"/settings/data" {
			t.Errorf("mails %+v, %v", mails, err)
		}
		if _, err := acme.ExportPart(t.Context(), bob.ID, asked.ID, 0); tenants.CodeOf(err) != tenants.CodeForbidden {
			t.Errorf("a member takes it: %v", err)
		}
		clock.Advance(time.Minute)
		if _, err := ask(ada.ID); tenants.KeyOf(err) != tenants.KeyExportSoon {
			t.Errorf("one minute later: %v", err)
		}

		// A newer one takes its place only when it is made.
		clock.Advance(time.Hour)
		failed, err := ask(ada.ID)
		ok(t, err)
		ok(t, acme.FinishExport(t.Context(), failed.ID, true))
		if all, err := acme.Exports(t.Context(), ada.ID); err != nil || len(all) != 2 || all[0].State != tenants.ExportFailed || all[1].Asker != "Ada" {
			t.Errorf("after a failure: %+v, %v", all, err)
		}
		newer, err := ask(ada.ID)
		ok(t, err)
		ok(t, acme.PutExportPart(t.Context(), newer.ID, 0, []byte("zip")))
		ok(t, acme.FinishExport(t.Context(), newer.ID, false))
		if all, err := acme.Exports(t.Context(), ada.ID); err != nil || len(all) != 1 || all[0].ID != newer.ID {
			t.Errorf("after a newer one: %+v, %v", all, err)
		}

		// It is gone after a week, also before the job takes it away.
		clock.Advance(7*24*time.Hour - time.Second)
		ok(t, acme.DropExport(t.Context(), newer.ID))
		_, err = acme.TakeExport(t.Context(), ada.ID, newer.ID)
		ok(t, err)
		clock.Advance(time.Second)
		if _, err := acme.ExportPart(t.Context(), ada.ID, newer.ID, 0); tenants.CodeOf(err) != tenants.CodeNotFound {
			t.Errorf("after a week: %v", err)
		}
		due, err := s.DueErrands(t.Context(), 10, time.Minute)
		ok(t, err)
		over := tenants.Job{Kind: tenants.ErrandExportOver, Org: acme.ID, Ref: newer.ID}
		if !contains(due, over) {
			t.Errorf("due: %+v", due)
		}
		ok(t, acme.DropExport(t.Context(), newer.ID))
		if all, err := acme.Exports(t.Context(), ada.ID); err != nil || len(all) != 0 {
			t.Errorf("left: %+v, %v", all, err)
		}
		for _, want := range []string{"organization.export", "organization.download"} {
			if !contains(tenants.AuditActions(t, db, acme.ID), want) {
				t.Errorf("%s is not in the audit log", want)
			}
		}
	})
}

func contains[T comparable](all []T, one T) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}

// A list that is longer than what is read at once has every row once, in order.
func TestALongListIsExportedWhole(t *testing.T) {
	tenantstest.EachDialect(t, func(t *testing.T, db *tenants.DB, clock *clockwork.FakeClock) {
		acme := tenantstest.New(t, db, clock).Org("acme").Owner("ann")
		room := acme.Room("ann", "Standup")
		for _, who := range []string{"gus", "gil", "gin"} {
			acme.Guest(room, who)
		}
		clock.Advance(20 * time.Hour)
		const each = 400
		for _, who := range []string{"gus", "gil", "gin"} {
			minutes := make([]tenants.QualityMinute, each)
			for i := range minutes {
				minutes[i] = tenants.QualityMinute{Identity: who, Minute: tenantstest.Start.Add(time.Duration(i) * time.Minute), Score: 40, RTT: i}
			}
			ok(t, acme.NoteQuality(t.Context(), room.MediaName, tenantstest.Start.Add(time.Minute), minutes))
		}
		seen, lists := map[string]int{}, map[string]int{}
		for _, list := range tenants.ExportLists() {
			var at tenants.ExportPlace
			for pages := 1; ; pages++ {
				rows, next, err := acme.ExportPage(t.Context(), list, at)
				ok(t, err)
				if len(rows) > 500 {
					t.Errorf("%s: %d rows at once", list.Name, len(rows))
				}
				for _, row := range rows {
					if len(row) != len(list.Columns) {
						t.Fatalf("%s: a row of %d cells under %d columns", list.Name, len(row), len(list.Columns))
					}
					if list.Name == "quality" {
						seen[fmt.Sprint(row[1], row[6])]++
					}
				}
				lists[list.Name] += len(rows)
				if at = next; at == nil {
					break
				}
			}
		}
		if lists["quality"] != 3*each || len(seen) != 3*each {
			t.Errorf("%d rows of quality, %d of them different", lists["quality"], len(seen))
		}
		if lists["participants"] != 3 || lists["meetings"] != 1 || lists["rooms"] != 1 || lists["members"] != 1 || lists["policies"] != 1 {
			t.Errorf("rows: %v", lists)
		}
	})
}

package app_test

import (
	"testing"

	"parley/app"
)

// A mail is read from the folder as it was sent, also where its subject has letters that a mail's head has to wrap up.
func TestAMailComesBackFromTheFolder(t *testing.T) {
	folder := app.FolderMailer{Dir: t.TempDir(), From: "Parley <parley@parley.example>"}
	sent := app.Mail{To: "ann@parley.example", Subject: "Für „Küchenumbau“ gelten wieder die Grenzen des Tarifs", Text: "Hallo Ann, schön.", HTML: "<p>Hallo Ann, schön.</p>"}
	must(t, folder.Send(t.Context(), sent))
	got, err := folder.List()
	must(t, err)
	if len(got) != 1 || got[0].Mail != sent {
		t.Errorf("got %+v", got)
	}
}

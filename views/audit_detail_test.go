package views

import "testing"

// TestTheLogsDetailsAreInTheReadersLanguage: what is words is put into words, what is a name stays, and so does what nobody writes any more.
func TestTheLogsDetailsAreInTheReadersLanguage(t *testing.T) {
	catalogue, err := NewCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	german, english := catalogue.For("de"), catalogue.For("en")
	for _, c := range []struct{ action, detail, de, en string }{
		{"member.role", "member → admin", "Mitglied → Admin", "Member → Admin"},
		{"member.role", "boss → admin", "boss → admin", "boss → admin"},
		{"member.remove", "billing", "Rechnung", "Billing"},
		{"member.join", "by address", "über die Domain der Adresse", "by the address’s domain"},
		{"apikey.rotate", "replaced by pk_1, valid until 2026-03-02T09:00:00Z", "ersetzt durch pk_1, gültig bis 2026-03-02 09:00 UTC", "replaced by pk_1, valid until 2026-03-02 09:00 UTC"},
		{"apikey.rotate", "replaced by something", "replaced by something", "replaced by something"},
		{"organization.delete", "on 2026-03-02T09:00:00Z", "am 2026-03-02 09:00 UTC", "on 2026-03-02 09:00 UTC"},
		{"organization.rename", "none → on", "none → on", "none → on"},
		{"organization.colour", "none → #753e59", "keine → #753e59", "none → #753e59"},
		{
			"policy.set", "guests allowed, waiting nobody, share everyone, chat everyone, encryption optional → guests forbidden, waiting guests, share everyone, chat managers, encryption required",
			"Gäste: Willkommen → Nicht erlaubt; Warteraum: Niemand wartet → Gäste warten; Nachrichten: Alle → Inhaber, Admins und wer den Raum angelegt hat; Verschlüsselung: freigestellt → verlangt",
			"Guests: Welcome → Not allowed; Waiting room: Nobody waits → Guests wait; Messages: Everybody → Owners, admins and who made the room; Encryption: optional → required",
		},
		{
			"policy.set", "guests allowed, waiting nobody, share everyone, chat everyone, history all, encryption optional → guests allowed, waiting nobody, share everyone, chat everyone, history since, encryption optional",
			"Chat für später Kommende: Alles aus diesem Treffen → Nur, was nach ihrem Kommen geschrieben wird",
			"Chat for who comes later: Everything of this meeting → Only what is written after they came",
		},
		{"policy.set", "guests 1 → guests 2", "guests 1 → guests 2", "guests 1 → guests 2"},
		{
			"quota.set", "meeting length as planned, participants as planned, meetings at once as planned, minutes a month as planned, bytes stored as planned → meeting length 40m0s, participants as planned, meetings at once 3, minutes a month 90000, bytes stored 5242880",
			"wie im Tarif → Minuten je Treffen: 40 Minuten, Treffen zugleich: 3, Minuten für Treffen im Monat: 90.000, Gespeichert: 5 MB",
			"as the plan says → Minutes a meeting: 40 minutes, Meetings at once: 3, Minutes of meetings a month: 90,000, Stored: 5 MB",
		},
		{"quota.person", "meeting length 40m", "Minuten je Treffen: 40 Minuten", "Minutes a meeting: 40 minutes"},
		{"sso.set", "https://id.example, acme.example, enforced", "https://id.example, acme.example, von allen verlangt", "https://id.example, acme.example, asked of everybody"},
		{"sso.set", "https://id.example, acme.example", "https://id.example, acme.example", "https://id.example, acme.example"},
		{"signin.in", "password", "mit dem Passwort", "with the password"},
		{"signin.in", "https://accounts.google.com", "https://accounts.google.com", "https://accounts.google.com"},
		{"isolation.finish", "1200 requests, 0 leaks", "1.200 Anfragen, 0 Lecks", "1,200 requests, 0 leaks"},
		{"isolation.finish", "not finished", "nicht beendet", "not finished"},
		{
			"quota.exception", "meeting length 2h0m0s, bytes stored 0, seats 7, ads no, audit log yes until 2026-12-24T08:00:00Z: A fair: until New Year",
			"Längstes Treffen: 2 Stunden, Gespeichert: Unbegrenzt, Mitglieder und Einladungen: 7, Seiten ohne Anzeigen: Ja, Protokoll lesen: Ja, bis 2026-12-24 08:00 UTC. A fair: until New Year",
			"Longest meeting: 2 hours, Stored: No limit, Members and invitations: 7, Pages without ads: Yes, Reading the audit log: Yes, until 2026-12-24 08:00 UTC. A fair: until New Year",
		},
		{"quota.exception_over", "shoes 7 until 2026-12-24T08:00:00Z: x", "shoes 7 until 2026-12-24T08:00:00Z: x", "shoes 7 until 2026-12-24T08:00:00Z: x"},
		{"meeting.remove", "in Kitchen, meeting 9, meeting 0190b7a4-0000-7000-8000-000000000000", "in Kitchen, meeting 9", "in Kitchen, meeting 9"},
		{"meeting.ban", "somewhere", "somewhere", "somewhere"},
		{"meeting.lock", "0190b7a4-0000-7000-8000-000000000000", "", ""},
		{"chat.file.remove", `"a, 5 bytes, meeting x.txt", 2048 bytes, meeting 0190b7a4-0000-7000-8000-000000000000`, "a, 5 bytes, meeting x.txt, 2 KB", "a, 5 bytes, meeting x.txt, 2 KB"},
		{"chat.file.remove", "two, 2048 bytes, meeting 9", "eine Datei zwischen zwei Personen, 2 KB", "a file between two people, 2 KB"},
		{"chat.file.remove", "sealed, 2048 bytes, meeting 9", "eine verschlüsselte Datei, 2 KB", "an encrypted file, 2 KB"},
		{"chat.file.remove", "gone, 2048 bytes, meeting 9", "gone, 2048 bytes, meeting 9", "gone, 2048 bytes, meeting 9"},
		{"room.create", "by mail", "by mail", "by mail"},
		{"room.create", "", "", ""},
	} {
		line := AuditLine{Action: c.action, Detail: c.detail}
		if got := auditDetail(german, line); got != c.de {
			t.Errorf("%s %q in German:\n%s, want\n%s", c.action, c.detail, got, c.de)
		}
		if got := auditDetail(english, line); got != c.en {
			t.Errorf("%s %q in English:\n%s, want\n%s", c.action, c.detail, got, c.en)
		}
	}
}

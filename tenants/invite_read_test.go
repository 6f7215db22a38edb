package tenants_test

import (
	"reflect"
	"strings"
	"testing"

	"parley/tenants"
)

func TestReadAddresses(t *testing.T) {
	for text, want := range map[string][]tenants.InviteInput{
		"":            nil,
		"a@x.example": {{Email: "a@x.example", Line: 1}},
		"a@x.example, b@y.example;c@z.example\nd@w.example":          {{Email: "a@x.example", Line: 1}, {Email: "b@y.example", Line: 1}, {Email: "c@z.example", Line: 1}, {Email: "d@w.example", Line: 2}},
		"Amara Okafor <a@x.example>; \"Rivas, Mateo\" <m@x.example>": {{Email: "a@x.example", Name: "Amara Okafor", Line: 1}, {Email: "m@x.example", Name: "Rivas, Mateo", Line: 1}},
		"a@x.example b@y.example":                                    {{Email: "a@x.example", Line: 1}, {Email: "b@y.example", Line: 1}},
		"nonsense\na@x.example\r\n\r\n":                              {{Email: "nonsense", Line: 1}, {Email: "a@x.example", Line: 2}},
	} {
		got, err := tenants.ReadAddresses(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	if _, err := tenants.ReadAddresses(strings.Repeat("a@x.example ", 1001)); tenants.KeyOf(err) != tenants.KeyInvitesMany {
		t.Errorf("1001 addresses: %v", err)
	}
}

func TestReadPeopleCSV(t *testing.T) {
	at := func(line int) []tenants.InviteInput {
		return []tenants.InviteInput{{Email: "a@x.example", Name: "Amara, O.", Role: "admin", Line: line}}
	}
	for text, want := range map[string][]tenants.InviteInput{
		"email,name,role\na@x.example,\"Amara, O.\",Admin\n":             at(2),
		"\ufeffRole;E-mail;Name\r\nadmin;a@x.example;Amara, O.\r\n;;\n":  at(2),
		"\n\nE-Mail-Adresse;Name;Rolle\n\na@x.example;Amara, O.;admin\n": at(5),
		"a@x.example\tAmara, O.\tadmin":                                  at(1),
		"Name,Email,Shoe size\nAl,al@x.example,44":                       {{Email: "al@x.example", Name: "Al", Line: 2}},
	} {
		got, err := tenants.ReadPeopleCSV([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"": tenants.KeyCSVText, "\xff\xfe": tenants.KeyCSVText, "name,age\nAl,4": tenants.KeyCSVColumns} {
		if _, err := tenants.ReadPeopleCSV([]byte(text)); tenants.Fields(err)["file"] != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzReadPeople(f *testing.F) {
	f.Add("email,name,role\na@x.example,\"Amara, O.\",admin\n")
	f.Add("Amara <a@x.example>; b@y.example")
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = tenants.ReadAddresses(text)
		people, err := tenants.ReadPeopleCSV([]byte(text))
		if err == nil && len(people) > tenants.InvitesMax {
			t.Fatalf("%d people", len(people))
		}
	})
}
